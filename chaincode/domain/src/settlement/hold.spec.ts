// SPDX-License-Identifier: Apache-2.0
// The money of one order, through any sequence of steps. Purses in this test mirror each step, and the sum never changes.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { DomainError } from '../base/errors';
import type { Hold, OrderTerms } from '../ledger/order-shapes';
import type { ReleaseAt } from '../policy/policy';
import { TERMS } from '../transactions/examples';
import {
  capture,
  isFeeCaptured,
  isReleased,
  openHold,
  refund,
  refundable,
  refundUpheld,
  settleDelivery,
  settleFee,
  standing,
  uncaptured,
  unwind,
  voidRest,
  type Shares,
} from './hold';

fc.configureGlobal({ seed: SEED });

const NOW = 1_800_000_000;
const open = (at: ReleaseAt, terms: Partial<OrderTerms> = {}): Hold =>
  openHold({ ...TERMS, ...terms }, at, NOW);
const all = (hold: Hold) => capture(hold, 'all', uncaptured(hold), at());
/** The terms of a capture. By default it is now, and the goods are not delivered. */
const at = (now = NOW, isDelivered = false) => ({ now, deliverySeconds: 1000, isDelivered });
const NOTHING: Shares = { merchant: '0', logistics: '0' };

describe('a new hold', () => {
  it('holds the total until it expires', () => {
    expect(open('match')).toEqual({
      currency: 'EUR',
      authorised: '2950',
      voided: '0',
      captured: '0',
      released: '0',
      feeReleased: '0',
      refunded: '0',
      refundedHeld: '0',
      feeReturned: '0',
      fee: '450',
      release: 'match',
      expiresAt: NOW + 3600,
      deliverBy: null,
      captures: {},
      refunds: {},
    });
    expect([standing(open('match')), uncaptured(open('match')), refundable(open('match'))]).toEqual(
      ['2950', '2950', '0'],
    );
  });
});

describe('capture', () => {
  it("at match credits the merchant's part, and keeps the delivery fee until it is earned", () => {
    const first = capture(open('match'), 'c1', '300', at());
    const second = capture(first.hold, 'c2', '400', at(NOW + 5));
    const third = capture(second.hold, 'c3', '2250', at(NOW + 9));
    expect([first, second, third].map((step) => step.credits)).toEqual([
      { logistics: '0', merchant: '0' },
      { logistics: '0', merchant: '250' },
      { logistics: '0', merchant: '2250' },
    ]);
    expect([first, second].map(({ hold }) => isFeeCaptured(hold))).toEqual([false, true]);
    expect(third.hold).toMatchObject({
      captured: '2950',
      released: '2500',
      deliverBy: NOW + 1000,
      captures: { c1: '300', c2: '400', c3: '2250' },
    });
    expect(standing(third.hold)).toBe('450');
    expect(settleDelivery(third.hold).credits).toEqual({ logistics: '450', merchant: '0' });
  });

  it.each<ReleaseAt>(['match', 'delivery'])('of delivered goods credits at once, %s', (release) => {
    const { hold } = capture(open(release), 'c1', '700', at());
    const delivered = settleDelivery(hold).hold;
    const { hold: after, credits } = capture(delivered, 'c2', '2250', at(NOW + 1, true));
    expect(credits).toEqual({ logistics: '0', merchant: '2250' });
    expect(standing(after)).toBe('0');
  });

  it('and refunds are bounded in number, except for an upheld dispute', () => {
    const keys = Array.from({ length: 64 }, (_, index) => index.toString());
    const full = keys.reduce((hold, key) => capture(hold, key, '1', at()).hold, open('match'));
    expect(() => capture(full, 'more', '1', at())).toThrow(
      expect.objectContaining({ code: 'HOLD_EXCEEDED', details: { most: 64 } }) as Error,
    );
    const paid = all(open('match')).hold;
    const refunded = keys.reduce((hold, key) => refund(hold, key, '1'), paid);
    expect(() => refund(refunded, 'more', '1')).toThrow(
      expect.objectContaining({ code: 'REFUND_EXCEEDED', details: { most: 64 } }) as Error,
    );
    expect(refundUpheld(refunded, '~dispute', '1').refunded).toBe('65');
  });

  it('at delivery credits nobody yet', () => {
    const { hold, credits } = all(open('delivery'));
    expect(credits).toEqual(NOTHING);
    expect(hold).toMatchObject({ captured: '2950', released: '0' });
    expect(standing(hold)).toBe('2950');
  });

  it('ends with the hold, to the second', () => {
    expect(() => capture(open('match'), 'c', '1', at(NOW + 3599))).not.toThrow();
    expect(() => capture(open('match'), 'c', '1', at(NOW + 3600))).toThrow(
      expect.objectContaining({ code: 'HOLD_EXPIRED' }) as Error,
    );
  });

  it('never exceeds what is left, to the minor unit', () => {
    const { hold } = capture(open('match'), 'c1', '2000', at());
    expect(() => capture(hold, 'c2', '950', at())).not.toThrow();
    expect(() => capture(hold, 'c2', '951', at())).toThrow(
      expect.objectContaining({
        code: 'HOLD_EXCEEDED',
        details: { rest: '950', amount: '951' },
      }) as Error,
    );
    expect(() => capture(voidRest(hold).hold, 'c2', '1', at())).toThrow(
      expect.objectContaining({ code: 'HOLD_EXCEEDED' }) as Error,
    );
  });

  it.each(['c1', 'toString', '__proto__'])('is made once per key: %s', (key) => {
    const { hold } = capture(open('match'), key, '1000', at());
    for (const amount of ['1000', '1'])
      expect(() => capture(hold, key, amount, at())).toThrow(
        expect.objectContaining({
          code: 'IDEMPOTENCY_CONFLICT',
          details: { captureId: key },
        }) as Error,
      );
  });

  it('does not change the given hold', () => {
    const hold = Object.freeze({ ...open('match'), captures: Object.freeze({}) });
    expect(() => all(hold)).not.toThrow();
  });
});

