// SPDX-License-Identifier: Apache-2.0
// A case of double spending proves, or is named with block, transaction and rule: also one that patched chaincode wrote against a device
// that signed nothing but what it should.
import {
  CHANNEL,
  type MemoryWorld,
  memoryWorld,
} from '../../../../../test/support/memory-world.js';
import { proofOf } from '../../../../../test/support/fraud-proofs.js';
import { KeptHistories, type Patch } from '../../../../../test/support/kept-histories.js';
import { OfflineLedger } from '../../../../../test/support/offline-ledger.js';
import type { Device, Payment } from '../../../../../test/support/offline-world.js';
import { resumeTime, stopTime } from '../../../../../test/support/passing-time.js';
import { auditReader } from '../api/audit-reader.js';
import type { Audited } from './seen-transaction.js';

let memory: MemoryWorld;
let ledger: OfflineLedger;
let kept: KeptHistories;
let device: Device;
let first: Payment;
let second: Payment;

beforeAll(stopTime);
afterAll(resumeTime);
beforeEach(async () => {
  memory = await memoryWorld();
  kept = await KeptHistories.open();
  ledger = await OfflineLedger.open(memory);
  device = await ledger.device('customer-1');
  const clone = { ...device };
  [first, second] = [ledger.pay(device), ledger.pay(clone, { terminalId: 'till-2' })];
});
afterEach(() => kept.close());

const settleBoth = () => ledger.settle([[device, [first, second]]]);

const prove = (proof = proofOf(device, [first, second])) =>
  ledger.merchant().offline.submitFraudProof({ proof });

const keep = (patch?: Patch) => kept.keep(memory.ledger, patch);

type Fields = Record<string, unknown>;

const changed = (bytes: Uint8Array, change: (row: Fields) => Fields): Uint8Array =>
  Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(bytes).toString()) as Fields)));

/** Patched chaincode writes other cases than the domain would. */
const patchRows =
  (kind: string, change: (row: Fields) => Fields): Patch =>
  (audited) => ({
    ...audited,
    changed: audited.changed && {
      ...audited.changed,
      changes: audited.changed.changes.map((row) =>
        row.key.startsWith(`${kind}/`) && row.after !== null
          ? { ...row, after: changed(row.after, change) }
          : row,
      ),
    },
  });

/** Another argument than that which the endorsers ran. */
const patchProof =
  (proof: string | undefined): Patch =>
  (audited: Audited) => {
    const { content } = audited.transaction;
    if (content.kind !== 'call' || audited.name !== 'offline:submitFraudProof') return audited;
    const [name = new Uint8Array()] = content.arguments;
    const argument = Buffer.from(JSON.stringify(proof === undefined ? {} : { proof }));
    const patched = { ...content, arguments: [name, argument] };
    return { ...audited, transaction: { ...audited.transaction, content: patched } };
  };

const verified = async () =>
  (await auditReader(kept.db).listFrauds({ history: 'all' })).entries.map(
    (entry) => entry.verified,
  );

async function expectNamed(found: unknown): Promise<void> {
  const { number, transactions } = memory.ledger.blocks().at(-1) ?? {
    number: -1,
    transactions: [],
  };
  expect(kept.findings).toEqual([
    {
      ...{ rule: 'fraud.proof', block: number, index: 0, transactionId: transactions[0]?.txId },
      subject: expect.stringMatching(/^fraud\/customer-1\//) as string,
      expected: 'two vouchers that no honest device signs',
      found,
    },
  ]);
}

test('a voucher that contradicts the settled one proves by itself', async () => {
  expect(await settleBoth()).toEqual(['settled', 'conflict']);
  await keep();
  expect([kept.findings, await verified()]).toEqual([[], ['proven']]);
});

test('a proof that somebody brings is verified again', async () => {
  await settleBoth();
  await keep();
  await prove();
  await keep();
  expect([kept.findings, await verified()]).toEqual([[], ['proven', 'proven']]);
});

test('a proof of vouchers that never reached the ledger proves too', async () => {
  await prove();
  await keep();
  expect([kept.findings, await verified()]).toEqual([[], ['proven']]);
});

test('a case is checked on what the reserve knew then, whatever comes after it in the same piece', async () => {
  await settleBoth();
  await ledger.bank('operator').offline.clearFraud({
    ...{ customerId: 'customer-1', deviceId: device.certificate.deviceId },
    ...{ epoch: device.certificate.epoch, counter: second.content.counter },
    ...{ digest: second.digest.toString('base64url'), reason: 'restored' },
  });
  await keep();
  expect([kept.findings, await verified()]).toEqual([[], ['proven', 'unchanged']]);
});

/** What patched chaincode may write into the row of a case. */
const ROWS: Readonly<Record<string, readonly [(row: Fields) => Fields, unknown]>> = {
  'another contradiction': [
    (row) => ({ ...row, kind: 'cumulative' }),
    'an honest device could have signed both vouchers',
  ],
  'another amount': [(row) => ({ ...row, amount: '1' }), 'the voucher is of another amount'],
  'another payee': [
    (row) => ({ ...row, merchantId: 'merchant-2' }),
    'the request is another payee’s',
  ],
  'a settled voucher that nobody knows': [
    (row) => ({ ...row, settled: [1, 'A'.repeat(43)] }),
    'the reserve does not know the other voucher',
  ],
  'a request that nobody answered': [
    (row) => ({ ...row, request: Buffer.from('none').toString('base64') }),
    expect.stringContaining('unreadable evidence'),
  ],
};

test.each(Object.entries(ROWS))('%s is named', async (_, [change, found]) => {
  await settleBoth();
  await keep(patchRows('fraud', change));
  await expectNamed(found);
});

test('a case against a device that signed another key’s voucher is named', async () => {
  await settleBoth();
  const other = await ledger.device('customer-2');
  await ledger.settle([[other, [ledger.pay(other)]]]);
  const { certificate } = other;
  const { blocks } = { blocks: memory.ledger.blocks() };
  const frauds = blocks.findIndex(({ transactions }) =>
    transactions.some(({ writeSet }) => writeSet.some(({ key }) => key.startsWith('fraud/'))),
  );
  await keep(
    patchRows('reserve', (row) =>
      row['customerId'] === 'customer-1'
        ? { ...row, publicKey: publicKeyOf(certificate.deviceKey) }
        : row,
    ),
  );
  expect(kept.findings).toMatchObject([
    {
      rule: 'fraud.proof',
      block: blocks[frauds]?.number,
      found: 'the device did not sign the voucher',
    },
  ]);
});

const SPKI_HEAD = '3059301306072a8648ce3d020106082a8648ce3d030107034200';

const publicKeyOf = (point: Uint8Array): string =>
  Buffer.concat([Buffer.from(SPKI_HEAD, 'hex'), point]).toString('base64');

describe('a proof in the argument', () => {
  const named = async (proof: string | undefined, found: unknown): Promise<void> => {
    await settleBoth();
    await keep();
    await prove();
    await keep(patchProof(proof));
    await expectNamed(found);
  };

  test('that is missing is named', () => named(undefined, 'the transaction brought no proof'));

  test('that is no proof is named', () =>
    named('{}', expect.stringContaining('unreadable evidence')));

  test('against an honest device is named', async () => {
    const third = ledger.pay(device);
    await named(proofOf(device, [first, third]), 'the proof does not hold: noContradiction');
  });
});

test('a proof of another channel is named', async () => {
  await prove();
  await keep((audited) => ({
    ...audited,
    transaction: { ...audited.transaction, channel: `${CHANNEL}-2` },
  }));
  await expectNamed('the request is of another channel');
});
