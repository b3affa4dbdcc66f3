// SPDX-License-Identifier: Apache-2.0
// A whole payment without a network, over the real contracts: the bank funds a device, terminals accept while nobody has
// a network, settle later, and convict a device that was copied.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decodeFraudProof,
  firstStanding,
  offlineLimits,
  verifyFraudProof,
  type Amount,
} from '@fabric-offline-pay/domain';
import {
  clientLedger,
  Device,
  memoryStore,
  softwareKey,
  Terminal,
  type Issuer,
  type OfflineKey,
  type TerminalLedger,
} from '@fabric-offline-pay/sdk/offline';
import { BANK, CURRENCY, MERCHANT, POLICY } from '@fabric-offline-pay/testing';
import { earnedBy } from '../support/balances.js';
import { defined, firstOf } from '../support/defined.js';
import { archiveOf } from '../support/memory-archive.js';
import { CHANNEL, memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { base64, OFFLINE, OfflineLedger } from '../support/offline-ledger.js';
import { issuerOn } from '../support/offline-issuer.js';
import { exchange } from '../support/offline-room.js';
import { CERTIFICATES, newKey } from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { licenseSecondMerchant, SECOND_MERCHANT } from '../support/second-merchant.js';

const RESERVE = { customerId: 'customer-1', deviceId: 'phone', epoch: 1 };

let memory: MemoryWorld;
let ledger: OfflineLedger;
let issuer: Issuer;
let key: OfflineKey;

beforeAll(stopTime);
afterAll(resumeTime);

beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
  issuer = issuerOn(CHANNEL);
  await licenseSecondMerchant(ledger.bank('teller'));
  const { privateKey } = await memory.world.customer(RESERVE.customerId);
  key = softwareKey(privateKey);
});

afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

const ledgerOf = (merchantId: string): TerminalLedger =>
  clientLedger(ledger.merchant('terminal', merchantId), archiveOf(memory.ledger));

async function terminalOf(merchantId = MERCHANT): Promise<Terminal> {
  const terminal = await Terminal.open({
    store: memoryStore(),
    key: softwareKey(newKey()),
    channel: CHANNEL,
    merchantId,
    terminalId: 'till-1',
    roots: { [BANK]: [CERTIFICATES.root] },
  });
  await terminal.sync(ledgerOf(merchantId));
  return terminal;
}

/** The bank's part: certifies what the customer's reputation allows, and reserves the money. */
async function fund(device: Device, total: Amount = '20000') {
  const { reputation } = POLICY;
  const limits = defined(offlineLimits(POLICY, firstStanding(reputation), CURRENCY), 'limits');
  const { certificate, bytes } = await issuer.certify({
    ...RESERVE,
    ...{ publicKey: device.publicKey, currency: CURRENCY, total, limits, policy: OFFLINE },
  });
  await ledger.node.offline.fund({ ...RESERVE, certificate: base64(bytes) });
  await device.importCertificate(bytes, [issuer.row]);
  return certificate;
}

const openDevice = (contents = new Map<string, string>()) =>
  Device.open({ store: memoryStore(contents), key });

const earned = (payeeId: string): Promise<bigint> => earnedBy(ledger.node, payeeId);

test('two terminals accept with no network, and both are paid later, once', async () => {
  const device = await openDevice();
  await fund(device);
  const tills = [await terminalOf(), await terminalOf(SECOND_MERCHANT)] as const;
  const height = memory.ledger.blocks().length;
  for (const orderNumber of ['OFF-1', 'OFF-2', 'OFF-3'])
    for (const till of tills)
      expect(await exchange(till, device, orderNumber)).toMatchObject({ accepted: true });
  expect(memory.ledger.blocks()).toHaveLength(height);
  passSeconds(OFFLINE.spendSeconds);
  const report = { settled: 3, refused: 0, waiting: { count: 0 } };
  expect(await tills[1].sync(ledgerOf(SECOND_MERCHANT))).toMatchObject(report);
  expect(await tills[0].sync(ledgerOf(MERCHANT))).toMatchObject(report);
  expect([await earned(MERCHANT), await earned(SECOND_MERCHANT)]).toEqual([3_750n, 3_750n]);
  const balance = firstOf(await device.balances());
  expect(await ledger.node.offline.readReserve(RESERVE)).toMatchObject({
    settled: balance.spent,
    status: 'active',
  });
});

