// SPDX-License-Identifier: Apache-2.0
// How many codes may be sent and stay unused, so that nobody earns by having the bank send codes to expensive numbers (toll fraud). Used
// codes do not count: a flood of codes is never typed in, and customers who pay a lot use theirs.
import * as z from 'zod';

const cap = (fallback: number, what: string) =>
  z.int().min(1).max(1_000_000).default(fallback).describe(what);

export const codeCapsSchema = z
  .strictObject({
    windowSeconds: z.int().min(60).max(86_400).default(3_600).describe('seconds'),
    customer: cap(20, 'sent and unused codes of one customer'),
    number: cap(20, '… to one telephone number, whoever its customers are'),
    range: cap(2_000, '… to numbers that begin with the same 7 digits: an operator of a country'),
  })
  .prefault({});

export type CodeCaps = z.output<typeof codeCapsSchema>;

export const DEFAULT_CODE_CAPS: CodeCaps = codeCapsSchema.parse(undefined);

export type CodeCap = Exclude<keyof CodeCaps, 'windowSeconds'>;

const RANGE_DIGITS = 7;

/** @returns the beginning of a number, E.164, that its country and operator share. */
export const rangeOf = (phone: string): string => phone.slice(0, 1 + RANGE_DIGITS);
