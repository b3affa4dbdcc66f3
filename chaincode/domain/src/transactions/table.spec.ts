// SPDX-License-Identifier: Apache-2.0
// Checks the one table of transactions for itself, with the patent's units, and with the uses of the refusals.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { ERRORS } from '../base/errors';
import { grams, quantity } from '../base/identifiers';
import { deliveryFee } from '../logistics/select-courier';
import { compareStatements, customerStatement } from '../order-number/compare';
import { ensureTermsAddUp } from '../order-number/terms';
import { UNITS, type UnitId } from '../patent/units';
import { ATTRIBUTES, CALLER, naturalKeyOf } from './define';
import type { NamedTransaction } from './table';
import { ALL_TRANSACTIONS, TRANSACTIONS, transactionNamed } from './table';

type Json = Readonly<Record<string, unknown>>;
const named = (transactions: readonly NamedTransaction[]) =>
  transactions.map((entry) => [entry.fullName, entry] as const);
const EVERY = named(ALL_TRANSACTIONS);
const SUBMITTED = ALL_TRANSACTIONS.filter((entry) => entry.kind === 'submit');
/** The merchant's leg of an order paid by voucher is an express leg. */
const STEPWISE = SUBMITTED.filter(
  (entry) => entry.contract !== 'express' && entry.fullName !== 'offline:order',
);

const fieldAt = (value: unknown, path: string): unknown =>
  path.split('.').reduce((inner, part) => (inner as Json | undefined)?.[part], value);
const sorted = (texts: Iterable<string>): string[] => [...texts].sort();

/** The schemas directly inside a schema. A kind that is unknown here has none. */
function within(schema: unknown): unknown[] {
  if (schema instanceof z.ZodObject) return Object.values(schema.shape);
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.keyType, schema.valueType];
  if (schema instanceof z.ZodUnion) return [...schema.options];
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault
  )
    return [schema.unwrap()];
  return [];
}

const schemasOf = (schema: unknown): unknown[] => [schema, ...within(schema).flatMap(schemasOf)];
const objectsOf = (schema: unknown): z.ZodObject[] =>
  schemasOf(schema).filter((entry) => entry instanceof z.ZodObject);

/** Every copy of a value with one more field in one of its objects, at any depth. */
function withUnknownField(value: unknown): unknown[] {
  if (Array.isArray(value)) {
    const entries: readonly unknown[] = value;
    return entries.flatMap((entry, index) =>
      withUnknownField(entry).map((other) => entries.with(index, other)),
    );
  }
  if (value === null || typeof value !== 'object') return [];
  const deeper = Object.entries(value).flatMap(([key, entry]) =>
    withUnknownField(entry).map((other) => ({ ...value, [key]: other })),
  );
  return [{ ...value, unknownField: '1' }, ...deeper];
}

describe.each(EVERY)('%s', (_, transaction) => {
  const { input, output, example, access, owner } = transaction;

  it('has an example that its own input schema accepts unchanged', () => {
    const parsed = input.parse(example);
    expect(parsed).toEqual(example);
    expect(input.parse(parsed)).toEqual(parsed);
  });

  it('accepts no unknown field in its input, at any depth', () => {
    for (const changed of withUnknownField(example))
      expect(input.safeParse(changed).success).toBe(false);
  });

  it('accepts no text, list or null for its input', () => {
    for (const wrong of ['', [], null, undefined, 0])
      expect(input.safeParse(wrong).success).toBe(false);
  });

  it('accepts no other type in any field of its example', () => {
    for (const field of Object.keys(example as Json))
      expect(input.safeParse({ ...(example as Json), [field]: () => 0 }).success).toBe(false);
  });

  it('has only strict objects in input, output and private input', () => {
    const objects = [input, output, transaction.transient].flatMap(objectsOf);
    expect(objects.length).toBeGreaterThan(0);
    for (const object of objects) expect(object.def.catchall).toBeInstanceOf(z.ZodNever);
  });

  it('names roles and attributes that exist', () => {
    const roles = '(bank|merchant|logistics|auditor|\\*)';
    const attributes = `(${ATTRIBUTES.join('|')})`;
    expect(access.length).toBeGreaterThan(0);
    for (const entry of access)
      expect(entry).toMatch(new RegExp(`^(any|${roles}\\.${attributes})$`));
  });

  it('names its owner by fields that its input has', () => {
    const fields = {
      network: [],
      input: owner.of === 'input' ? [owner.field] : [],
      customer: ['customerId'],
      login: ['loginId'],
      merchant: ['merchantId'],
      order: ['merchantId', 'orderNumber'],
      basket: ['merchantId', 'orderNumber'],
      quote: ['merchantId', 'orderNumber'],
      payee: ['payeeId'],
    }[owner.of];
    for (const field of fields) expect(typeof fieldAt(example, field)).toBe('string');
  });

  it('has a natural key of fields that its input has', () => {
    const naturalKey = naturalKeyOf(transaction);
    const fields = naturalKey.filter((field) => field !== CALLER);
    for (const field of fields) expect(fieldAt(input.parse(example) as Json, field)).toBeDefined();
    expect(new Set(naturalKey).size).toBe(naturalKey.length);
  });

  it('says what it does and what it costs', () => {
    expect(transaction.summary).toMatch(/^[A-Z].*\.$/);
    expect(transaction.operations.fixed).toBeGreaterThan(0);
    expect(new Set(transaction.units).size).toBe(transaction.units.length);
    for (const unit of transaction.units) expect(UNITS).toHaveProperty(unit);
  });

  it('names its endorsers when it has private input', () => {
    if (transaction.transient !== undefined)
      expect(transaction.endorsers).toEqual(['bank', 'logistics']);
  });

  it('has an example of its private input, if it has private input', () => {
    const { transient, transientExample } = transaction;
    expect(transientExample === undefined).toBe(transient === undefined);
    if (transient !== undefined)
      expect(transient.parse(transientExample)).toEqual(transientExample);
  });
});

