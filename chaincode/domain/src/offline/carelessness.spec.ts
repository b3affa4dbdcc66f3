// SPDX-License-Identifier: Apache-2.0
// A payee that accepted what the rules refuse bears the loss. The judgement is what the ledger would have said without the
// contradiction, to the last second and the last unit.
import {
  forge,
  newDevice,
  newRequest,
  NOW,
  openReserveOf,
  pay,
  reportedBy,
  settleContext,
} from '../../../../test/support/offline-world';
import type { ReserveRow } from '../ledger/offline-rows';
import { carelessness } from './carelessness';
import type { PaymentRequest, Voucher } from './objects';
import { readClaim, settleVoucher } from './settle-voucher';
import type { Verdict } from './verdicts';

interface Tried {
  readonly request?: Partial<PaymentRequest>;
  readonly voucher?: Partial<Voucher>;
  readonly reserve?: (row: ReserveRow) => ReserveRow;
  readonly claimedAt?: number;
}

const device = newDevice({ highestCounter: 9 });
const { spendUntil, claimUntil } = device.certificate;
const payment = pay(device);
const later = { previous: Buffer.alloc(32, 1) };

it.each<[Verdict, string, Tried]>([
  ['settled', 'what was made by the rules', {}],
  ['settled', 'a revocation that came later', { reserve: reportedBy(8) }],
  ['revoked', 'a revocation that the request knew', { reserve: reportedBy(7) }],
  ['settled', 'the last second to claim', { claimedAt: claimUntil }],
  ['claimedLate', 'one second late', { claimedAt: claimUntil + 1 }],
  [
    'settled',
    'the last second to spend',
    { voucher: { time: spendUntil }, request: { expiresAt: spendUntil } },
  ],
  [
    'expired',
    'one second after spend-until',
    { voucher: { time: spendUntil + 1 }, request: { expiresAt: claimUntil } },
  ],
  ['settled', 'the last second of the request', { voucher: { time: NOW + 600 } }],
  ['expired', 'one second after the request', { voucher: { time: NOW + 601 } }],
  [
    'settled',
    'the cap of a payment',
    { request: { amount: 5_000n }, voucher: { cumulative: 5_000n } },
  ],
  [
    'overLimit',
    'more than a payment',
    { request: { amount: 5_001n }, voucher: { cumulative: 5_001n } },
  ],
  ['settled', 'all that is funded', { voucher: { ...later, counter: 9, cumulative: 20_000n } }],
  ['overLimit', 'more than is funded', { voucher: { ...later, counter: 9, cumulative: 20_001n } }],
  ['overLimit', 'one payment more', { voucher: { ...later, counter: 10, cumulative: 9_000n } }],
  [
    'revoked',
    'several at once, of which the first counts',
    { reserve: reportedBy(7), voucher: { time: spendUntil + 1 } },
  ],
])('%s: %s', (expected, _, { request, voucher = {}, reserve = (row) => row, claimedAt = NOW }) => {
  const claim = forge(payment, voucher, newRequest(request));
  const row = reserve(openReserveOf(device));
  expect(carelessness(readClaim(claim), row, claimedAt)).toBe(
    expected === 'settled' ? undefined : expected,
  );
  const { verdict } = settleVoucher(
    row,
    claim,
    settleContext({ now: claimedAt, clockToleranceSeconds: claimUntil }),
  );
  expect(verdict).toBe(expected);
});

it('what the device spent in the meantime does not count against the payee', () => {
  const row = { ...openReserveOf(device), settled: '20000' };
  expect(carelessness(readClaim(payment), row, NOW)).toBeUndefined();
});
