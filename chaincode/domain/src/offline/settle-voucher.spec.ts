// SPDX-License-Identifier: Apache-2.0
// The ledger: every verdict, what it pays, and that nothing can frame an honest device.
import { firstOf } from '../../../../test/support/defined';
import {
  forge,
  newDevice,
  newKey,
  newRequest,
  NOW,
  OFFLINE_POLICY,
  openReserveOf,
  pay,
  reportedBy,
  settleContext,
  signed,
  type Payment,
} from '../../../../test/support/offline-world';
import { found } from '../base/errors';
import type { ReserveRow } from '../ledger/offline-rows';
import { storeEntry } from './counter-entry';
import type { DeviceCertificate, PaymentRequest, Voucher } from './objects';
import { cancelEntry, closeReserve, freezeReserve, standing } from './reserve';
import { readClaim, settleVoucher, type SettleContext } from './settle-voucher';
import { VERDICTS, type Verdict } from './verdicts';
import { encodeVoucher } from './voucher';

const settle = (
  reserve: ReserveRow | undefined,
  claim: Parameters<typeof settleVoucher>[1],
  context: Partial<SettleContext> = {},
) => settleVoucher(reserve, claim, settleContext(context));

const settledReserve = (...settled: Parameters<typeof settle>): ReserveRow =>
  found(settle(...settled).reserve, 'INTERNAL');

const verdictsSeen = new Set<Verdict>();

interface Tried {
  readonly verdict: Verdict;
  readonly certificate?: Partial<DeviceCertificate>;
  readonly request?: Partial<PaymentRequest>;
  readonly voucher?: Partial<Voucher>;
  readonly reserve?: (reserve: ReserveRow) => ReserveRow;
  readonly context?: Partial<SettleContext>;
}

const previous = Buffer.alloc(32, 1);
const STALE = OFFLINE_POLICY.bulletinSeconds;
const { spendUntil, claimUntil } = newDevice().certificate;