describe('submitted transactions', () => {
  it.each(named(SUBMITTED))(
    '%s answers whether it was replayed, and is never open to any member',
    (_, entry) => {
      expect((entry.output as z.ZodObject).shape).toHaveProperty('replayed');
      expect(entry.access).not.toContain('any');
    },
  );

  it('have a subject, and say what a repetition is', () => {
    for (const { subject, repeat } of SUBMITTED) expect([subject, repeat]).not.toContain(null);
  });

  it('have a natural key, except those that set the state of the whole network', () => {
    const without = SUBMITTED.filter((entry) => naturalKeyOf(entry).length === 0);
    expect(new Set(without.map((entry) => entry.repeat?.by))).toEqual(new Set(['state']));
    expect(without.map((entry) => entry.fullName)).toEqual([
      'identity:bootstrap',
      'identity:vote',
      'identity:withdrawVote',
      'offline:submitFraudProof',
    ]);
  });

  it.each(named(SUBMITTED))('%s puts no personal data into a block', (_, entry) => {
    const personal =
      /^(name|firstName|lastName|phone|email|street|city|address|text|salt|password|code|birth.*|card|iban)$/i;
    const fields = [entry.input, entry.output]
      .flatMap(objectsOf)
      .flatMap((object) => Object.keys(object.shape));
    expect(fields.filter((field) => personal.test(field))).toEqual([]);
  });

  it('put the coordinates of goods, depots and areas into blocks, but never of an address', () => {
    const placed = SUBMITTED.filter((entry) =>
      [entry.input, entry.output].flatMap(objectsOf).some((object) => 'latitude' in object.shape),
    );
    expect(placed.map((entry) => entry.fullName)).toEqual([
      'goods:registerGoods',
      'logistics:registerCouriers',
      'logistics:locateGoods',
    ]);
  });
});

describe('queries', () => {
  const queries = ALL_TRANSACTIONS.filter((entry) => entry.kind === 'evaluate');

  it.each(named(queries))('%s carries out no unit and has no key', (_, entry) => {
    expect([entry.units, naturalKeyOf(entry), entry.transient]).toEqual([[], [], undefined]);
  });
});

describe("the patent's units", () => {
  const unitsOf = (transactions: readonly NamedTransaction[]) =>
    sorted(new Set(transactions.flatMap((entry) => entry.units)));
  const byTransaction = (transactions: readonly NamedTransaction[], unit: UnitId) =>
    transactions.filter((entry) => entry.units.includes(unit)).map((entry) => entry.fullName);

  /** Units 19 and 20 work beside the ledger, at the bank. */
  it('1 to 18 each have a stepwise transaction, and only 19 and 20 have none', () => {
    const expected = Object.keys(UNITS).filter((unit) => unit !== '19' && unit !== '20');
    expect(unitsOf(STEPWISE)).toEqual(sorted(expected));
  });

  it.each<[UnitId, readonly string[]]>([
    [
      '2',
      [
        'identity:enrolCustomer',
        'identity:registerDevice',
        'identity:revokeDevice',
        'identity:verifyIdentity',
      ],
    ],
    ['3', ['identity:openLogin', 'identity:updateProfile']],
    ['4', ['identity:completeAuthentication', 'identity:failAuthentication']],
    ['5', ['identity:attestSms']],
    ['6', ['identity:attestPassword']],
    ['7', ['identity:assessReputation']],
    ['8', ['goods:verify']],
    ['9', ['goods:partition']],
    ['10', ['goods:verifyMerchant']],
    ['11', ['logistics:verifyGoods']],
    ['1101', ['logistics:locateGoods']],
    ['1102', ['logistics:quotePrices']],
    ['1103', ['logistics:offerAddresses']],
    ['1104', ['logistics:rankCouriers']],
    ['12', ['goods:checkCategories']],
    ['13', ['orderNumber:compare']],
    ['14', ['settlement:capture']],
    ['17', ['feedback:storePurchase']],
    ['18', ['feedback:publish', 'feedback:rate']],
  ])('%s is carried out by %j', (unit, expected) => {
    expect(sorted(byTransaction(STEPWISE, unit))).toEqual(expected);
  });

  it('15 compares twice, and 16 is decided by an operator', () => {
    expect(byTransaction(STEPWISE, '15')).toEqual(['alarm:compareGoods', 'alarm:compareOrder']);
    expect(byTransaction(STEPWISE, '16')).toEqual(
      expect.arrayContaining(['alarm:resolve', 'alarm:uphold']),
    );
  });

  it('of an order that matches are all in the three express legs, one leg per organisation', () => {
    const { quote, order, settle } = TRANSACTIONS.express;
    expect(sorted(quote.units)).toEqual(['11', '1101', '1102', '1103', '1104']);
    expect(sorted(order.units)).toEqual(['10', '12', '15', '8', '9']);
    expect(sorted(settle.units).filter((unit) => unit !== '16')).toEqual(['13', '14', '15', '17']);
  });

  it.each(['alarm:compareOrder', 'express:settle'])(
    '%s names 16, the alarm that it raises',
    (fullName) => {
      expect(byTransaction(SUBMITTED, '16')).toContain(fullName);
    },
  );
});

