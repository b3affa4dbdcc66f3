// SPDX-License-Identifier: Apache-2.0
// What bounds guessing: how long a code lives, how often it may be tried, how many wrong tries lock a customer's factor.
import * as z from 'zod';

/** A deployment may be stricter than these bounds, never laxer. */
export const limitsSchema = z
  .strictObject({
    codeDigits: z.int().min(6).max(10).default(6).describe('decimal digits of a one-time code'),
    codeSeconds: z.int().min(1).max(180).default(180).describe('seconds that a code lives'),
    codeTries: z.int().min(1).max(5).default(5).describe('tries of one code'),
    wrongTries: z
      .int()
      .min(1)
      .max(10)
      .default(10)
      .describe(
        'wrong tries of one factor within the window; then this factor is locked until they are older',
      ),
    unusedCodes: z
      .int()
      .min(1)
      .max(50)
      .default(10)
      .describe('codes sent within the window and not used; then no more are sent'),
    windowSeconds: z.int().min(60).max(86_400).default(900).describe('seconds'),
  })
  .prefault({});

export type AuthenticationLimits = z.output<typeof limitsSchema>;

/** Codes of 6 digits for 3 minutes and 5 tries; 10 wrong tries of a factor in 15 minutes. */
export const DEFAULT_LIMITS: AuthenticationLimits = limitsSchema.parse(undefined);
