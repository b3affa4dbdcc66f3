// SPDX-License-Identifier: Apache-2.0
// Schemas of identifiers, amounts and other basic values. They are checked once, at the edge.
import * as z from 'zod';
import { AMOUNT_PATTERN, isCurrency } from './money.js';
import { isDeviceKey } from './signature.js';

/** Letters, digits, dot, underscore and hyphen: safe in keys, file names and URLs. `~` and `/` separate parts of keys. */
export const IDENTIFIER_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const DIGEST_PATTERN = /^[0-9a-f]{64}$/;

/** @returns whether the text is a GTIN-13 with a correct check digit (GS1 General Specifications §7.9). */
export function isGtin(text: string): boolean {
  if (!/^[0-9]{13}$/.test(text)) return false;
  let sum = 0;
  for (let index = 0; index < 12; index += 1)
    sum += Number(text[index]) * (index % 2 === 0 ? 1 : 3);
  return (10 - (sum % 10)) % 10 === Number(text[12]);
}

/** @returns whether the text has the form of a UNSPSC code: 8 digits, segment to commodity, segment not 00. */
export const isCategory = (text: string): boolean => /^(?!00)[0-9]{8}$/.test(text);

/** Schema of an identifier that a party chooses: of an order, a merchant, a device. */
export const identifier = z
  .string()
  .regex(IDENTIFIER_PATTERN)
  .describe('identifier: letters, digits, . _ -; at most 64');
/** Schema of a SHA-256 in hex. */
export const digest = z
  .string()
  .regex(DIGEST_PATTERN)
  .describe('SHA-256, 64 lower-case hex digits');
/** Schema of an `Amount`. */
export const amount = z.string().regex(AMOUNT_PATTERN).describe('minor units, decimal string');
export const positiveAmount = amount
  .refine((text) => text !== '0', 'must be above zero')
  .describe('minor units, decimal string, above zero');
/** Schema of a `Currency`. */
export const currency = z
  .string()
  .refine(isCurrency, 'no currency of ISO 4217')
  .describe('ISO 4217 code');
/** Schema of a GTIN-13 with a correct check digit. */
export const gtin = z
  .string()
  .refine(isGtin, 'no GTIN-13 with a right check digit')
  .describe('GTIN-13');
export const category = z
  .string()
  .refine(isCategory, 'no UNSPSC code')
  .describe('UNSPSC code, 8 digits');
/** Schema of a number of pieces, at least one. */
export const quantity = z.int().min(1).max(1_000_000).describe('pieces');
export const grams = z.int().min(0).max(10_000_000).describe('grams, at most 10 t a piece');
export const seconds = z.int().min(0).max(8_640_000_000).describe('seconds');
/** Schema of a time: whole seconds since 1970. */
export const instant = z
  .int()
  .min(0)
  .max(8_640_000_000_000)
  .describe('seconds since 1970-01-01T00:00Z');
/** Schema of a device's public key: base64 of its DER SubjectPublicKeyInfo, on P-256. */
export const deviceKey = z
  .string()
  .max(200)
  .refine(isDeviceKey, 'no P-256 public key')
  .describe('base64 DER SubjectPublicKeyInfo, P-256');
export const signature = z.string().max(100).describe('ES256, base64 of r‖s, low S');
/** Schema of a `Place`: millionths of a degree. */
export const place = z
  .strictObject({
    latitude: z.int().min(-90_000_000).max(90_000_000),
    longitude: z.int().min(-180_000_000).max(180_000_000),
  })
  .describe('micro-degrees, WGS 84');
