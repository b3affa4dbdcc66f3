// SPDX-License-Identifier: Apache-2.0
// The refusals are a public contract: their codes and numbers never change. This list is separate from the source on
// purpose.
import { DomainError, ensure, ERRORS, found, isErrorCode, type ErrorCode } from './errors';

/** Published numbers. Add new ones. Never change an entry, and never reuse the number of a removed one. */
const PUBLISHED: Readonly<Record<string, number>> = {
  ACCESS_DENIED: 101,
  NOT_OWNER: 102,
  INPUT_INVALID: 103,
  IDEMPOTENCY_CONFLICT: 104,
  CLOCK_SKEW: 105,
  NOT_FOUND: 106,
  ALREADY_BOOTSTRAPPED: 107,
  PARTICIPANT_UNKNOWN: 108,
  STATE_CONFLICT: 109,
  READ_ONLY: 110,
  INTERNAL: 111,
  REGISTRY_INVALID: 112,
  PARTICIPANT_FIXED: 113,
  ACTOR_TAKEN: 114,
  LICENCE_NARROWED: 115,
  BANK_SUSPENDED: 116,
  LEDGER_VERSION_OTHER: 117,
  CUSTOMER_UNKNOWN: 201,
  CUSTOMER_BLOCKED: 202,
  PROFILE_INCOMPLETE: 203,
  LOGIN_EXPIRED: 204,
  LOGIN_NOT_AUTHENTICATED: 205,
  AUTHENTICATION_FAILED: 206,
  AUTHENTICATION_EXPIRED: 207,
  STEP_UP_REQUIRED: 208,
  DEVICE_UNKNOWN: 209,
  SIGNATURE_INVALID: 210,
  LIMIT_EXCEEDED: 211,
  CURRENCY_NOT_ALLOWED: 212,
  GOODS_UNKNOWN: 301,
  GOODS_DIGEST_MISMATCH: 302,
  GOODS_WITHDRAWN: 303,
  GOODS_DEFECTIVE: 304,
  MERCHANT_NOT_LICENSED: 305,
  MERCHANT_INACTIVE: 306,
  CATEGORY_NOT_ALLOWED: 307,
  CATEGORY_MISMATCH: 308,
  CURRENCY_MISMATCH: 309,
  MERCHANT_UNKNOWN: 310,
  NO_COURIER: 401,
  COURIER_NOT_ELIGIBLE: 402,
  QUOTE_MISMATCH: 403,
  QUOTE_EXPIRED: 404,
  ADDRESS_UNKNOWN: 405,
  ADDRESSES_DIFFER: 406,
  DELIVERY_PROOF_INVALID: 407,
  FLEET_TOO_LARGE: 408,
  DELIVERY_LATE: 409,
  INSUFFICIENT_FUNDS: 501,
  HOLD_EXPIRED: 502,
  HOLD_EXCEEDED: 503,
  HOLD_NOT_EXPIRED: 504,
  REFUND_EXCEEDED: 505,
  PAYEE_FUNDS_INSUFFICIENT: 506,
  INSTRUMENT_UNKNOWN: 507,
  RELEASE_NOT_DUE: 508,
  DISPUTED: 510,
  ROLL_UP_TOO_EARLY: 511,
  FEE_NOT_CAPTURED: 512,
  DISPUTE_TOO_LATE: 513,
  CONSENT_MISSING: 514,
  PAYEE_IN_DEBT: 515,
  PAYOUT_NOT_REQUESTED: 516,
  DECISION_NOT_DUE: 517,
  DEBT_NOT_DUE: 518,
  NOT_UNDELIVERED: 519,
  INSTRUMENT_TAKEN: 520,
  SECOND_TELLER_REQUIRED: 521,
  ISSUE_EXPIRED: 522,
  DEBT_PAYABLE: 523,
  CLAIM_EXCEEDED: 524,
  STATEMENT_MISSING: 601,
  VERIFICATION_MISSING: 603,
  ALARM_OPEN: 604,
  ALARM_NOT_OPEN: 605,
  PURCHASE_REQUIRED: 701,
  SUBJECT_NOT_IN_ORDER: 702,
  OFFLINE_MALFORMED: 801,
  OFFLINE_SIGNATURE_INVALID: 802,
  OFFLINE_WRONG_CHANNEL: 803,
  OFFLINE_WRONG_CURRENCY: 804,
  OFFLINE_CERTIFICATE_FORGED: 805,
  OFFLINE_CERTIFICATE_EXPIRED: 806,
  OFFLINE_CERTIFICATE_MISMATCH: 807,
  OFFLINE_REVOKED: 808,
  OFFLINE_BULLETIN_STALE: 809,
  OFFLINE_BULLETIN_MISSING: 810,
  OFFLINE_OVER_PAYMENT_CAP: 811,
  OFFLINE_OVER_TOTAL_CAP: 812,
  OFFLINE_COUNTER_EXHAUSTED: 813,
  OFFLINE_COUNTER_SEEN: 814,
  OFFLINE_CLOCK_WRONG: 815,
  OFFLINE_CLAIM_TOO_SHORT: 816,
  OFFLINE_REQUEST_MISMATCH: 817,
  OFFLINE_REQUEST_EXPIRED: 818,
  OFFLINE_DOUBLE_SPEND: 819,
  OFFLINE_NOT_ALLOWED: 820,
  OFFLINE_RESERVE_INACTIVE: 821,
  OFFLINE_CLAIM_OPEN: 822,
  OFFLINE_PROOF_INVALID: 823,
  VOUCHER_REFUSED: 824,
  LOSS_NOT_BORNE: 825,
  OFFLINE_ISSUER_RETIRED: 826,
  OFFLINE_PAYEE_UNTRUSTED: 827,
  OFFLINE_CANCELLED: 828,
  OFFLINE_TILL_OVER_PAYMENT: 830,
  OFFLINE_TILL_FULL: 831,
  OFFLINE_TILL_OVERDUE: 832,
  OFFLINE_TILL_CURRENCY: 833,
};

