// SPDX-License-Identifier: Apache-2.0
// Files that went wrong, run to their end: no row ends a run but its own, and of every order the report says what the ledger says.
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputPaths, type InputPaths, type PayReport } from '@fabric-offline-pay/run';
import { ifFound, UnavailableError } from '@fabric-offline-pay/sdk';
import { FilesRun } from '../support/files-run.js';
import { expectEveryRowOnce } from '../support/every-row.js';

const SETS = join(__dirname, '..', 'files');

/** The files of a set that there are: those that are missing were not named. */
function filesOf(set: string): InputPaths {
  const all = Object.entries(inputPaths(join(SETS, set)));
  return Object.fromEntries(all.filter(([, file]) => existsSync(file)));
}

let network: FilesRun;

beforeAll(async () => {
  network = await FilesRun.open();
}, 60_000);
afterAll(() => network.close());

type Row = PayReport['outcomes'][number];

/** How a row ended, which a rerun tells as its first outcome. */
const endOf = ({ state, first }: Row): string =>
  (state === 'replayed' ? first?.state : state) ?? '';

/** For each row that placed an order the report shows the ledger's state; for others, that no money is held. */
async function expectAsOnLedger({ outcomes }: PayReport): Promise<void> {
  const { orderNumber } = network.world.clientFor('bank', 'auditor', 'bank-1');
  for (const row of outcomes) {
    const key = { merchantId: row.merchantId, orderNumber: row.orderNumber };
    const order = await ifFound(orderNumber.readOrder(key));
    const isOfAnother = outcomes.some(
      (other) => other !== row && other.orderNumber === row.orderNumber,
    );
    if (row.ledger === null)
      expect([row.orderNumber, isOfAnother || order?.hold == null]).toEqual([
        row.orderNumber,
        true,
      ]);
    else expect([row.orderNumber, row.ledger]).toEqual([row.orderNumber, order?.state]);
    const held = row.ledger !== null && order?.hold != null;
    if (held) expect([row.orderNumber, endOf(row)]).toEqual([row.orderNumber, order.state]);
  }
}

/** The sets that were run. */
const ran = new Set<string>();

async function run(set: string): Promise<PayReport> {
  ran.add(set);
  const report = await network.run(filesOf(set));
  await expectAsOnLedger(report);
  expectEveryRowOnce(report);
  expect([report.uncounted, report.open]).toEqual([null, []]);
  for (const { issued, redeemed, onLedger } of Object.values(report.money))
    expect(BigInt(issued) - BigInt(redeemed)).toBe(BigInt(onLedger));
  return report;
}

const endsOf = ({ outcomes }: PayReport) =>
  outcomes.map(({ orderNumber, state, refusal }) => [orderNumber, state, refusal].join(' '));

const problemsOf = ({ problems }: PayReport) =>
  problems.map(
    ({ file, line, field, code }) => `${file.split('/').at(-1) ?? ''}:${line} ${field} ${code}`,
  );

/** What the report tells of a set: how each order ended and at which step, and what was left out. */
const toldOf = (report: PayReport) => ({
  orders: report.outcomes.map(({ orderNumber, state, refusal, step }) =>
    [orderNumber, state, ...(refusal === null ? [] : [refusal, 'at', step])].join(' '),
  ),
  leftOut: problemsOf(report),
  notEnrolled: report.notEnrolled.map(({ line, code }) => `${line} ${code}`),
});

const told = (
  orders: readonly string[],
  leftOut: readonly string[] = [],
  notEnrolled: readonly string[] = [],
) => ({ orders, leftOut, notEnrolled });

test('F1: a follow-up that fails is told beside the state that the ledger has, with what to do', async () => {
  const report = await run('e-refund-too-large');
  expect(toldOf(report)).toEqual(
    told([
      'FE-1 released REFUND_EXCEEDED at settlement:refund',
      'FE-2 voided',
      'FE-3 refused HOLD_EXCEEDED at express:order',
    ]),
  );
  expect(report.files.orders).toMatchObject({ rows: 3, done: 1, refused: 1, failed: 1 });
  expect(report.outcomes.map(({ advice }) => advice)).toEqual([
    expect.stringContaining('It is paid'),
    null,
    null,
  ]);
});

test('F2: what the bank refuses of goods is left out when the file is read, and so are the rows that need it', async () => {
  expect(toldOf(await run('a-newline-in-goods-name'))).toEqual(
    told(
      [],
      [
        'goods.csv:2 name INPUT_BAD_TEXT',
        'orders.csv:2 lines INPUT_UNKNOWN_GOODS',
        'merchant-orders.csv:2 lines INPUT_UNKNOWN_GOODS',
        'waybills.csv:2 lines INPUT_UNKNOWN_GOODS',
      ],
    ),
  );
});