it.each<[string, Tried]>([
  ['what was made by the rules', { verdict: 'settled' }],
  [
    'another certificate',
    { verdict: 'unknownCertificate', voucher: { certificateDigest: previous } },
  ],
  [
    'another key in the reserve',
    {
      verdict: 'badSignature',
      reserve: (row) => ({ ...row, publicKey: openReserveOf(newDevice()).publicKey }),
    },
  ],
  [
    'no key in the reserve',
    { verdict: 'badSignature', reserve: (row) => ({ ...row, publicKey: 'none' }) },
  ],
  ['another request', { verdict: 'requestMismatch', voucher: { requestHash: previous } }],
  ['a sum below the amount', { verdict: 'requestMismatch', voucher: { cumulative: 1_249n } }],
  ['a first sum above the amount', { verdict: 'requestMismatch', voucher: { cumulative: 1_251n } }],
  [
    'a fourth voucher before which two minor units were spent',
    { verdict: 'requestMismatch', voucher: { counter: 4, previous, cumulative: 1_252n } },
  ],
  [
    'a fourth voucher before which three minor units were spent',
    { verdict: 'settled', voucher: { counter: 4, previous, cumulative: 1_253n } },
  ],
  ['another channel', { verdict: 'wrongChannel', request: { channel: 'other' } }],
  ['another merchant', { verdict: 'wrongPayee', request: { merchantId: 'merchant-2' } }],
  ['another currency than the batch', { verdict: 'wrongCurrency', context: { currency: 'CNY' } }],
  [
    'another currency than the reserve',
    { verdict: 'wrongCurrency', request: { currency: 'CNY' }, context: { currency: 'CNY' } },
  ],
  [
    'frozen and announced',
    { verdict: 'frozen', reserve: (row) => reportedBy(7)(freezeReserve(row)) },
  ],
  ['frozen and not announced yet', { verdict: 'settled', reserve: freezeReserve }],
  [
    'frozen and announced later',
    { verdict: 'settled', reserve: (row) => reportedBy(8)(freezeReserve(row)) },
  ],
  ['revoked before the request', { verdict: 'revoked', reserve: reportedBy(7) }],
  ['revoked after the request', { verdict: 'settled', reserve: reportedBy(8) }],
  ['the last second to claim', { verdict: 'settled', context: { now: claimUntil } }],
  ['one second late', { verdict: 'claimedLate', context: { now: claimUntil + 1 } }],
  [
    'a closed reserve',
    { verdict: 'claimedLate', reserve: (row) => closeReserve(row, claimUntil + 61).reserve },
  ],
  [
    'the last second to spend',
    {
      verdict: 'settled',
      voucher: { time: spendUntil },
      request: { expiresAt: spendUntil },
      context: { now: spendUntil },
    },
  ],
  [
    'one second after spend-until',
    {
      verdict: 'expired',
      voucher: { time: spendUntil + 1 },
      request: { expiresAt: claimUntil },
      context: { now: spendUntil },
    },
  ],
  [
    'made when no bulletin was in use any more that did not name the device',
    { verdict: 'revoked', reserve: reportedBy(8, NOW - STALE - 11) },
  ],
  [
    'made while such a bulletin was in use',
    { verdict: 'settled', reserve: reportedBy(8, NOW - STALE - 10) },
  ],
  [
    'a voucher as far ahead as clocks may be',
    { verdict: 'settled', voucher: { time: NOW + 360 }, context: { now: NOW } },
  ],
  [
    'a voucher that is dated further ahead',
    { verdict: 'notYet', voucher: { time: NOW + 361 }, context: { now: NOW } },
  ],
  [
    'a request that is dated further ahead',
    {
      verdict: 'notYet',
      request: { createdAt: NOW + 361, expiresAt: NOW + 961 },
      context: { now: NOW },
    },
  ],
  ['one second after the request', { verdict: 'expired', voucher: { time: NOW + 601 } }],
  [
    'the cap of a payment',
    { verdict: 'settled', request: { amount: 5_000n }, voucher: { cumulative: 5_000n } },
  ],
  [
    'more than a payment',
    { verdict: 'overLimit', request: { amount: 5_001n }, voucher: { cumulative: 5_001n } },
  ],
  [
    'all that is funded',
    { verdict: 'settled', voucher: { counter: 2, previous, cumulative: 20_000n } },
  ],
  [
    'more than is funded',
    { verdict: 'overLimit', voucher: { counter: 2, previous, cumulative: 20_001n } },
  ],
  [
    'the last payment',
    {
      verdict: 'settled',
      certificate: { highestCounter: 2 },
      voucher: { counter: 2, previous, cumulative: 1_251n },
    },
  ],
  [
    'one payment more',
    {
      verdict: 'overLimit',
      certificate: { highestCounter: 1 },
      voucher: { counter: 2, previous, cumulative: 1_251n },
    },
  ],
  [
    'more than still stands',
    { verdict: 'overLimit', reserve: (row) => ({ ...row, settled: '18751' }) },
  ],
  [
    'all that still stands',
    { verdict: 'settled', reserve: (row) => ({ ...row, settled: '18750' }) },
  ],
])('%s', (_, { verdict, certificate, request, voucher, reserve = (row) => row, context }) => {
  const device = newDevice(certificate);
  const payment = pay(newDevice({}, device.key));
  const values = { certificateDigest: device.held.digest, ...voucher };
  const claim = forge({ ...payment, device }, values, newRequest(request));
  const before = reserve(openReserveOf(device));
  const settlement = settle(before, claim, context);
  verdictsSeen.add(settlement.verdict);
  expect(settlement.verdict).toBe(verdict);
  const amount = (request?.amount ?? 1_250n).toString();
  expect(settlement.credit).toBe(verdict === 'settled' ? amount : '0');
  if (verdict !== 'settled') expect(settlement.reserve).toBe(before);
  else
    expect(BigInt(standing(found(settlement.reserve, 'INTERNAL')))).toBe(
      BigInt(standing(before)) - BigInt(amount),
    );
});