/** Numbers of codes that were removed before they were used. They stay unused. */
const GONE: readonly number[] = [509, 602];

/** Numbers reserved for the protocol. A merchant's own limits begin after them. */
const KEPT: readonly number[] = [829];

/** The first code numbers of each range, and its codes. */
const RANGES: readonly (readonly [from: number, codes: readonly ErrorCode[]])[] = [
  [100, ['ACCESS_DENIED', 'INTERNAL']],
  [200, ['CUSTOMER_UNKNOWN', 'LIMIT_EXCEEDED']],
  [300, ['GOODS_UNKNOWN', 'CATEGORY_MISMATCH']],
  [400, ['NO_COURIER', 'ADDRESSES_DIFFER']],
  [500, ['INSUFFICIENT_FUNDS', 'DISPUTED']],
  [600, ['STATEMENT_MISSING', 'ALARM_OPEN']],
  [700, ['PURCHASE_REQUIRED', 'SUBJECT_NOT_IN_ORDER']],
];

const CODES = Object.keys(ERRORS) as ErrorCode[];

describe('the list of refusals', () => {
  it('has exactly the published codes and numbers', () => {
    expect(Object.fromEntries(CODES.map((code) => [code, ERRORS[code].number]))).toEqual(PUBLISHED);
  });

  it('uses no number twice, and skips only removed and reserved numbers in each range', () => {
    const numbers = CODES.map((code) => ERRORS[code].number);
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const hundred of new Set(numbers.map((number) => Math.floor(number / 100)))) {
      const range = numbers.filter((number) => Math.floor(number / 100) === hundred);
      const counted = Array.from({ length: 99 }, (_, index) => hundred * 100 + index + 1);
      const free = counted.filter((number) => ![...GONE, ...KEPT].includes(number));
      expect(range).toEqual(free.slice(0, range.length));
    }
  });

  it.each(RANGES)('range %d holds %p', (from, codes) => {
    for (const code of codes) expect(Math.floor(ERRORS[code].number / 100) * 100).toBe(from);
  });

  it.each(CODES)('%s says in sentences what happened and what to do', (code) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
    expect(ERRORS[code].meaning).toMatch(/^[A-Z].{9,}\.$/);
    expect(ERRORS[code].remedy).toMatch(/^[A-Z].{5,}\.$/);
  });
});

describe('a refusal', () => {
  const refusal = new DomainError('HOLD_EXCEEDED', { rest: '100', amount: '101' });

  it('is an error with code, number, message for a person and remedy', () => {
    expect(refusal).toBeInstanceOf(Error);
    expect(refusal).toMatchObject({
      name: 'DomainError',
      code: 'HOLD_EXCEEDED',
      number: 503,
      message: ERRORS.HOLD_EXCEEDED.meaning,
      remedy: ERRORS.HOLD_EXCEEDED.remedy,
    });
  });

  it('crosses the wire as plain data', () => {
    expect(JSON.parse(JSON.stringify(refusal.toWire()))).toEqual({
      code: 'HOLD_EXCEEDED',
      message: ERRORS.HOLD_EXCEEDED.meaning,
      details: { rest: '100', amount: '101' },
    });
  });

  it('may carry a message of its own', () => {
    expect(new DomainError('INTERNAL', {}, 'the disk is full')).toMatchObject({
      message: 'the disk is full',
      details: {},
    });
  });
});

describe('helpers', () => {
  it.each([
    ['NOT_FOUND', true],
    ['NO_SUCH_CODE', false],
    ['toString', false],
    ['__proto__', false],
    [undefined, false],
    [101, false],
  ])('%p is a code: %s', (text, expected) => expect(isErrorCode(text)).toBe(expected));

  it('ensure throws only when the condition is false', () => {
    expect(() => ensure(true, 'INTERNAL')).not.toThrow();
    expect(() => ensure(false, 'NOT_OWNER', { field: 'x' })).toThrow(
      expect.objectContaining({ code: 'NOT_OWNER', details: { field: 'x' } }) as Error,
    );
  });

  it('found returns every value except undefined', () => {
    expect(found(0, 'NOT_FOUND')).toBe(0);
    expect(found(null, 'NOT_FOUND')).toBeNull();
    expect(() => found(undefined, 'NOT_FOUND')).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }) as Error,
    );
  });
});