test('F3: a customer with a short password is named and left out', async () => {
  const report = await run('b-short-password');
  expect(toldOf(report)).toEqual(told([], ['customers.csv:2 password INPUT_BAD_PASSWORD']));
  expect(report.files.merchants).toMatchObject({ rows: 1, done: 1 });
});

test('F4: a currency without a limit stops nobody else, without a network', async () => {
  const report = await run('f-offline-unlimited-currency');
  const ends = report.offline.outcomes.map(({ orderNumber, state, reason, onLedger }) => [
    ...[orderNumber, state, reason, onLedger],
  ]);
  expect(ends).toEqual([
    ['FO-1', 'refusedOffline', 'OFFLINE_NOT_ALLOWED', false],
    ['FO-2', 'settled', 'settled', true],
  ]);
  expect(report.files.offlinePayments).toMatchObject({ rows: 2, done: 1, refused: 1 });
  expect(toldOf(report).notEnrolled).toEqual(['3 CURRENCY_NOT_ALLOWED']);
}, 120_000);

test('F4: a currency without a limit stops nobody else, with orders', async () => {
  expect(toldOf(await run('h-currency-without-limit'))).toEqual(
    told(
      [
        'KH-2 refused CURRENCY_NOT_ALLOWED at express:order',
        'KH-3 refused CURRENCY_NOT_ALLOWED at settlement:authorise',
      ],
      [],
      ['2 CURRENCY_NOT_ALLOWED', '3 CURRENCY_NOT_ALLOWED'],
    ),
  );
});

test('orders alone: merchants, goods, couriers and customers of earlier runs; follow-ups that fail after money was held', async () => {
  expect(toldOf(await run('follow-ups-that-fail'))).toEqual(
    told([
      'FM-1 released REFUND_EXCEEDED at settlement:refund',
      'FM-2 released FEE_NOT_CAPTURED at logistics:pickUp',
      'FM-3 released INPUT_INVALID at settlement:refund',
      'FM-4 released',
      'FM-5 released FEE_NOT_CAPTURED at logistics:pickUp',
    ]),
  );
});

test('F4: a rerun shows the first outcome of each row again', async () => {
  const { outcomes } = await run('follow-ups-that-fail');
  expect(outcomes.map(({ state, first }) => [state, first?.state, first?.refusal])).toEqual([
    ['replayed', 'released', 'REFUND_EXCEEDED'],
    ['replayed', 'released', 'FEE_NOT_CAPTURED'],
    ['replayed', 'released', 'INPUT_INVALID'],
    ['replayed', 'released', null],
    ['replayed', 'released', 'FEE_NOT_CAPTURED'],
  ]);
});

test('what an order names and neither file nor ledger has is left out, and so are amounts of other currencies', async () => {
  expect(toldOf(await run('leads-nowhere'))).toEqual(
    told(
      ['LN-10 released'],
      [
        'orders.csv:2 merchant_id INPUT_UNKNOWN_MERCHANT',
        'orders.csv:3 customer_id INPUT_UNKNOWN_CUSTOMER',
        'orders.csv:4 lines INPUT_UNKNOWN_GOODS',
        'orders.csv:5 courier_id INPUT_UNKNOWN_COURIER',
        'orders.csv:6 address INPUT_UNKNOWN_ADDRESS',
        'orders.csv:7 lines INPUT_BAD_MONEY',
        'orders.csv:8 currency INPUT_CURRENCY_DIFFERS',
        'orders.csv:9 lines INPUT_BAD_LINES',
        'orders.csv:10 then INPUT_BAD_MONEY',
      ],
    ),
  );
});

test('F6: of two customers with one order number the first in the file has it; of two rows with one key the first is taken', async () => {
  expect(toldOf(await run('same-keys'))).toEqual(
    told(
      [
        'SK-1 released',
        'SK-1 refused IDEMPOTENCY_CONFLICT at orderNumber:openBasket',
        'SK-1 replayed',
        'SK-2 blocked',
        'SK-2 refused IDEMPOTENCY_CONFLICT at express:quote',
      ],
      [
        'merchants.csv:3 merchant_id INPUT_DUPLICATE_KEY',
        'goods.csv:3 gtin INPUT_DUPLICATE_KEY',
        'goods.csv:4 merchant_id INPUT_UNKNOWN_MERCHANT',
        'customers.csv:3 customer_id INPUT_DUPLICATE_KEY',
        'merchant-orders.csv:3 order_number INPUT_DUPLICATE_KEY',
        'waybills.csv:3 waybill INPUT_DUPLICATE_KEY',
      ],
    ),
  );
});

