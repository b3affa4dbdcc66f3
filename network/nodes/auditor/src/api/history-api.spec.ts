// SPDX-License-Identifier: Apache-2.0
// Every question of the histories over HTTPS: who may ask, and that the node answers what its tables have.
import { BANK, CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { eventually } from '../../../../../test/support/eventually.js';
import { KeptHistories } from '../../../../../test/support/kept-histories.js';
import { OneOrder } from '../../../../../test/support/one-order.js';
import { beside, testPlace } from '../../../common/src/testing/test-place.js';
import { AuditorHouse } from '../testing/auditor-house.js';
import { auditReader, type AuditReader } from './audit-reader.js';
import { HISTORY_OPERATIONS } from './history-operations.js';

type Name = keyof typeof HISTORY_OPERATIONS;

/** The first block that the tables lack. */
const NEXT_BLOCK = 9_173;

/** Among others. */
const including = (entry: object): unknown =>
  expect.arrayContaining([expect.objectContaining(entry)]);

/** What is asked, and what of the answer shows that it is the right one. */
const ASKED: { readonly [Of in Name]: readonly [input: object, answer: object] } = {
  readOrder: [
    { merchantId: MERCHANT, orderNumber: 'ORD-1', limit: 500 },
    { entries: including({ state: 'refunded' }) },
  ],
  readAccount: [
    { customerId: 'customer-1', currency: CURRENCY, limit: 2 },
    { next: expect.any(String) as unknown },
  ],
  readPayee: [{ payeeId: MERCHANT }, { entries: including({ part: 'credits' }) }],
  listSupplies: [{ bankId: BANK, kind: 'issue' }, { entries: [{ account: 'customer-1' }] }],
  listAlarms: [
    { bankId: BANK, state: 'open' },
    { entries: [], next: null },
  ],
  listDisputes: [{ merchantId: MERCHANT, history: 'all' }, { entries: [{}, { state: 'upheld' }] }],
  listFrauds: [{ customerId: 'customer-1' }, { entries: [] }],
  listVotes: [{ from: 0, to: 1_000_000 }, { entries: including({ outcome: 'carried' }) }],
  listParticipants: [{ mspId: 'BankMSP' }, { entries: [{ actor: BANK }] }],
  listSettings: [{ since: 0 }, { entries: [] }],
  listDefinitions: [{ chaincode: 'offline-pay' }, { entries: [] }],
  listTransactions: [{ name: 'test:kept' }, { transactions: [{ transactionId: 'tx-1' }] }],
  readTransaction: [{ transactionId: 'tx-1' }, { transactions: [{ outcome: 'VALID' }] }],
  readBlock: [{ block: 1 }, { block: 1 }],
};

let kept: KeptHistories;
let house: AuditorHouse;
let reader: AuditReader;

beforeAll(async () => {
  const place = await testPlace();
  kept = await KeptHistories.open(beside(place));
  const order = await OneOrder.open();
  await order.buy('express');
  await order.world.dispute(order.device, 'ORD-1');
  await order.world.decide('ORD-1', 'uphold');
  await kept.keep(order.memory.ledger);
  const [first] = await kept.db.selectFrom('transaction_contents').selectAll().limit(1).execute();
  await kept.db
    .insertInto('audited_transactions')
    .values({
      ...{ block: first?.block ?? 0, place: first?.place ?? 0, id: 'tx-1', kind: 'call' },
      ...{ chaincode: 'offline-pay', name: 'test:kept', msp_id: 'BankMSP' },
      ...{ at: Date.now(), noted: 0, outcome: 'VALID' },
    })
    .execute();
  await kept.db
    .insertInto('ledger_position')
    .values({ id: 1, next_block: NEXT_BLOCK, last_hash: '', first_hash: '' })
    .execute();
  reader = auditReader(kept.db);
  house = await AuditorHouse.open({ place });
});
afterAll(() => house.close());

test('a node that starts knows how far its tables are before another block comes', async () => {
  const line = await eventually('the figure of the next block', async () => {
    const figures = (await house.clientOf('operator').metrics()).split('\n');
    return figures.find((each) => each.endsWith(` ${NEXT_BLOCK}`));
  });
  expect(line).toMatch(/^offpay_ledger_next_block/);
});

type Asking = Readonly<Record<Name, (input: object) => Promise<unknown>>>;

test.each(Object.keys(ASKED) as Name[])('%s is answered from the tables', async (name) => {
  const [input, answer] = ASKED[name];
  const local = await (reader as unknown as Asking)[name](input);
  expect(local).toMatchObject(answer);
  for (const role of ['auditor', 'operator']) {
    const client = house.clientOf(role) as unknown as Asking;
    expect(await client[name](input)).toEqual(local);
  }
});

test.each(Object.keys(ASKED) as Name[])(
  '%s is for those who read the whole ledger',
  async (name) => {
    const client = house.clientOf('reporter', MERCHANT) as unknown as Asking;
    await expect(client[name](ASKED[name][0])).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  },
);

test('a range that is none is refused', async () => {
  const client = house.clientOf('auditor');
  await expect(client.listVotes({ from: -1 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  await expect(client.listVotes({ limit: 501 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

test('a cursor that nobody made begins at the beginning', async () => {
  const client = house.clientOf('auditor');
  const all = await client.listVotes({});
  expect(await client.listVotes({ after: "1' or '1'='1" })).toEqual(all);
});
