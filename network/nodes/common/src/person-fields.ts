// SPDX-License-Identifier: Apache-2.0
// What may stand in the fields that describe people and goods: one rule a field, for the files and for the bank's service, so that no
// row which a file may hold is refused later.
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import * as z from 'zod';

/** One line of at most 200 characters, all of which can be seen, and not all of them spaces. */
export const line = z.string().regex(/^(?=.*\S)[^\p{C}]{1,200}$/u);

/** The same in several lines, as streets and labels are written. */
export const lines = z.string().regex(/^(?=[\s\S]*\S)(?:[^\p{C}]|\r?\n){1,200}$/u);

/** @returns E.164, or undefined for what is no telephone number of any country. */
export function toPhone(written: string): string | undefined {
  const number = parsePhoneNumberFromString(written);
  return number?.isValid() === true ? number.number : undefined;
}

export const email = z.email().max(254);

/** NIST SP 800-63B: length, no rules of composition. */
export const password = z.string().min(8).max(128);

/** Nobody lives longer than that, with room to spare. */
const OLDEST = '1880-01-01';

const today = (): string => new Date().toISOString().slice(0, 10);

/** YYYY-MM-DD of somebody who may live. */
export const birthDate = z.iso.date().refine((date) => date >= OLDEST && date <= today());