describe('what is answered', () => {
  it('fits every possible order: a million pieces in each of a hundred lines', () => {
    const { input, output, example } = TRANSACTIONS.express.quote;
    const [line] = example.basket.lines;
    const lines = Array.from({ length: 100 }, () => ({ ...line, quantity: 1_000_000 }));
    expect(input.safeParse({ ...example, basket: { ...example.basket, lines } }).success).toBe(
      true,
    );
    const answer = { replayed: false, units: [], goodsTotal: '0', offers: [] };
    expect(output.safeParse(answer).error).toBeUndefined();
  });

  it('of the heaviest order is still exact', () => {
    const [heaviest, pieces, lines] = [10_000_000, 1_000_000, 100];
    expect([grams, quantity].map((schema) => schema.maxValue)).toEqual([heaviest, pieces]);
    const weight = heaviest * pieces * lines;
    expect(Number.isSafeInteger(weight)).toBe(true);
    const tariff = { currency: 'EUR', base: '0', perKm: '0', perKg: '1' };
    expect(deliveryFee(tariff, 0, weight)).toBe((BigInt(weight) / 1000n).toString());
  });

  it('to a quote does not reveal the weight', () => {
    expect(TRANSACTIONS.express.quote.output.shape).not.toHaveProperty('weightGrams');
  });
});

describe('the examples', () => {
  it('describe one purchase: its terms add up, and its three statements agree', () => {
    const { terms, statement: merchant } = TRANSACTIONS.express.order.example;
    const { basket, statement: logistics } = TRANSACTIONS.express.quote.example;
    expect(() => ensureTermsAddUp(terms)).not.toThrow();
    expect(compareStatements({ customer: customerStatement(terms), merchant, logistics })).toEqual(
      [],
    );
    expect(terms).toMatchObject(basket);
    expect(TRANSACTIONS.settlement.capture.example.amount).toBe(terms.total);
  });
});

describe('names', () => {
  it('are unique, and find their transaction', () => {
    expect(new Set(ALL_TRANSACTIONS.map((entry) => entry.fullName)).size).toBe(
      ALL_TRANSACTIONS.length,
    );
    for (const entry of ALL_TRANSACTIONS)
      expect(transactionNamed(entry.contract, entry.name)).toBe(entry);
  });

  it.each([
    ['identity', 'capture'],
    ['settlement', 'toString'],
    ['__proto__', 'constructor'],
    ['', ''],
  ])('%s:%s is none', (contract, name) => expect(transactionNamed(contract, name)).toBeUndefined());
});

describe('refusals', () => {
  const root = resolve(__dirname, '../../../..');

  function sourcesUnder(folder: string): string[] {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      // The table only names refusals. The rules use them.
      if (entry.name === 'transactions') return [];
      if (entry.isDirectory()) return sourcesUnder(path);
      return /(?<!\.spec|\.d|errors)\.ts$/.test(path) ? [readFileSync(path, 'utf8')] : [];
    });
  }

  it('are each used by a rule', () => {
    const rooms = ['chaincode/domain/src', 'chaincode/src', 'sdk/src'];
    const sources = rooms.flatMap((room) => sourcesUnder(join(root, room))).join('\n');
    const unused = Object.keys(ERRORS).filter((code) => !sources.includes(`'${code}'`));
    expect(unused).toEqual([]);
  });
});
