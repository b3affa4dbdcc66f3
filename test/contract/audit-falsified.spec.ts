// SPDX-License-Identifier: Apache-2.0
// Each falsification is named by block, transaction and rule, and nothing else is named but what follows from it.
import { peer } from '@hyperledger/fabric-protos';
import { runExpress, runStepwise } from '@fabric-offline-pay/sdk';
import { MSP_IDS } from '@fabric-offline-pay/testing';
import type { Call } from '../../network/nodes/auditor/src/blocks/raw-block.js';
import type { Finding } from '../../network/nodes/auditor/src/findings/finding.js';
import { defined, itemAt, itemWhere } from '../support/defined.js';
import { AuditRoom } from '../support/forged-ledger/audit-room.js';
import { slowerBlocks, ForgedLedger } from '../support/forged-ledger/forged-ledger.js';
import type { Draft, Sealed } from '../support/forged-ledger/sealing.js';
import {
  rawOf,
  sealAll,
  takenApart,
  withCall,
  withCode,
  withOtherArguments,
  withOtherSignature,
  withoutEndorsement,
  withoutWrite,
  withWrite,
  type Place,
} from '../support/forged-ledger/tampering.js';

const { MVCC_READ_CONFLICT, VALID } = peer.TxValidationCode;

let forged: ForgedLedger;
let room: AuditRoom;

beforeAll(async () => {
  forged = await ForgedLedger.found();
  const { world } = forged;
  const device = await world.customer('customer-1', '1000000');
  const parties = await world.parties();
  const loginId = await world.login(device);
  for (const [run, orderNumber] of [
    [runExpress, 'ORD-1'],
    [runStepwise, 'ORD-2'],
  ] as const)
    await run(parties, world.purchase(device, loginId, { orderNumber }));
  room = await AuditRoom.open();
});
afterAll(() => room.close());

const seal = (drafts: readonly Draft[]): Sealed[] =>
  sealAll(drafts, forged.channel.orderer(MSP_IDS.bank));

const audit = (drafts: readonly Draft[]): Promise<readonly Finding[]> =>
  room.findingsIn(seal(drafts).map(rawOf));

const nameOf = ({ arguments: args }: Call): string => Buffer.from(args[0] ?? []).toString('utf8');

/** A transaction, with what can be seen of it. */
interface Found extends Place {
  readonly block: number;
  readonly transactionId: string;
  /** Of public rows that it wrote. */
  readonly keys: readonly string[];
}

/** All calls of one name. */
function callsOf(name: string): Found[] {
  return seal(forged.drafts)
    .map(rawOf)
    .flatMap(({ number, transactions }) =>
      transactions.flatMap(({ index, id, content }) => {
        const draft = itemAt(forged.drafts, number);
        if (content.kind !== 'call' || nameOf(content) !== name) return [];
        const keys = content.access.flatMap(({ writes }) => writes.map(({ key }) => key));
        return [{ draft, index, block: number, transactionId: id, keys }];
      }),
    );
}

const callOf = (name: string): Found => itemAt(callsOf(name), 0);

const keyOf = ({ keys }: Found, kind: string): string =>
  itemWhere(keys, (key) => key.startsWith(`${kind}/`));

const place = ({ block, index, transactionId }: Found) => ({ block, index, transactionId });

/** The ledger with another block in the place of one. */
const ledgerWith = (block: number, draft: Draft): Draft[] => forged.drafts.with(block, draft);

/** The ledger as it stands when that block came: what honest peers wrote after it does not follow from it. */
const upTo = (block: number, draft: Draft): Draft[] => [...forged.drafts.slice(0, block), draft];

/** @returns the row as it stands after that transaction */
function rowOf({ draft, index }: Found, key: string): Record<string, unknown> {
  const [transaction] = [rawOf(itemAt(seal([draft]), 0)).transactions[index]];
  const { content } = defined(transaction, 'transaction');
  if (content.kind !== 'call') throw new Error('This is no call.');
  const writes = content.access.flatMap(({ writes: all }) => all);
  const { value } = itemWhere(writes, (write) => write.key === key);
  return JSON.parse(Buffer.from(defined(value, 'row')).toString('utf8')) as Record<string, unknown>;
}

test('the honest ledger names nothing', async () => {
  expect(await audit(forged.drafts)).toEqual([]);
});

test('a balance that patched chaincodes of all endorsers wrote', async () => {
  const issue = callOf('settlement:issue');
  const key = keyOf(issue, 'account');
  const row = Buffer.from(JSON.stringify(rowOf(issue, key)).replaceAll('1000000', '9000000'));
  const findings = await audit(upTo(issue.block, withWrite(issue, forged.channel, key, row)));
  const here = findings.filter(({ transactionId }) => transactionId === issue.transactionId);
  expect(here).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ...place(issue), rule: 'replay.writes', subject: key }),
      expect.objectContaining({ ...place(issue), rule: 'money.conservation' }),
    ]),
  );
  const others = findings.filter(({ transactionId }) => transactionId !== issue.transactionId);
  expect(others.map(({ block, rule }) => [block, rule])).toEqual([[issue.block, 'money.supply']]);
});

test('a row of supply without its credit', async () => {
  const issue = callOf('settlement:issue');
  const key = keyOf(issue, 'account');
  const findings = await audit(ledgerWith(issue.block, withoutWrite(issue, forged.channel, key)));
  expect(findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ...place(issue), rule: 'replay.writes', subject: key }),
      expect.objectContaining({ ...place(issue), rule: 'money.conservation' }),
    ]),
  );
});

