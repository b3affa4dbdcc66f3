// SPDX-License-Identifier: Apache-2.0
// Limits against guessing and takeover: how long a code is valid, how often it may be tried, how long a new password or telephone waits.
import * as z from 'zod';

const HOUR = 3_600;
const DAY = 86_400;

/** A deployment may be stricter than these limits, never laxer. */
export const limitsSchema = z
  .strictObject({
    codeDigits: z.int().min(6).max(10).default(6).describe('decimal digits of a one-time code'),
    codeSeconds: z.int().min(1).max(180).default(180).describe('seconds that a code is valid'),
    codeTries: z.int().min(1).max(5).default(5).describe('tries of one code'),
    wrongTries: z
      .int()
      .min(1)
      .max(10)
      .default(10)
      .describe(
        'wrong tries of one factor in the window; then the factor is locked until they are older',
      ),
    unusedCodes: z
      .int()
      .min(1)
      .max(50)
      .default(10)
      .describe('unused codes in the window; then no more are sent'),
    windowSeconds: z.int().min(60).max(DAY).default(900).describe('seconds'),
    sessionSeconds: z
      .int()
      .min(60)
      .max(DAY)
      .default(HOUR)
      .describe("seconds that an authenticated login gives access to the customer's data"),
    changeWaitSeconds: z
      .int()
      .min(HOUR)
      .default(DAY)
      .describe('seconds until a new telephone or password takes effect'),
    recoveryWaitSeconds: z
      .int()
      .min(DAY)
      .default(3 * DAY)
      .describe('seconds until a telephone or password from the front office takes effect'),
  })
  .prefault({});

export type AuthenticationLimits = z.output<typeof limitsSchema>;

/** Codes have 6 digits, 3 minutes and 5 tries; a factor has 10 wrong tries in 15 minutes; a new telephone waits a day. */
export const DEFAULT_LIMITS: AuthenticationLimits = limitsSchema.parse(undefined);
