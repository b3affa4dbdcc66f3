// SPDX-License-Identifier: Apache-2.0
// The refusals of payments without a network, 8xx: what a device or a terminal answers with no ledger at hand.
import { describe, type ErrorDescription } from './error-description.js';

export const OFFLINE_ERRORS = {
  OFFLINE_MALFORMED: describe(
    801,
    'The bytes are not the one canonical form of what they should be.',
    'Have the other side send the object again; if it stays so, its software is faulty.',
  ),
  OFFLINE_SIGNATURE_INVALID: describe(
    802,
    'The signature is not by the expected key over this object, or has a high S.',
    'Do not accept it; ask for another means of payment.',
  ),
  OFFLINE_WRONG_CHANNEL: describe(
    803,
    'The object belongs to another channel.',
    'Use a device and a terminal of the same network.',
  ),
  OFFLINE_WRONG_CURRENCY: describe(
    804,
    'The request, the certificate and the policy do not share the currency.',
    'Pay in the currency that the device has reserved.',
  ),
  OFFLINE_CERTIFICATE_FORGED: describe(
    805,
    'No issuer that the terminal trusts signed the device certificate.',
    'Do not accept it; fetch the issuers again if the bank is known.',
  ),
  OFFLINE_CERTIFICATE_EXPIRED: describe(
    806,
    'The time in which the device may spend is over.',
    'Have the customer fund the device again, online.',
  ),
  OFFLINE_CERTIFICATE_MISMATCH: describe(
    807,
    'The certificate is not the one that the device or the voucher names.',
    'Use the newest certificate of this device and epoch.',
  ),
  OFFLINE_REVOKED: describe(
    808,
    "The bank's bulletin names the device.",
    'Do not accept it; the customer must ask the bank.',
  ),
  OFFLINE_BULLETIN_STALE: describe(
    809,
    "The terminal's bulletin is older than the policy allows.",
    'Bring the terminal online and fetch the newest bulletin.',
  ),
  OFFLINE_BULLETIN_MISSING: describe(
    810,
    "The terminal has no bulletin of the device's bank, or one older than the request or the certificate names.",
    'Bring the terminal online and fetch the bulletins of all banks.',
  ),
  OFFLINE_OVER_PAYMENT_CAP: describe(
    811,
    'The amount is above the cap of one offline payment.',
    'Pay less, or pay online.',
  ),
  OFFLINE_OVER_TOTAL_CAP: describe(
    812,
    'The sum of payments would be above what is reserved for the device.',
    'Top up the device online, or pay less.',
  ),
  OFFLINE_COUNTER_EXHAUSTED: describe(
    813,
    'The device has made all payments of its epoch.',
    'Have the customer fund the device anew, online.',
  ),
  OFFLINE_COUNTER_SEEN: describe(
    814,
    'The terminal has accepted this voucher before.',
    'Show the stored acceptance; nothing is paid twice.',
  ),
  OFFLINE_CLOCK_WRONG: describe(
    815,
    'A clock lies further behind than the policy allows.',
    'Correct the clock of the device or of the terminal; a terminal whose clock once ran ahead needs a newer bulletin.',
  ),
  OFFLINE_CLAIM_TOO_SHORT: describe(
    816,
    'Too little time is left to settle the voucher.',
    'Have the customer fund the device again, online.',
  ),
  OFFLINE_REQUEST_MISMATCH: describe(
    817,
    'The voucher does not answer this request.',
    'Show the request again and have the device answer it.',
  ),
  OFFLINE_REQUEST_EXPIRED: describe(818, 'The payment request is over.', 'Make a new request.'),
  OFFLINE_DOUBLE_SPEND: describe(
    819,
    'The voucher contradicts another one of the same device.',
    'Do not accept it; keep both vouchers, they are a proof.',
  ),
  OFFLINE_NOT_ALLOWED: describe(
    820,
    'The policy, or the reputation of the customer, allows no offline payments in this currency.',
    'Pay online.',
  ),
  OFFLINE_RESERVE_INACTIVE: describe(
    821,
    'The reserve is frozen, revoked or closed.',
    'Ask the bank.',
  ),
  OFFLINE_CLAIM_OPEN: describe(
    822,
    'Vouchers may still be settled out of this reserve.',
    'Close it after its claim-until.',
  ),
  OFFLINE_PROOF_INVALID: describe(
    823,
    'The fraud proof does not prove what it says.',
    'See the reason in the details.',
  ),
  VOUCHER_REFUSED: describe(
    824,
    'The voucher does not pay this order.',
    'See the verdict in the details.',
  ),
  LOSS_NOT_BORNE: describe(
    825,
    'The bank does not bear this loss: by the policy, or because the voucher should not have been accepted.',
    'See the reason in the details.',
  ),
  OFFLINE_ISSUER_RETIRED: describe(
    826,
    'The bank has retired the issuer that signed this: it grants nothing new.',
    'Register another issuer of the bank, and sign with that one.',
  ),
  OFFLINE_PAYEE_UNTRUSTED: describe(
    827,
    'This is not by a terminal that a bank certified for it: wrong key, another terminal, or the certificate is over.',
    'Neither pay it nor rely on it; ask the merchant for one of a certified terminal.',
  ),
  OFFLINE_CANCELLED: describe(
    828,
    'The terminal has cancelled the request: it accepts no voucher for it any more.',
    'Ask for the order again: it gets a new request.',
  ),
  OFFLINE_TILL_OVER_PAYMENT: describe(
    830,
    'The amount is above what the merchant takes in one payment at this terminal.',
    'Pay less, or pay online.',
  ),
  OFFLINE_TILL_FULL: describe(
    831,
    'The terminal holds as many unsettled payments, or as much money in them, as the merchant lets it.',
    'Bring the terminal online and synchronise, then show the same payment again.',
  ),
  OFFLINE_TILL_OVERDUE: describe(
    832,
    'A payment has waited for its settlement longer than the merchant lets it.',
    'Bring the terminal online and synchronise.',
  ),
  OFFLINE_TILL_CURRENCY: describe(
    833,
    'The merchant set limits for this terminal, and none for this currency.',
    'Ask in a currency that the merchant named, or have the merchant name this one.',
  ),
} as const satisfies Record<string, ErrorDescription>;