describe('giving back', () => {
  it('void returns what was never captured, once', () => {
    const first = voidRest(capture(open('delivery'), 'c', '1000', at()).hold);
    expect(first.returned).toBe('1950');
    expect(voidRest(first.hold).returned).toBe('0');
  });

  it("refund returns at most the merchant's part", () => {
    const { hold } = all(open('match'));
    expect(refundable(hold)).toBe('2500');
    const part = refund(hold, 'r1', '2000');
    expect(part).toMatchObject({ refunded: '2000', refundedHeld: '0', refunds: { r1: '2000' } });
    expect(() => refund(part, 'r2', '501')).toThrow(
      expect.objectContaining({
        code: 'REFUND_EXCEEDED',
        details: { rest: '500', amount: '501' },
      }) as Error,
    );
    expect(refundable(refund(part, 'r2', '500'))).toBe('0');
  });

  it('refund is made once per key', () => {
    const hold = refund(all(open('match')).hold, 'r1', '10');
    for (const amount of ['10', '1', '9999'])
      expect(() => refund(hold, 'r1', amount)).toThrow(
        expect.objectContaining({
          code: 'IDEMPOTENCY_CONFLICT',
          details: { refundId: 'r1' },
        }) as Error,
      );
    expect(refund(hold, 'r2', '10').refunded).toBe('20');
  });

  it('refund comes from the hold before release and from the balance after it', () => {
    const { hold } = all(open('delivery'));
    const before = refund(hold, 'r1', '500');
    expect(before).toMatchObject({ refundedHeld: '500' });
    expect(settleDelivery(before).credits).toEqual({ merchant: '2000', logistics: '450' });
    const after = refund(settleDelivery(before).hold, 'r2', '2000');
    expect(after).toMatchObject({ refunded: '2500', refundedHeld: '500' });
    expect(standing(after)).toBe('0');
  });

  it('unwind returns everything captured and not released, delivery included', () => {
    const { hold } = all(open('delivery'));
    const first = unwind(refund(hold, 'r1', '500'));
    expect(first.returned).toBe('2450');
    expect(standing(first.hold)).toBe('0');
    expect(refundable(first.hold)).toBe('0');
    expect(unwind(first.hold).returned).toBe('0');
    expect(unwind(all(open('match')).hold).returned).toBe('450');
    expect(unwind(settleDelivery(all(open('match')).hold).hold).returned).toBe('0');
  });
});