test('F7: UTF-16, semicolons and tabs are read; F9: names that hide their direction are not', async () => {
  expect(toldOf(await run('mixed-encodings'))).toEqual(
    told(
      ['MX-1 blocked', 'MX-2 released'],
      [
        'goods.csv:2 price INPUT_BAD_MONEY',
        'goods.csv:3 name INPUT_BAD_TEXT',
        'orders.csv:4 typed_password INPUT_BAD_TEXT',
        'orders.csv:5 currency INPUT_BAD_CURRENCY',
        'merchant-orders.csv:2 goods_total INPUT_BAD_MONEY',
      ],
    ),
  );
});

test('F8: half a line at the end of the journal costs nothing: the row that it was of ends as it did', async () => {
  const journal = join(network.folder, 'orders.jsonl');
  appendFileSync(journal, '{"row":"0123456789abcdef');
  const { outcomes } = await run('leads-nowhere');
  expect(outcomes).toMatchObject([{ orderNumber: 'LN-10', state: 'replayed', ledger: 'released' }]);
  writeFileSync(journal, '');
  const again = await run('leads-nowhere');
  expect(again.outcomes).toMatchObject([{ orderNumber: 'LN-10', state: 'released' }]);
});

const HEADER =
  'order_number,merchant_id,customer_id,currency,lines,address,courier_id,typed_password,typed_code,code_delay_s,hold_seconds,then';

/** Writes orders of one customer. @returns the paths that a run takes */
function ordersWith(...rows: readonly string[]): InputPaths {
  const orders = join(network.folder, 'orders.csv');
  writeFileSync(orders, `${[HEADER, ...rows].join('\n')}\n`);
  return { orders };
}

const rowOf = (orderNumber: string, more = ',,,,,') =>
  `${orderNumber},lis-loja,cust-x2,EUR,5601234000009*1@3.00,1,${more}`;

test('F4: a node that does not answer leaves its rows unfinished and stops no other; the next run ends them', async () => {
  const orders = ordersWith(rowOf('NA-1'), rowOf('NA-2'), rowOf('NA-3'));
  const away = new UnavailableError({});
  const clients = network.clients((own, role) =>
    role !== 'logistics'
      ? own
      : {
          ...own,
          express: { ...own.express, quote: () => Promise.reject(away) },
          logistics: { ...own.logistics, pickUp: () => Promise.reject(away) },
        },
  );
  const report = await network.run(orders, { clients });
  await expectAsOnLedger(report);
  expect(toldOf(report).orders).toEqual([
    'NA-1 unfinished NETWORK_UNAVAILABLE at express:quote',
    'NA-2 released NETWORK_UNAVAILABLE at logistics:pickUp',
    'NA-3 unfinished NETWORK_UNAVAILABLE at express:quote',
  ]);
  expect(report.files.orders).toMatchObject({ rows: 3, unfinished: 3 });
  const next = await network.run(orders);
  await expectAsOnLedger(next);
  expect(endsOf(next)).toEqual(['NA-1 released ', 'NA-2 released ', 'NA-3 released ']);
});

test('F5: an order that never reached the ledger is tried again once its row was corrected, or when the user wants it', async () => {
  const wrong = ordersWith(
    rowOf('TA-1', ',wrong-password,,,,'),
    rowOf('TA-2', ',wrong-password,,,,'),
  );
  expect(endsOf(await network.run(wrong))).toEqual([
    'TA-1 refused PASSWORD_WRONG',
    'TA-2 refused PASSWORD_WRONG',
  ]);
  expect(endsOf(await network.run(wrong))).toEqual(['TA-1 replayed ', 'TA-2 replayed ']);
  const corrected = ordersWith(rowOf('TA-1'), rowOf('TA-2', ',wrong-password,,,,'));
  const report = await network.run(corrected);
  await expectAsOnLedger(report);
  expect(endsOf(report)).toEqual(['TA-1 released ', 'TA-2 replayed ']);
  const again = await network.run(corrected, { again: true });
  expect(endsOf(again)).toEqual(['TA-1 replayed ', 'TA-2 refused PASSWORD_WRONG']);
});

test('a customer whose device or password is not here is named, and pays with a password that is typed', async () => {
  const teller = network.world.clientFor('bank', 'teller', 'bank-1');
  await teller.identity.enrolCustomer({ customerId: 'by-hand', bankId: 'bank-1', missing: [] });
  writeFileSync(join(network.folder, 'customers-files.json'), '[]');
  const report = await network.run(
    ordersWith(
      rowOf('CE-1').replace('cust-x2', 'by-hand'),
      rowOf('CE-2'),
      rowOf('CE-3', ',password1,,,,'),
    ),
  );
  await expectAsOnLedger(report);
  expect(problemsOf(report)).toEqual([
    'orders.csv:2 customer_id INPUT_CUSTOMER_ELSEWHERE',
    'orders.csv:3 typed_password INPUT_CUSTOMER_ELSEWHERE',
  ]);
  expect(endsOf(report)).toEqual(['CE-3 released ']);
});

test('each set of files has its test', () => {
  expect(readdirSync(SETS).sort()).toEqual([...ran].sort());
});
