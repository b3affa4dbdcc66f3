// SPDX-License-Identifier: Apache-2.0
// Rules for the fields that describe people and goods. Files and the bank's service use the same rules, so that the bank never
// refuses a row that a file may hold.
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import * as z from 'zod';

/** One line of at most 200 visible characters, not only spaces. */
export const line = z.string().regex(/^(?=.*\S)[^\p{C}]{1,200}$/u);

/** The same with several lines, for streets and labels. */
export const lines = z.string().regex(/^(?=[\s\S]*\S)(?:[^\p{C}]|\r?\n){1,200}$/u);

/** @returns the number in E.164, or undefined when it is not a telephone number of any country. */
export function toPhone(written: string): string | undefined {
  const number = parsePhoneNumberFromString(written);
  return number?.isValid() === true ? number.number : undefined;
}

export const email = z.email().max(254);

/** NIST SP 800-63B: a minimum length, no rules of composition. */
export const password = z.string().min(8).max(128);

/** Longer than anybody lives. */
const OLDEST = '1880-01-01';

const today = (): string => new Date().toISOString().slice(0, 10);

/** YYYY-MM-DD of a person who may be alive. */
export const birthDate = z.iso.date().refine((date) => date >= OLDEST && date <= today());

/** @returns the calling code of a number's country, such as `49`; `?` when it is none's. */
export const callingCode = (phone: string): string =>
  parsePhoneNumberFromString(phone)?.countryCallingCode ?? '?';
