// SPDX-License-Identifier: Apache-2.0
// The refusals of payments without a network, 8xx. A device or a terminal gives them without the ledger.
import { describe, type ErrorDescription } from './error-description.js';

export const OFFLINE_ERRORS = {
  OFFLINE_MALFORMED: describe(
    801,
    'The bytes are not the canonical form of the expected object.',
    'Ask the other side to send the object again. If this happens again, its software is faulty.',
  ),
  OFFLINE_SIGNATURE_INVALID: describe(
    802,
    'The expected key did not sign this object, or the signature has a high S.',
    'Do not accept it. Ask for another means of payment.',
  ),
  OFFLINE_WRONG_CHANNEL: describe(
    803,
    'The object belongs to another channel.',
    'Use a device and a terminal of the same network.',
  ),
  OFFLINE_WRONG_CURRENCY: describe(
    804,
    'The request, the certificate and the policy have different currencies.',
    "Pay in the currency of the device's reserve.",
  ),
  OFFLINE_CERTIFICATE_FORGED: describe(
    805,
    'No issuer that the terminal trusts signed the device certificate.',
    'Do not accept it. If you know the bank, fetch its issuers again.',
  ),
  OFFLINE_CERTIFICATE_EXPIRED: describe(
    806,
    "The device's time to spend has passed.",
    'Ask the customer to fund the device again, online.',
  ),
  OFFLINE_CERTIFICATE_MISMATCH: describe(
    807,
    'The device or the voucher names a different certificate.',
    'Use the newest certificate of this device and epoch.',
  ),
  OFFLINE_REVOKED: describe(
    808,
    "The bank's bulletin lists the device as revoked.",
    'Do not accept it. The customer must ask the bank.',
  ),
  OFFLINE_BULLETIN_STALE: describe(
    809,
    "The terminal's bulletin is older than the policy allows.",
    'Bring the terminal online and fetch the newest bulletin.',
  ),
  OFFLINE_BULLETIN_MISSING: describe(
    810,
    "The terminal has no bulletin of the device's bank, or its bulletin is older than the one that the request or the certificate names.",
    'Bring the terminal online and fetch the bulletins of all banks.',
  ),
  OFFLINE_OVER_PAYMENT_CAP: describe(
    811,
    'The amount is above the cap of one offline payment.',
    'Pay less, or pay online.',
  ),
  OFFLINE_OVER_TOTAL_CAP: describe(
    812,
    "The payments together would exceed the device's reserve.",
    'Top up the device online, or pay less.',
  ),
  OFFLINE_COUNTER_EXHAUSTED: describe(
    813,
    'The device has used all payments of its epoch.',
    'Ask the customer to fund the device with a new reserve, online.',
  ),
  OFFLINE_COUNTER_SEEN: describe(
    814,
    'The terminal has accepted this voucher before.',
    'Show the stored acceptance. Nothing is paid twice.',
  ),
  OFFLINE_CLOCK_WRONG: describe(
    815,
    'A clock is further behind than the policy allows.',
    'Correct the clock of the device or the terminal. A terminal whose clock was ahead before also needs a newer bulletin.',
  ),
  OFFLINE_CLAIM_TOO_SHORT: describe(
    816,
    'There is not enough time left to settle the voucher.',
    'Ask the customer to fund the device again, online.',
  ),
  OFFLINE_REQUEST_MISMATCH: describe(
    817,
    'The voucher does not answer this request.',
    'Show the request again, and let the device answer it.',
  ),
  OFFLINE_REQUEST_EXPIRED: describe(818, 'The payment request has expired.', 'Make a new request.'),
  OFFLINE_DOUBLE_SPEND: describe(
    819,
    'The voucher contradicts another voucher of the same device.',
    'Do not accept it. Keep both vouchers: they prove the double spend.',
  ),
  OFFLINE_NOT_ALLOWED: describe(
    820,
    "The policy or the customer's reputation does not allow offline payments in this currency.",
    'Pay online.',
  ),
  OFFLINE_RESERVE_INACTIVE: describe(
    821,
    'The reserve is frozen, revoked or closed.',
    'Ask the bank.',
  ),
  OFFLINE_CLAIM_OPEN: describe(
    822,
    'Vouchers of this reserve may still be settled.',
    'Close the reserve after its claim-until time.',
  ),
  OFFLINE_PROOF_INVALID: describe(
    823,
    'The fraud proof does not prove its claim.',
    'See the reason in the details.',
  ),
  VOUCHER_REFUSED: describe(
    824,
    'The voucher does not pay this order.',
    'See the verdict in the details.',
  ),
  LOSS_NOT_BORNE: describe(
    825,
    'The bank does not bear this loss. The policy says so, or the payee should not have accepted the voucher.',
    'See the reason in the details.',
  ),
  OFFLINE_ISSUER_RETIRED: describe(
    826,
    'The bank has retired the issuer that signed this. A retired issuer cannot grant anything new.',
    'Register another issuer of the bank, and sign with it.',
  ),
  OFFLINE_PAYEE_UNTRUSTED: describe(
    827,
    'No certified terminal signed this: the key is wrong, the terminal is another one, or its certificate has expired.',
    'Do not pay it or rely on it. Ask the merchant to use a certified terminal.',
  ),
  OFFLINE_CANCELLED: describe(
    828,
    'The terminal has cancelled the request and no longer accepts a voucher for it.',
    'Ask for the order again to get a new request.',
  ),
  OFFLINE_TILL_OVER_PAYMENT: describe(
    830,
    "The amount is above the merchant's limit for one payment at this terminal.",
    'Pay less, or pay online.',
  ),
  OFFLINE_TILL_FULL: describe(
    831,
    "The terminal has reached the merchant's limit for unsettled payments, in number or in money.",
    'Bring the terminal online and synchronise it. Then show the same payment again.',
  ),
  OFFLINE_TILL_OVERDUE: describe(
    832,
    'A payment has waited for its settlement longer than the merchant allows.',
    'Bring the terminal online and synchronise it.',
  ),
  OFFLINE_TILL_CURRENCY: describe(
    833,
    'The merchant has set limits for this terminal, but none for this currency.',
    'Use a currency with limits, or ask the merchant to set limits for this currency.',
  ),
} as const satisfies Record<string, ErrorDescription>;