test('a valid flag on a transaction with too few endorsements', async () => {
  const capture = callOf('express:settle');
  const draft = withoutEndorsement(capture, forged.channel, MSP_IDS.bank);
  expect(await audit(ledgerWith(capture.block, draft))).toEqual([
    expect.objectContaining({ ...place(capture), rule: 'transaction.endorsements' }),
  ]);
});

test('a valid flag on a transaction whose id was used', async () => {
  const login = callOf('identity:openLogin');
  const again = itemAt(login.draft.envelopes, login.index);
  const last = forged.drafts.length;
  const drafts = [...forged.drafts, { envelopes: [again], codes: [VALID], hasSettings: false }];
  const findings = await audit(drafts);
  expect(findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        ...{ block: last, index: 0, transactionId: login.transactionId },
        ...{ rule: 'transaction.validity', expected: 'DUPLICATE_TXID' },
      }),
    ]),
  );
  expect(findings.filter(({ block }) => block !== last)).toEqual([]);
});

test('a valid flag on a transaction that read what had changed', async () => {
  const login = callOf('identity:openLogin');
  const again = withCall(login, forged.channel, (call) => ({
    ...call,
    nonce: Buffer.alloc(24, 1),
  }));
  const last = forged.drafts.length;
  const [envelope] = again.envelopes;
  const drafts = [
    ...forged.drafts,
    { envelopes: [defined(envelope, 'envelope')], codes: [VALID], hasSettings: false },
  ];
  const findings = await audit(drafts);
  expect(findings[0]).toMatchObject({ block: last, index: 0, rule: 'transaction.reads' });
  expect(findings.filter(({ block }) => block !== last)).toEqual([]);
});

test('a valid flag on a transaction that its sender did not sign', async () => {
  const issue = callOf('settlement:issue');
  const other = itemAt(itemAt(forged.drafts, issue.block + 1).envelopes, 0);
  const findings = await audit(ledgerWith(issue.block, withOtherSignature(issue, other)));
  expect(findings).toEqual([
    expect.objectContaining({ ...place(issue), rule: 'transaction.creator' }),
  ]);
});

test('an answer to another proposal', async () => {
  const issue = callOf('settlement:issue');
  const { arguments: args } = takenApart(
    itemAt(issue.draft.envelopes, issue.index),
    forged.channel,
  );
  const others = args.map((text) =>
    Buffer.from(Buffer.from(text).toString().replace('1000000', '2000000')),
  );
  const draft = withOtherArguments(issue, forged.channel, others);
  const findings = await audit(ledgerWith(issue.block, draft));
  expect(findings).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ ...place(issue), rule: 'transaction.proposal' }),
    ]),
  );
  expect(findings.filter(({ block }) => block !== issue.block)).toEqual([]);
});

test('an invalid flag on a good transaction', async () => {
  const settled = callOf('express:settle');
  const draft = withCode(settled, MVCC_READ_CONFLICT);
  const findings = await audit(upTo(settled.block, draft));
  expect(findings).toEqual([
    expect.objectContaining({
      ...place(settled),
      ...{ rule: 'transaction.validity', expected: 'VALID', found: 'MVCC_READ_CONFLICT' },
    }),
  ]);
});

test('an outcome that nobody noted', async () => {
  const last = forged.drafts.length - 1;
  const findings = await audit(ledgerWith(last, { ...itemAt(forged.drafts, last), codes: [] }));
  expect(findings).toContainEqual(expect.objectContaining({ block: last, rule: 'block.codes' }));
});

test('a removed block', async () => {
  const blocks = seal(forged.drafts).map(rawOf);
  expect(await room.findingsIn(blocks.toSpliced(7, 1))).toEqual([
    expect.objectContaining({ block: 7, rule: 'block.number', found: 'block 8' }),
  ]);
});

test('a block that orderers sealed anew, and those after it not', async () => {
  const issue = callOf('settlement:issue');
  const draft = withoutEndorsement(issue, forged.channel, MSP_IDS.logistics);
  const honest = seal(forged.drafts);
  const other = seal(ledgerWith(issue.block, draft));
  const blocks = honest.with(issue.block, itemAt(other, issue.block)).map(rawOf);
  expect(await room.findingsIn(blocks)).toEqual([
    expect.objectContaining({ block: issue.block + 1, rule: 'block.previousHash' }),
  ]);
});

test('a block that somebody signed who is no orderer’s', async () => {
  const sealed = sealAll(forged.drafts, forged.channel.peer(MSP_IDS.logistics));
  const findings = await room.findingsIn(sealed.slice(0, 3).map(rawOf));
  expect(findings.map(({ block, rule }) => [block, rule])).toEqual([
    [1, 'block.signatures'],
    [2, 'block.signatures'],
  ]);
});

test('a change of the settings without quorum', async () => {
  const before = [...forged.drafts];
  const attempt = forged.settingsDraft(slowerBlocks, [forged.channel.admin(MSP_IDS.bank)]);
  const findings = await audit([...before, attempt]);
  expect(findings).toEqual([
    expect.objectContaining({
      ...{ block: before.length, index: 0, transactionId: '', rule: 'config.quorum' },
      subject: 'value /Channel/Orderer/BatchTimeout',
    }),
  ]);
});