describe('of one device', () => {
  const device = newDevice();
  const [first, second, third] = [1, 2, 3].map(() => pay(device)) as [Payment, Payment, Payment];
  const opened = openReserveOf(device);

  it('every voucher settles once, in any order', () => {
    const orders = [
      [first, second, third],
      [third, first, second],
      [second, third, first],
      [third, second, first],
    ];
    for (const order of orders) {
      const end = order.reduce<ReserveRow>((row, payment) => {
        const { verdict, reserve } = settle(row, payment);
        expect(verdict).toBe('settled');
        return found(reserve, 'INTERNAL');
      }, opened);
      expect(end.settled).toBe('3750');
      expect(end.counters.map(({ counter }) => counter)).toEqual([1, 2, 3]);
      for (const payment of order) expect(settle(end, payment).verdict).toBe('duplicate');
    }
    verdictsSeen.add('duplicate');
  });

  it('the same payload signed again is a duplicate and frames nobody', () => {
    const { reserve } = settle(opened, first);
    const again = signed('offpay/voucher', encodeVoucher(first.content), device.key);
    expect(again.equals(Buffer.from(first.voucher))).toBe(false);
    const claim = { ...first, voucher: again };
    expect(settle(reserve, claim)).toMatchObject({ verdict: 'duplicate', credit: '0', reserve });
    expect(settle(reserve, claim).fraud).toBeUndefined();
  });

  it('a duplicate stays one after claim-until, after a freeze, and after the close', () => {
    const reserve = settledReserve(opened, first);
    const ends = [
      freezeReserve(reserve),
      reportedBy(1)(reserve),
      closeReserve(reserve, claimUntil + 61).reserve,
    ];
    for (const row of ends)
      expect(settle(row, first, { now: claimUntil + 62 }).verdict).toBe('duplicate');
  });

  it.each<[string, Partial<Voucher>, Partial<PaymentRequest>, string]>([
    ['the same counter', { counter: 2, previous: first.digest }, {}, 'sameCounter'],
    [
      'a neighbour before',
      { counter: 1, previous: Buffer.alloc(32), cumulative: 1_250n },
      {},
      'previousHash',
    ],
    [
      'a neighbour after',
      { counter: 3, previous: first.digest, cumulative: 3_750n },
      {},
      'previousHash',
    ],
    [
      'a sum that forgets',
      { counter: 9, previous: first.digest, cumulative: 3_749n },
      {},
      'cumulative',
    ],
  ])('a double spend with %s freezes it and pays nothing', (_, values, request, kind) => {
    const reserve = settledReserve(opened, second);
    const other = forge(second, values, newRequest(request));
    const settlement = settle(reserve, other);
    verdictsSeen.add(settlement.verdict);
    expect(settlement).toMatchObject({
      verdict: 'conflict',
      credit: '0',
      reserve: { ...reserve, status: 'frozen' },
      fraud: { kind, settled: [2, firstOf(reserve.counters).digest], merchantId: 'merchant-1' },
    });
    expect(settle(settlement.reserve, other).verdict).toBe('conflict');
    expect(settle(settlement.reserve, second).verdict).toBe('duplicate');
  });

  it("another key's signature accuses nobody", () => {
    const reserve = settledReserve(opened, second);
    const foreign = { ...second, device: { ...device, key: newKey() } };
    const claim = forge(foreign, { cumulative: 9_999n }, newRequest());
    const settlement = settle(reserve, claim);
    expect(settlement.verdict).toBe('badSignature');
    expect(settlement.reserve).toBe(reserve);
    expect(settlement.fraud).toBeUndefined();
  });

  it("another request's amount accuses nobody", () => {
    const reserve = settledReserve(opened, second);
    const settlement = settle(reserve, {
      voucher: third.voucher,
      requestPayload: newRequest({ amount: 4_000n }),
    });
    expect(settlement.verdict).toBe('requestMismatch');
    expect(settlement.reserve).toBe(reserve);
  });

  it('a missing reserve and a malformed claim give no other details', () => {
    expect(settle(undefined, first).verdict).toBe('unknownReserve');
    const unread = { voucher: first.voucher.subarray(1), requestPayload: first.requestPayload };
    expect(settle(opened, unread)).toEqual({ verdict: 'malformed', reserve: opened, credit: '0' });
    const noRequest = { voucher: first.voucher, requestPayload: Buffer.alloc(3) };
    expect(settle(opened, noRequest).verdict).toBe('malformed');
    verdictsSeen.add('unknownReserve').add('malformed');
  });
});

it('an entry of a reserve takes at most 130 bytes', () => {
  const most = 10n ** 9n;
  const device = newDevice({ perPayment: most, total: 64n * most });
  const payments = Array.from({ length: 64 }, () => pay(device, newRequest({ amount: most })));
  const reserve = payments.reduce<ReserveRow>(
    (row, payment) => settledReserve(row, payment),
    openReserveOf(device),
  );
  expect(reserve.settled).toBe((64n * most).toString());
  const longest = Math.max(
    ...reserve.counters.map((entry) => JSON.stringify(storeEntry(entry)).length),
  );
  expect(longest).toBeLessThanOrEqual(130);
});

it('a cancelled voucher is never paid, and another voucher with its counter contradicts it', () => {
  const payment = pay(newDevice());
  const opened = cancelEntry(openReserveOf(payment.device), readClaim(payment).entry);
  expect(settle(opened, payment)).toMatchObject({ verdict: 'cancelled', credit: '0' });
  verdictsSeen.add('cancelled');
  const other = forge(payment, {}, newRequest({ orderNumber: 'ORD-9' }));
  expect(settle(opened, other).verdict).toBe('conflict');
});

it('a contradicting voucher that comes too late is not recorded', () => {
  const payment = pay(newDevice());
  const { reserve } = settle(openReserveOf(payment.device), payment);
  const other = forge(payment, {}, newRequest({ orderNumber: 'ORD-9' }));
  const now = payment.device.certificate.claimUntil + 1;
  expect(settle(reserve, other, { now })).toMatchObject({ verdict: 'claimedLate', reserve });
});

it('the tests above give every verdict', () => {
  expect([...verdictsSeen].sort()).toEqual(Object.keys(VERDICTS).sort());
});

it('verdicts have numbers of their own', () => {
  const numbers = Object.values(VERDICTS).map(({ number }) => number);
  expect([...numbers].sort((a, b) => a - b)).toEqual([
    ...Array.from({ length: 16 }, (_, index) => index + 1),
    ...[18, 19],
  ]);
});
