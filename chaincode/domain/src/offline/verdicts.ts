// SPDX-License-Identifier: Apache-2.0
// What the ledger answers for one voucher of a batch, as data.
import { describe } from '../base/error-description.js';

/** Each verdict's number, meaning, and what the merchant should do. Never reused; in the order in which they are tried. */
export const VERDICTS = {
  malformed: describe(
    1,
    'Voucher or request is not in its one canonical form.',
    'Nothing to do; such a voucher should not have been accepted.',
  ),
  unknownReserve: describe(
    2,
    'The device has no such reserve.',
    'Check customer, device and epoch of the claim.',
  ),
  unknownCertificate: describe(
    3,
    'The voucher names a certificate that the reserve does not know.',
    'Nothing to do; such a voucher should not have been accepted.',
  ),
  badSignature: describe(
    4,
    "The signature is not by the device's key, or has a high S.",
    'Nothing to do; such a voucher should not have been accepted.',
  ),
  requestMismatch: describe(
    5,
    'The voucher does not answer this request.',
    'Claim it with the request that it answers.',
  ),
  wrongChannel: describe(6, 'The request is of another channel.', 'Settle it there.'),
  wrongPayee: describe(7, 'The request is of another merchant.', 'Have that merchant settle it.'),
  wrongCurrency: describe(
    8,
    "The request's currency is not that of the batch or of the reserve.",
    'Settle it in a batch of its currency.',
  ),
  cancelled: describe(
    18,
    'Its payee cancelled the voucher: the money is back with the customer.',
    'Nothing to do; ask the customer to pay again if the goods are gone.',
  ),
  duplicate: describe(9, 'The voucher was settled before.', 'Nothing to do: it is paid.'),
  claimedLate: describe(
    13,
    'The time to settle is over.',
    'Settle vouchers sooner; ask the customer to pay again.',
  ),
  conflict: describe(
    10,
    'The voucher contradicts one that was settled: the device spent twice.',
    'Prove it with both vouchers; the policy says who bears the loss.',
  ),
  frozen: describe(
    11,
    'The device spent twice, and the request knew of it.',
    'Nothing to do; such a voucher should not have been accepted.',
  ),
  revoked: describe(
    12,
    'The device was revoked, and the request knew of it.',
    'Nothing to do; such a voucher should not have been accepted.',
  ),
  notYet: describe(
    19,
    "The voucher or its request is dated ahead of the ledger's clock.",
    'Correct the clocks of terminal and device; the voucher can be settled when its time has come.',
  ),
  expired: describe(
    14,
    'The voucher was made after the certificate or the request was over.',
    'Nothing to do; such a voucher should not have been accepted.',
  ),
  overLimit: describe(
    15,
    'The voucher is above a cap of its reserve, or above what stands in it.',
    'Nothing to do; such a voucher should not have been accepted.',
  ),
  settled: describe(16, 'The merchant is paid.', 'Nothing to do.'),
} as const;

/** What the rules say of one voucher. */
export type Verdict = keyof typeof VERDICTS;