test('a lost answer is asked for again, and the ledger answers what it answered', async () => {
  const device = await openDevice();
  await fund(device);
  const till = await terminalOf();
  await exchange(till, device, 'OFF-1');
  const deaf: TerminalLedger = {
    ...ledgerOf(MERCHANT),
    settle: async (batch) => {
      await ledgerOf(MERCHANT).settle(batch);
      throw new Error('the line went dead');
    },
  };
  await expect(till.sync(deaf)).rejects.toThrow('the line went dead');
  expect(await till.sync(ledgerOf(MERCHANT))).toMatchObject({ settled: 1 });
  expect(await earned(MERCHANT)).toBe(1_250n);
});

test('a top-up raises what may be spent, under the same counters', async () => {
  const device = await openDevice();
  const certificate = await fund(device, '1500');
  const till = await terminalOf();
  await exchange(till, device, 'OFF-1');
  await expect(exchange(till, device, 'OFF-2')).rejects.toMatchObject({
    code: 'OFFLINE_OVER_TOTAL_CAP',
  });
  const more = await issuer.topUp(certificate, '1000', OFFLINE);
  const topUp = { ...RESERVE, sequence: 1, certificate: base64(more.bytes) };
  await ledger.node.offline.topUp(topUp);
  await device.importCertificate(more.bytes, [issuer.row]);
  expect(await exchange(till, device, 'OFF-2')).toMatchObject({ accepted: true });
  expect(await till.sync(ledgerOf(MERCHANT))).toMatchObject({ settled: 2 });
});

/** The second device is a copy of the first at this moment. */
const copyOf = (contents: ReadonlyMap<string, string>) => openDevice(new Map(contents));

test('a copied device is convicted by a file that anyone can verify', async () => {
  const contents = new Map<string, string>();
  const device = await openDevice(contents);
  const certificate = await fund(device, '10000');
  const copy = await copyOf(contents);
  const more = await issuer.topUp(certificate, '1000', OFFLINE);
  await ledger.node.offline.topUp({ ...RESERVE, sequence: 1, certificate: base64(more.bytes) });
  await copy.importCertificate(more.bytes, [issuer.row]);
  const tills = [await terminalOf(), await terminalOf(SECOND_MERCHANT)] as const;
  expect(await exchange(tills[0], device, 'OFF-1')).toMatchObject({ accepted: true });
  expect(await exchange(tills[1], copy, 'OFF-1')).toMatchObject({ accepted: true });
  await tills[0].sync(ledgerOf(MERCHANT));
  expect(await tills[1].sync(ledgerOf(SECOND_MERCHANT))).toMatchObject({ settled: 0, refused: 1 });

  const record = firstOf(await tills[1].proofs());
  expect(record).toMatchObject({ orderNumber: 'OFF-1', submitted: true });
  const folder = mkdtempSync(join(tmpdir(), 'offline-exchange-'));
  try {
    const file = join(folder, 'double-spend.json');
    await tills[1].saveProof(record.voucherDigest, file);
    const proof = decodeFraudProof(readFileSync(file, 'utf8'));
    expect(verifyFraudProof(proof, [CERTIFICATES.root])).toMatchObject({
      ok: true,
      fraud: { kind: 'sameCounter', ...RESERVE },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  const frauds = await ledger.node.offline.listFrauds({ bankId: BANK, open: true });
  expect(frauds.frauds).toMatchObject([{ proven: true, merchantId: SECOND_MERCHANT }]);
  expect(await ledger.node.offline.readReserve(RESERVE)).toMatchObject({ status: 'frozen' });
  expect([await earned(MERCHANT), await earned(SECOND_MERCHANT)]).toEqual([1_250n, 0n]);
});

test('a till meets both vouchers of a copied device, and convicts it before either is settled', async () => {
  const contents = new Map<string, string>();
  const device = await openDevice(contents);
  await fund(device);
  const copy = await copyOf(contents);
  const till = await terminalOf();
  await exchange(till, device, 'OFF-1');
  expect(await exchange(till, copy, 'OFF-2')).toMatchObject({ code: 'OFFLINE_DOUBLE_SPEND' });
  expect(await till.sync(ledgerOf(MERCHANT))).toMatchObject({ settled: 1 });
  expect(await till.proofs()).toMatchObject([{ submitted: true }]);
  expect(await ledger.node.offline.readReserve(RESERVE)).toMatchObject({ status: 'frozen' });
});
