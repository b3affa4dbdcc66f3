// SPDX-License-Identifier: Apache-2.0
// The ledger's verdicts on vouchers, as data.
import { describe } from '../base/error-description.js';

/**
 * Each verdict's number, its meaning, and what the merchant should do. Numbers are never reused. The order is the order of
 * the checks.
 */
export const VERDICTS = {
  malformed: describe(
    1,
    'The voucher or the request is not in its canonical form.',
    'There is nothing to do. A terminal should not have accepted this voucher.',
  ),
  unknownReserve: describe(
    2,
    'The device has no reserve with this epoch.',
    'Check the customer, device and epoch of the claim.',
  ),
  unknownCertificate: describe(
    3,
    'The voucher names a certificate that the reserve does not know.',
    'There is nothing to do. A terminal should not have accepted this voucher.',
  ),
  badSignature: describe(
    4,
    "The device's key did not sign the voucher, or the signature has a high S.",
    'There is nothing to do. A terminal should not have accepted this voucher.',
  ),
  requestMismatch: describe(
    5,
    'The voucher does not answer this request.',
    'Claim the voucher with the request that it answers.',
  ),
  wrongChannel: describe(6, 'The request is for another channel.', 'Settle it on that channel.'),
  wrongPayee: describe(7, 'The request is from another merchant.', 'Let that merchant settle it.'),
  wrongCurrency: describe(
    8,
    'The request has a different currency than the batch or the reserve.',
    'Settle it in a batch of its own currency.',
  ),
  cancelled: describe(
    18,
    'The payee cancelled the voucher, and the money went back to the customer.',
    'There is nothing to do. Ask the customer to pay again if the goods were handed out.',
  ),
  duplicate: describe(9, 'The voucher is already settled.', 'There is nothing to do. It is paid.'),
  claimedLate: describe(
    13,
    'The time to settle has passed.',
    'Settle vouchers sooner. Ask the customer to pay again.',
  ),
  conflict: describe(
    10,
    'The voucher contradicts a settled one: the device spent twice.',
    'Prove it with both vouchers. The policy says who bears the loss.',
  ),
  frozen: describe(
    11,
    'The device spent twice, and the request already knew it.',
    'There is nothing to do. A terminal should not have accepted this voucher.',
  ),
  revoked: describe(
    12,
    'The device was revoked, and the request already knew it.',
    'There is nothing to do. A terminal should not have accepted this voucher.',
  ),
  notYet: describe(
    19,
    "The time of the voucher or its request is ahead of the ledger's clock.",
    'Correct the clocks of terminal and device. The voucher can be settled when its time has come.',
  ),
  expired: describe(
    14,
    'The voucher was made after the certificate or the request had expired.',
    'There is nothing to do. A terminal should not have accepted this voucher.',
  ),
  overLimit: describe(
    15,
    'The voucher is above a cap of its reserve, or above the money in the reserve.',
    'There is nothing to do. A terminal should not have accepted this voucher.',
  ),
  settled: describe(16, 'The merchant is paid.', 'There is nothing to do.'),
} as const;

/** The verdict of the rules on one voucher. */
export type Verdict = keyof typeof VERDICTS;
