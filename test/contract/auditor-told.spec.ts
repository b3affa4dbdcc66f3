// SPDX-License-Identifier: Apache-2.0
// Nodes of a merchant and a bank tell an auditor's node, over its doors: what a terminal accepted and the bank hides is named, and whoever
// reports speaks for its own alone. What was told is told once, and what an auditor could not take is told later.
import { BANK, MERCHANT } from '@fabric-offline-pay/testing';
import type { NodeClient } from '@fabric-offline-pay/node-common/client';
import type { OperationTable } from '../../network/nodes/auditor/src/api/auditor-api.js';
import { AuditorHouse } from '../../network/nodes/auditor/src/testing/auditor-house.js';
import { BankHouse } from '../../network/nodes/bank/src/testing/bank-house.js';
import { beside, testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { reportToAuditor } from '../../network/nodes/merchant/src/auditing/report.js';
import { openMerchantDatabase } from '../../network/nodes/merchant/src/database/open-database.js';
import type { MerchantDatabase } from '../../network/nodes/merchant/src/database/schema.js';
import { MerchantHouse } from '../../network/nodes/merchant/src/testing/merchant-house.js';
import { AuditedMemory } from '../support/audited-memory.js';
import { codeOf } from '../support/code-of.js';
import { defined, itemWhere } from '../support/defined.js';
import { eventually } from '../support/eventually.js';
import { MemoryBlocks } from '../support/memory-blocks.js';
import { memoryWorld, MSP, type MemoryWorld } from '../support/memory-world.js';
import { base64, nowSeconds, OfflineLedger } from '../support/offline-ledger.js';
import type { Device, Payment } from '../support/offline-world.js';

const DAY = 86_400;

/** @returns the code of a refusal */
const refusalOf = (call: () => Promise<unknown>): Promise<string> =>
  codeOf(async () => {
    await call();
    return 'no refusal';
  });

let memory: MemoryWorld;
let offline: OfflineLedger;
let device: Device;
let audited: AuditedMemory;
let auditorHouse: AuditorHouse;
let merchantHouse: MerchantHouse;
let merchantDb: MerchantDatabase;
let bankHouse: BankHouse;
let auditor: NodeClient<OperationTable>;

beforeAll(async () => {
  memory = await memoryWorld();
  offline = await OfflineLedger.open(memory);
  device = await offline.device('customer-1');
  const place = await testPlace();
  audited = await AuditedMemory.open(place, memory.ledger);
  auditorHouse = await AuditorHouse.open({ place: beside(place) });
  auditor = auditorHouse.clientOf('auditor');
  const blocks = new MemoryBlocks(memory.ledger);
  const merchantPlace = await testPlace();
  merchantDb = await openMerchantDatabase(merchantPlace);
  merchantHouse = await MerchantHouse.open({
    ...{ client: offline.merchant('cashier'), blocks, mspId: MSP.merchant },
    ...{ place: beside(merchantPlace), auditor: auditorHouse.settingFor(MERCHANT) },
  });
  bankHouse = await BankHouse.open(
    { auditors: [auditorHouse.settingFor(BANK)] },
    {
      ledger: (await memory.world.bank('auth-service')).identity,
      blocks,
      clients: {
        teller: await memory.world.bank('teller'),
        bankNode: await memory.world.bank('bank-node'),
        height: () => blocks.height(),
      },
    },
  );
});
afterAll(async () => {
  await bankHouse.close();
  await merchantHouse.close();
  await auditorHouse.close();
  await merchantDb.destroy();
  await audited.db.destroy();
});

const handed = ({ voucher, requestPayload }: Payment) => ({
  ...{ voucher: base64(voucher), request: base64(requestPayload) },
  ...{ certificate: base64(device.certificateBytes), acceptedAt: nowSeconds() },
});

const handIn = (...payments: readonly Payment[]) =>
  merchantHouse
    .clientOf('terminal', MERCHANT)
    .handInVouchers({ merchantId: MERCHANT, terminalId: 'till-1', vouchers: payments.map(handed) });

const countOf = async (table: 'reported_vouchers' | 'reported_receipts' | 'backing_statements') =>
  (await audited.db.selectFrom(table).select('reported_at').execute()).length;

const exposedAt = async (at: number) => (await auditor.listExposed({ at })).findings;

const waiting = () =>
  merchantDb.selectFrom('accepted_vouchers').selectAll().where('result', 'is', null).execute();

test('what a terminal hands in and the bank hides is named, and what is paid is not', async () => {
  const [hidden, paid] = [offline.pay(device), offline.pay(device)];
  // The auditor has not read the issuer yet, so that it is told again.
  expect(await handIn(hidden, paid)).toEqual({ kept: 2 });
  expect(await handIn(hidden)).toEqual({ kept: 0 });
  await audited.catchUp();
  const report = { db: merchantDb, auditor: auditorHouse.settingFor(MERCHANT) };
  await reportToAuditor(report, AbortSignal.timeout(30_000));
  expect(await countOf('reported_vouchers')).toBe(2);
  expect(await waiting()).toEqual([]);
  expect(await offline.settle([[device, [paid]]])).toEqual(['settled']);
  await audited.catchUp();
  const { claimUntil } = device.certificate;
  expect(await exposedAt(claimUntil - 1)).not.toContainEqual(
    expect.objectContaining({ rule: 'confirmation.voucher' }),
  );
  const named = (await exposedAt(claimUntil + DAY)).filter(
    ({ rule }) => rule === 'confirmation.voucher',
  );
  expect(named.map(({ subject }) => subject.split('/')[1])).toEqual(['OFF-1']);
});

test('what the merchant was credited is told once, and stands on the ledger so', async () => {
  await eventually('the node has the credit', async () =>
    (await merchantDb.selectFrom('payee_movements').select('block').execute()).length > 0
      ? true
      : undefined,
  );
  const report = { db: merchantDb, auditor: auditorHouse.settingFor(MERCHANT) };
  for (let times = 0; times < 2; times += 1)
    await reportToAuditor(report, AbortSignal.timeout(30_000));
  expect(await countOf('reported_receipts')).toBe(1);
  await merchantDb.deleteFrom('told_credits').execute();
  await reportToAuditor(report, AbortSignal.timeout(30_000));
  expect(await countOf('reported_receipts')).toBe(1);
  expect(await merchantDb.selectFrom('refused_credits').selectAll().execute()).toEqual([]);
  expect(await exposedAt(nowSeconds())).toEqual([]);
});

test('an auditor that does not answer is told later', async () => {
  const [payment] = [offline.pay(device)];
  const setting = auditorHouse.settingFor(MERCHANT);
  await merchantDb.deleteFrom('accepted_vouchers').execute();
  await handIn(payment);
  await eventually('it is told', async () => ((await waiting()).length === 0 ? true : undefined));
  await merchantDb
    .updateTable('accepted_vouchers')
    .set({ result: null, ...handedRow(payment) })
    .execute();
  const away = { ...setting, url: 'https://127.0.0.1:1' };
  const told = () =>
    reportToAuditor({ db: merchantDb, auditor: away }, AbortSignal.timeout(30_000));
  expect(await refusalOf(told)).toBe('SERVICE_UNREACHABLE');
  expect(await waiting()).toHaveLength(1);
  await reportToAuditor({ db: merchantDb, auditor: setting }, AbortSignal.timeout(30_000));
  const rows = await merchantDb.selectFrom('accepted_vouchers').selectAll().execute();
  expect(rows).toMatchObject([{ result: 'known', voucher: null, certificate: null }]);
});

const handedRow = (payment: Payment) => {
  const { voucher, certificate, request } = handed(payment);
  return { voucher, certificate, request };
};

test('a bank that states nothing will be named, and nobody acknowledges what is not so yet', async () => {
  const at = nowSeconds() + 3 * DAY;
  const missing = async () =>
    defined(
      (await exposedAt(at)).find(({ rule }) => rule === 'backing.missing'),
      'finding',
    );
  const { id, found, subject, acknowledged } = await missing();
  expect({ subject, acknowledged }).toEqual({ subject: BANK, acknowledged: null });
  // Of now, nothing is missing: only what can be read can be acknowledged.
  const acknowledge = () => auditor.acknowledgeFinding({ findingId: id, found, reason: 'known' });
  expect(await refusalOf(acknowledge)).toBe('NOT_FOUND');
});

test('the bank’s node hands over each statement once', async () => {
  const operator = bankHouse.clientOf('operator');
  await operator.stateBacking({});
  await eventually('it is handed over', async () =>
    (await countOf('backing_statements')) === 1 ? true : undefined,
  );
  await operator.stateBacking({});
  await eventually('nothing waits', async () => {
    const jobs = await operator.listJobs({});
    const { waiting: waits, running } = itemWhere(jobs, ({ name }) => name === 'hand-over-backing');
    return waits + running === 0 ? true : undefined;
  });
  expect(await countOf('backing_statements')).toBe(1);
});

test('a finding by a report is acknowledged like any other', async () => {
  const reporter = auditorHouse.clientOf('reporter', MERCHANT);
  const transactionId = 'cd'.repeat(32);
  const receipt = { block: 1, transactionId, reference: 'x', currency: 'EUR', amount: '1' };
  await reporter.reportReceipts({ payeeId: MERCHANT, receipts: [receipt] });
  const finding = async () =>
    itemWhere(await exposedAt(nowSeconds()), (each) => each.transactionId === transactionId);
  const { id, found, acknowledged } = await finding();
  expect(acknowledged).toBeNull();
  await auditor.acknowledgeFinding({ findingId: id, found, reason: 'a till of an exercise' });
  expect((await finding()).acknowledged).toMatchObject({ reason: 'a till of an exercise' });
});

describe('a reporter', () => {
  const receipt = {
    ...{ block: 1, transactionId: 'ab'.repeat(32), reference: 'x', currency: 'EUR', amount: '1' },
  };

  it('speaks for its own alone', async () => {
    const reporter = auditorHouse.clientOf('reporter', 'merchant-2');
    const told = () => reporter.reportReceipts({ payeeId: MERCHANT, receipts: [receipt] });
    expect(await refusalOf(told)).toBe('NOT_FOUND');
  });

  it('reads nothing, and nobody else reports', async () => {
    const reporter = auditorHouse.clientOf('reporter', MERCHANT);
    expect(await refusalOf(() => reporter.listExposed({}))).toBe('ACCESS_DENIED');
    const told = () => auditor.reportReceipts({ payeeId: 'auditor', receipts: [receipt] });
    expect(await refusalOf(told)).toBe('ACCESS_DENIED');
  });

  it('tells no more at once than a report takes', async () => {
    const reporter = auditorHouse.clientOf('reporter', MERCHANT);
    const receipts = Array.from({ length: 201 }, () => receipt);
    expect(await refusalOf(() => reporter.reportReceipts({ payeeId: MERCHANT, receipts }))).toBe(
      'INPUT_INVALID',
    );
  });
});
