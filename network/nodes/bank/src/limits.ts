// SPDX-License-Identifier: Apache-2.0
// What bounds guessing and taking over: how long a code lives, how often it may be tried, how long a new password or telephone waits.
import * as z from 'zod';

const HOUR = 3_600;
const DAY = 86_400;

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
    windowSeconds: z.int().min(60).max(DAY).default(900).describe('seconds'),
    sessionSeconds: z
      .int()
      .min(60)
      .max(DAY)
      .default(HOUR)
      .describe("seconds that an authenticated login opens what is its customer's"),
    changeWaitSeconds: z
      .int()
      .min(HOUR)
      .default(DAY)
      .describe('seconds until a new telephone or password counts'),
    recoveryWaitSeconds: z
      .int()
      .min(DAY)
      .default(3 * DAY)
      .describe('seconds until one counts that the front office gave'),
  })
  .prefault({});

export type AuthenticationLimits = z.output<typeof limitsSchema>;

/** Codes of 6 digits for 3 minutes and 5 tries; 10 wrong tries of a factor in 15 minutes; a day for a new telephone. */
export const DEFAULT_LIMITS: AuthenticationLimits = limitsSchema.parse(undefined);

const milliseconds = (most: number, what: string) =>
  z.int().min(10).max(most).default(most).describe(what);

/** Connections are looked at once a second, so that with these bounds none outlives 15 s. */
export const timeoutsSchema = z
  .strictObject({
    handshakeMs: milliseconds(10_000, 'from connection to the end of the TLS handshake'),
    headersMs: milliseconds(10_000, 'from there to the end of the headers'),
    requestMs: milliseconds(14_000, 'to the end of the body'),
    idleMs: milliseconds(10_000, 'between two requests'),
  })
  .prefault({});

export type Timeouts = z.output<typeof timeoutsSchema>;
