// SPDX-License-Identifier: Apache-2.0
// Conservation by hand-made rows: each rule alone, and hostile bytes. Whole lives are in test/property and test/contract.
import fc from 'fast-check';
import { SEED } from '../../../../../test/support/seeded.js';
import type { ChangedRows, RowChange } from '../rows/changed-rows.js';
import { KEY_PARTS } from '../rows/row-kinds.js';
import { auditMoney, auditTotals, totalsOf, type MoneyAudit } from './audit-money.js';
import { figuresOf, NO_MONEY, totalsByCurrency, type MoneyTotals } from './money-totals.js';

const AT = 1_700_000_000;

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

const change = (key: string, before: unknown, after: unknown): RowChange => ({
  key,
  before: before === null ? null : bytes(before),
  after: after === null ? null : bytes(after),
});

const transaction = (...changes: RowChange[]): ChangedRows => ({
  ...{ block: 7, index: 2, transactionId: 'abc', at: AT * 1000 + 5, changes },
});

const account = (customerId: string, available: string, bankId = 'bank-1') => ({
  ...{ customerId, bankId, status: 'active', blocks: 0, sessions: [] },
  money: { EUR: { available, spent: [], sinceStepUp: [] } },
});

const supply = (kind: string, amount: string, holder: string, at = AT) => ({
  ...{ kind, currency: 'EUR', amount, account: holder, at },
});

const checkpoint = (balance: string) => ({
  ...{ payeeId: 'shop', currency: 'EUR', balance, withheld: '0', debts: [] },
});

const ISSUE = [
  change('supply/bank-1/EUR/issue/i-1', null, supply('issue', '500', 'anna')),
  change('account/anna', account('anna', '0'), account('anna', '500')),
] as const;

const audit = (...changes: RowChange[]): MoneyAudit =>
  auditMoney(NO_MONEY, transaction(...changes));

const found = (...changes: RowChange[]): (string | undefined)[][] =>
  audit(...changes).findings.map(({ rule, subject }) => [rule, subject]);

test('money that a bank issues is conserved, and counted', () => {
  const { totals, findings } = audit(...ISSUE);
  expect(findings).toEqual([]);
  expect(figuresOf(totals)).toEqual([
    { currency: 'EUR', bank: 'bank-1', part: 'available', units: 500n },
    { currency: 'EUR', bank: 'bank-1', part: 'made', units: 500n },
  ]);
  expect(totalsByCurrency(totals).get('EUR')).toEqual({
    ...{ made: 500n, takenBack: 0n, onLedger: 500n },
  });
});

test('a finding names block, transaction, rule, what was expected and what was found', () => {
  const [, paid] = ISSUE;
  expect(audit(paid).findings).toEqual([
    {
      ...{ block: 7, index: 2, transactionId: 'abc', rule: 'money.conservation', subject: 'EUR' },
      expected: 'as much money as before',
      found: '500 minor units out of nothing',
    },
  ]);
});

test('a row of supply without its credit is found, and so is one that names nobody who got it', () => {
  const [made, paid] = ISSUE;
  expect(found(made)).toEqual([
    ['money.supplyRow', made.key],
    ['money.conservation', 'EUR'],
  ]);
  const other = change(made.key, null, supply('issue', '500', 'bert'));
  expect(found(other, paid)).toEqual([['money.supplyRow', made.key]]);
});

test('a row of supply is dated with its transaction', () => {
  const [made, paid] = ISSUE;
  const late = change(made.key, null, supply('issue', '500', 'anna', AT + 1));
  expect(found(late, paid)).toEqual([['money.supplyRow', made.key]]);
});

test('a row of supply that is removed or written again is found, even when the money goes with it', () => {
  const [{ key }] = ISSUE;
  const made = supply('issue', '500', 'anna');
  const less = change('account/anna', account('anna', '500'), account('anna', '0'));
  expect(found(change(key, made, null), less)).toEqual([['money.supplyRow', key]]);
  expect(found(change(key, made, made))).toEqual([['money.supplyRow', key]]);
});

test('money leaves a bank only through a payee', () => {
  const anna = change('account/anna', account('anna', '500'), account('anna', '0'));
  const bert = change(
    'account/bert',
    account('bert', '0', 'bank-2'),
    account('bert', '500', 'bank-2'),
  );
  expect(found(anna, bert)).toEqual([
    ['money.bank', 'EUR of bank-1'],
    ['money.bank', 'EUR of bank-2'],
  ]);
  const shop = change('checkpoint/shop/EUR', checkpoint('10'), checkpoint('10'));
  expect(found(anna, bert, shop)).toEqual([]);
});

test.each(['007', '-5', '1e3', '5.0', '', ' 5', '1'.repeat(19), 5, null, ['5']])(
  '%j is no amount',
  (available) => {
    const wrong = change('account/anna', null, account('anna', available as string));
    expect(found(wrong)).toEqual([['money.amount', 'account/anna']]);
  },
);