describe('the delivery', () => {
  it('of a partly captured order pays its full fee, and the merchant the rest', () => {
    const { hold } = capture(open('delivery'), 'c', '700', at());
    expect(settleDelivery(hold).credits).toEqual({ logistics: '450', merchant: '250' });
    const { hold: less } = capture(open('delivery'), 'c', '300', at());
    expect(settleDelivery(less).credits).toEqual({ logistics: '300', merchant: '0' });
  });

  it('of a disputed order pays only its fee', () => {
    const { hold, credits } = settleFee(all(open('delivery')).hold);
    expect(credits).toEqual({ logistics: '450', merchant: '0' });
    expect(unwind(hold).returned).toBe('2500');
    expect(settleFee(hold).credits).toEqual(NOTHING);
  });

  it.each<[string, () => Hold]>([
    ['not captured', () => open('delivery')],
    ['delivered', () => settleDelivery(all(open('match')).hold).hold],
    [
      'delivered and refunded',
      () => refund(settleDelivery(all(open('delivery')).hold).hold, 'r', '500'),
    ],
    ['unwound', () => unwind(all(open('delivery')).hold).hold],
    ['voided', () => voidRest(open('delivery')).hold],
  ])('has nothing to pay: %s', (_, hold) => {
    expect(settleDelivery(hold()).credits).toEqual(NOTHING);
  });

  it("after a refund of all the merchant's part pays its fee, and leaves nothing", () => {
    const { hold } = all(open('delivery'));
    const { hold: released, credits } = settleDelivery(refund(hold, 'r', refundable(hold)));
    expect(credits).toEqual({ logistics: '450', merchant: '0' });
    expect(standing(released)).toBe('0');
  });
});

it.each<[string, Partial<Hold>]>([
  ['more captured and voided than authorised', { captured: '2000', voided: '951' }],
  [
    'more released and refunded than captured',
    { captured: '100', released: '90', refunded: '20', refundedHeld: '20' },
  ],
  [
    'more refunded out of the hold than in all',
    { captured: '100', refunded: '10', refundedHeld: '20' },
  ],
  ['more refunded than captured', { captured: '100', refunded: '101' }],
  ['more of its fee paid than there is', { captured: '2950', released: '500', feeReleased: '451' }],
])('a hold with %s is never returned', (_, broken) => {
  expect(() => refund({ ...open('match'), ...broken }, 'r', '0')).toThrow(
    expect.objectContaining({ code: 'INTERNAL' }) as Error,
  );
});

/** Where the money of one order is: given back to the account, credited to the payees, or still on the hold. */
class Purses {
  account = 0n;
  merchant = 0n;
  logistics = 0n;
  #keys = 0;
  #delivered = false;

  constructor(public hold: Hold) {}

