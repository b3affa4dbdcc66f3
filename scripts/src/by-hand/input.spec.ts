// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainError, transactionNamed, type NamedTransaction } from '@fabric-offline-pay/domain';
import { defined } from '../../../test/support/defined.js';
import { inputOf, privateInputOf, type Given } from './input.js';

const named = (contract: string, name: string): NamedTransaction =>
  defined(transactionNamed(contract, name), `${contract}:${name}`);
const CAPTURE = named('settlement', 'capture');
const ROLL_UP = named('settlement', 'rollUp');
const RATE = named('feedback', 'rate');
const ORDER = { merchantId: 'merchant-1', orderNumber: 'ORD-1' };

/** @returns the details of the refusal of this input. */
function detailsOf(transaction: NamedTransaction, given: Given): unknown {
  try {
    inputOf(transaction, given);
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    expect(error).toHaveProperty('code', 'INPUT_INVALID');
    return (error as DomainError).details;
  }
  throw new Error('the input was accepted');
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-input-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return `@${path}`;
}

test('a number becomes a number, and an identifier of digits stays text', () => {
  const fields = { payeeId: '42', currency: 'EUR', until: '7' };
  expect(inputOf(ROLL_UP, { fields })).toEqual({ payeeId: '42', currency: 'EUR', until: 7 });
});

test('single field options override the whole input', () => {
  const input = JSON.stringify({ ...ORDER, captureId: 'c-1', amount: '10' });
  expect(inputOf(CAPTURE, { input, fields: { amount: '20' } })).toEqual({
    ...ORDER,
    captureId: 'c-1',
    amount: '20',
  });
});

test('the whole input and a field can come from files', () => {
  const ratings = [{ subject: 'goods', subjectId: '4006381333931', stars: 5, defect: false }];
  const input = file('input.json', JSON.stringify({ ...ORDER, signature: 's' }));
  const fields = { ratings: file('ratings.json', JSON.stringify(ratings)) };
  expect(inputOf(RATE, { input, fields })).toEqual({ ...ORDER, signature: 's', ratings });
});

test('names everything that is missing or wrong at once, with its option', () => {
  const fields = { orderNumber: 'ORD-1', captureId: 'c-1', amount: '0' };
  expect(detailsOf(CAPTURE, { fields })).toEqual({
    problems: [
      { field: 'merchantId', option: '--merchant-id', reason: 'missing' },
      { field: 'amount', option: '--amount', reason: 'must be above zero' },
    ],
  });
});

test.each(['seven', '', ' 7', '0x7', '07', '1e400'])(
  'the schema refuses what is not a number: %j',
  (until) => {
    const fields = { payeeId: 'p', currency: 'EUR', until };
    expect(detailsOf(ROLL_UP, { fields })).toMatchObject({ problems: [{ field: 'until' }] });
  },
);

test.each([
  [
    { input: '{', fields: {} },
    { field: '--input', reason: 'no JSON' },
  ],
  [
    { input: '[]', fields: {} },
    { field: '--input', reason: 'must be a JSON object' },
  ],
  [
    { input: 'null', fields: {} },
    { field: '--input', reason: 'must be a JSON object' },
  ],
  [{ fields: { ratings: 'x' } }, { field: '--ratings', reason: 'no JSON' }],
  [
    { input: '@/nowhere.json', fields: {} },
    { field: '--input', reason: '/nowhere.json cannot be read' },
  ],
  [
    { input: '-', private: '-', fields: {} },
    { field: '--private', reason: 'standard input can hold only one of the two' },
  ],
])('%j is refused', (given, details) => expect(detailsOf(RATE, given)).toEqual(details));

describe('private input', () => {
  const quoting = named('logistics', 'quotePrices');

  test('is read in the same way; the client checks it and names only fields', () => {
    expect(privateInputOf(quoting, { private: '{"salt":"x"}', fields: {} })).toEqual({ salt: 'x' });
  });

  test.each([undefined, 'x', '@/nowhere.json'])('is refused: %p', (given) => {
    expect(() => privateInputOf(quoting, { private: given, fields: {} })).toThrow(DomainError);
  });

  test('is undefined where the transaction has none', () => {
    expect(privateInputOf(CAPTURE, { fields: {} })).toBeUndefined();
  });
});
