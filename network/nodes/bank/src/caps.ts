// SPDX-License-Identifier: Apache-2.0
// How much one caller may call in a window, so that a stolen certificate can guess little, lock out few customers and flood nobody.
import * as z from 'zod';

const cap = (fallback: number, what: string) =>
  z.int().min(1).max(1_000_000).default(fallback).describe(what);

/** The highest counts of one caller in one window. */
export const capsSchema = z
  .strictObject({
    windowSeconds: z.int().min(1).max(86_400).default(60).describe('seconds'),
    requests: cap(6_000, 'requests of any kind'),
    logins: cap(600, 'logins begun'),
    codes: cap(600, 'sent codes and other messages'),
    tries: cap(
      2_400,
      'tried factors, right or wrong: counting only wrong ones would reveal which were wrong',
    ),
    failures: cap(300, 'failed joins of factors'),
  })
  .prefault({});

export type Caps = z.output<typeof capsSchema>;

export type CapKind = Exclude<keyof Caps, 'windowSeconds'>;
