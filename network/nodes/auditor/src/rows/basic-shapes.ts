// SPDX-License-Identifier: Apache-2.0
// The basic values in rows, as an auditor reads docs/ledger.md. Written apart from the domain: two readings of one document.
import * as z from 'zod';

/** What an amount must be, in a finding. */
export const CANONICAL_AMOUNT = 'a canonical amount of minor units, of at most 18 digits';

/** What a sum must be, in a finding. No ledger holds 10^18 amounts. */
export const CANONICAL_SUM = 'a canonical sum of minor units, of at most 40 digits';

/** Minor units: a whole number without sign and leading zeros, at most 18 digits. */
export const amount = z.string(CANONICAL_AMOUNT).regex(/^(0|[1-9]\d{0,17})$/, CANONICAL_AMOUNT);

/** A sum of amounts. */
export const sum = z.string(CANONICAL_SUM).regex(/^(0|[1-9]\d{0,39})$/, CANONICAL_SUM);

export const currency = z.string().regex(/^[A-Z]{3}$/);

/** A name that a party chose. */
export const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** Seconds since 1970, or a span of seconds. */
export const seconds = z.int().min(0);

export const count = z.int().min(0);

/** An order, by its merchant and the merchant's number. */
export const orderKey = { merchantId: name, orderNumber: name };

/** A device's epoch. */
export const reserveKey = { customerId: name, deviceId: name, epoch: count };

/** What one step did to one subject. */
export const receipt = z.strictObject({
  transaction: z.string(),
  transactionId: z.string(),
  mspId: z.string(),
  at: seconds,
  inputDigest: z.string(),
  output: z.record(z.string(), z.unknown()),
  units: z.array(z.string()),
});

/** Payments in parts of a window. */
export const spending = z.array(z.strictObject({ last: seconds, amount }));