  capture(share: number): void {
    const { hold, credits } = capture(
      this.hold,
      this.#key(),
      this.#part(uncaptured(this.hold), share),
      at(NOW, this.#delivered),
    );
    this.hold = hold;
    this.#credit(credits);
  }

  deliver(): void {
    this.#delivered = true;
    const { hold, credits } = settleDelivery(this.hold);
    this.hold = hold;
    this.#credit(credits);
  }

  refund(share: number): void {
    const amount = this.#part(refundable(this.hold), share);
    const fromBalance = isReleased(this.hold);
    this.hold = refund(this.hold, this.#key(), amount);
    this.account += BigInt(amount);
    if (fromBalance) this.merchant -= BigInt(amount);
  }

  void(): void {
    const { hold, returned } = voidRest(this.hold);
    this.hold = hold;
    this.account += BigInt(returned);
  }

  unwind(): void {
    const { hold, returned } = unwind(this.hold);
    this.hold = hold;
    this.account += BigInt(returned);
  }

  #key = (): string => `key-${(this.#keys += 1).toString()}`;

  /** A share of what is possible, in thousandths. Above 1000 it is more than is possible. */
  #part = (possible: string, share: number): string =>
    ((BigInt(possible) * BigInt(share)) / 1000n + (share > 1000 ? 1n : 0n)).toString();

  #credit({ merchant, logistics }: Shares): void {
    this.merchant += BigInt(merchant);
    this.logistics += BigInt(logistics);
  }
}

type Step = readonly [verb: 'capture' | 'refund' | 'deliver' | 'void' | 'unwind', share: number];

/** Refusals that a caller may get. Any other, above all INTERNAL, fails the property. */
const EXPECTED = ['HOLD_EXCEEDED', 'REFUND_EXCEEDED', 'STATE_CONFLICT'];

function take(purses: Purses, [verb, share]: Step): void {
  try {
    purses[verb](share);
  } catch (error) {
    if (!(error instanceof DomainError) || !EXPECTED.includes(error.code)) throw error;
  }
}

const sum = (amounts: Readonly<Record<string, string>>): bigint =>
  Object.values(amounts).reduce((total, amount) => total + BigInt(amount), 0n);

function expectSound({ account, merchant, logistics, hold }: Purses): void {
  const authorised = BigInt(hold.authorised);
  expect(BigInt(uncaptured(hold)) + BigInt(hold.captured) + BigInt(hold.voided)).toBe(authorised);
  expect(account + merchant + logistics + BigInt(standing(hold))).toBe(authorised);
  expect(BigInt(standing(hold)) >= BigInt(uncaptured(hold)) && merchant >= 0n).toBe(true);
  expect(logistics <= BigInt(hold.fee)).toBe(true);
  expect(sum(hold.captures)).toBe(BigInt(hold.captured));
}

describe('through any sequence of steps', () => {
  const share = fc.oneof(
    fc.constant(1000),
    fc.integer({ min: 0, max: 1000 }),
    fc.integer({ min: 1001, max: 2000 }),
  );
  const step = fc.tuple(
    fc.constantFrom('capture', 'capture', 'refund', 'deliver', 'void', 'unwind'),
    share,
  ) as fc.Arbitrary<Step>;
  const amount = fc.oneof(
    fc.constant(0n),
    fc.bigInt({ min: 0n, max: 10n ** 5n }),
    fc.bigInt({ min: 0n, max: 10n ** 17n }),
  );
  const opened = fc
    .record({ goods: amount, fee: amount, at: fc.constantFrom<ReleaseAt>('match', 'delivery') })
    .map(({ goods, fee, at }) =>
      open(at, {
        fee: fee.toString(),
        goodsTotal: goods.toString(),
        total: (goods + fee).toString(),
      }),
    );

  it('the money agrees with the purses, and none appears or vanishes', () => {
    fc.assert(
      fc.property(opened, fc.array(step, { maxLength: 15 }), (hold, steps) => {
        const purses = new Purses(hold);
        expectSound(purses);
        for (const each of steps) {
          take(purses, each);
          expectSound(purses);
        }
      }),
      { numRuns: 1000 },
    );
  });

  const claims = fc.array(
    fc.tuple(fc.constantFrom<('capture' | 'refund')[]>('capture', 'refund'), share),
    { maxLength: 8 },
  );

  it.each(['deliver', 'unwind'] as const)(
    'void and %s at the end leave nothing on the hold',
    (end) => {
      fc.assert(
        fc.property(opened, claims, (hold, steps) => {
          const purses = new Purses(hold);
          for (const each of steps) take(purses, each);
          purses.void();
          take(purses, [end, 0]);
          expectSound(purses);
          expect(standing(purses.hold)).toBe('0');
        }),
      );
    },
  );
});