test('a balance may be longer than an amount', () => {
  const [before, after] = [checkpoint('9'.repeat(30)), checkpoint('9'.repeat(30))];
  expect(found(change('checkpoint/shop/EUR', before, after))).toEqual([]);
  expect(found(change('checkpoint/shop/EUR', null, checkpoint('9'.repeat(41))))).toEqual([
    ['money.amount', 'checkpoint/shop/EUR'],
  ]);
});

test.each([
  ['a kind that nobody knows', 'purse/anna', account('anna', '0')],
  ['a private kind among public rows', 'address/shop/o-1/post', {}],
  ['a name of an object', 'constructor/anna', {}],
  ['another field', 'account/anna', { ...account('anna', '0'), more: 1 }],
  ['another key', 'account/bert', account('anna', '0')],
  ['a longer key', 'account/anna/more', account('anna', '0')],
  ['a list', 'account/anna', []],
])('%s is no row', (_, key, value) => {
  expect(found(change(key, null, value))).toEqual([['money.row', key]]);
});

test('JSON that says a name twice, or in another form, is no row', () => {
  const text = JSON.stringify(account('anna', '5'));
  for (const spoiled of [
    text.replace('{', '{"blocks":1,'),
    ` ${text}`,
    `${text}x`,
    ''.padEnd(9, '['),
  ])
    expect(found({ key: 'account/anna', before: null, after: Buffer.from(spoiled) })).toEqual([
      ['money.row', 'account/anna'],
    ]);
});

test('money in a row that was spoiled is missing from then on, and is told once a block', () => {
  const before = bytes(account('anna', '500'));
  const held = { ...totalsOf([{ key: 'account/anna', value: before }]) };
  const made: MoneyTotals = { ...held, sums: { ...held.sums, 'EUR/bank-1/made': '500' } };
  const spoiled = { key: 'account/anna', before, after: Buffer.from('{}') };
  const { totals, findings } = auditMoney(made, transaction(spoiled));
  expect(findings.map(({ rule }) => rule)).toEqual(['money.row', 'money.conservation']);
  const told = auditTotals(totals, 7);
  expect(told.findings).toEqual([
    {
      ...{ block: 7, rule: 'money.supply', subject: 'EUR' },
      ...{ expected: '500 minor units', found: '0 minor units' },
    },
  ]);
  expect(auditTotals(told.totals, 8).findings).toEqual([]);
  const mended = auditMoney(
    told.totals,
    transaction({ ...spoiled, before: spoiled.after, after: before }),
  );
  expect(auditTotals(mended.totals, 9)).toEqual({
    findings: [],
    totals: { ...made, told: {} },
  });
});

test('a row’s own sums must hold', () => {
  const refund = { merchantId: 'shop', orderNumber: 'o-1', customerId: 'anna', currency: 'EUR' };
  const key = 'offlineRefund/anna/phone/00000001/1';
  expect(found(change(key, null, { ...refund, paid: '5', refunded: '6' }))).toEqual([
    ['money.sound', key],
  ]);
});

test('what only rises never falls, and what stays never changes', () => {
  const refund = { merchantId: 'shop', orderNumber: 'o-1', customerId: 'anna', currency: 'EUR' };
  const key = 'offlineRefund/anna/phone/00000001/1';
  const of = (paid: string, refunded: string) => ({ ...refund, paid, refunded });
  expect(found(change(key, of('9', '6'), of('9', '5')))).toEqual([['money.lasting', key]]);
  expect(found(change(key, of('9', '6'), of('8', '6')))).toEqual([['money.lasting', key]]);
});

test('a key in a finding is cut, and shows nothing but letters, digits and separators', () => {
  const [finding] = audit(
    change(`Ann Smith, 1 High Street\u0000${'x'.repeat(900)}`, null, {}),
  ).findings;
  expect(finding?.subject).toMatch(/^Ann\?Smith[A-Za-z0-9?]{1,291}$/);
});

test('whatever the bytes are, there is an answer, and the totals are those of a new sum', () => {
  const key = fc.oneof(
    fc.constantFrom(...Object.keys(KEY_PARTS)).chain((kind) =>
      fc
        .array(fc.constantFrom('anna', 'EUR', 'bank-1', '00000001', '', '__proto__'), {
          maxLength: 5,
        })
        .map((parts) => [kind, ...parts].join('/')),
    ),
    fc.string(),
  );
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.json().map((text) => Buffer.from(text)),
    fc
      .record({
        customer: fc.constantFrom('anna', '__proto__'),
        units: fc.bigInt({ min: 0n, max: 10n ** 19n }),
      })
      .map(({ customer, units }) => bytes(account(customer, units.toString()))),
    fc.constant(Buffer.from('['.repeat(60_000))),
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name }), (rows) => {
      const made = rows.map(([name, after]) => ({ key: name, before: null, after }));
      const { totals } = audit(...made);
      expect(totals).toEqual(
        totalsOf(rows.map(([name, bytesOf]) => ({ key: name, value: bytesOf }))),
      );
      const gone = made.map(({ key: name, after }) => ({ key: name, before: after, after: null }));
      expect(auditMoney(totals, transaction(...gone)).totals).toEqual(NO_MONEY);
    }),
    { seed: SEED },
  );
});
