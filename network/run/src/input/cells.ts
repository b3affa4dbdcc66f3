// SPDX-License-Identifier: Apache-2.0
// The kinds of cells: each a schema of the text in the file, which turns it into our units and knows its problem code.
import { IDENTIFIER_PATTERN, isCategory, isCurrency, isGtin } from '@fabric-offline-pay/domain';
import {
  birthDate,
  email,
  line,
  lines,
  password,
  toPhone,
} from '@fabric-offline-pay/node-common/person-fields';
import { isSupportedCountry } from 'libphonenumber-js';
import * as z from 'zod';
import { toMicrodegrees } from './microdegrees.js';
import type { InputProblemCode } from './problem.js';

const problemCodes = z.registry<{ code: InputProblemCode }>();

/** @returns which problem it is when a cell does not fit its schema. */
export const cellProblem = (schema: z.ZodType): InputProblemCode =>
  problemCodes.get(schema)?.code ?? 'INPUT_BAD_TEXT';

/** Describes a cell's schema and names its problem. Comes last, because a schema derived from it has neither. */
export function cell<T extends z.ZodType>(
  schema: T,
  code: InputProblemCode,
  description: string,
): T {
  const described = schema.describe(description);
  problemCodes.add(described, { code });
  return described;
}

/** An empty cell becomes null. */
export const orEmpty = <T extends z.ZodType>(schema: T) =>
  z.union([z.literal('').transform(() => null), schema]);

export const matching = (pattern: RegExp) => z.string().regex(pattern);

/** A decimal as money is written; how many decimals there may be is the currency's business. */
export const DECIMAL = '\\d{1,15}(?:\\.\\d{1,4})?';

export const CURRENCY = '[A-Z]{3}';

const IDENTIFIER = matching(IDENTIFIER_PATTERN);
const COUNTRY = matching(/^[A-Z]{2}$/).refine((code) => isSupportedCountry(code));
const CATEGORIES = matching(/^\d{8}(?:;\d{8})*$/)
  .transform((list) => list.split(';'))
  .refine((codes) => codes.every(isCategory));
const WHOLE = /^(?:0|[1-9]\d{0,8})$/;

const isWithin = (limit: number) => (value: number) => Math.abs(value) <= limit;

/** Latitude in decimal degrees; micro-degrees when read. */
export const LATITUDE = matching(/^-?\d{1,2}(?:\.\d{1,6})?$/)
  .transform(toMicrodegrees)
  .refine(isWithin(90_000_000));

/** Longitude in decimal degrees; micro-degrees when read. */
export const LONGITUDE = matching(/^-?\d{1,3}(?:\.\d{1,6})?$/)
  .transform(toMicrodegrees)
  .refine(isWithin(180_000_000));

export const identifier = (description: string) =>
  cell(IDENTIFIER, 'INPUT_BAD_IDENTIFIER', description);

export const optionalIdentifier = (description: string) =>
  cell(orEmpty(IDENTIFIER), 'INPUT_BAD_IDENTIFIER', description);

/** In one line. */
export const text = (description: string) => cell(line, 'INPUT_BAD_TEXT', description);

/** In several lines, where it is written so. */
export const longText = (description: string) => cell(lines, 'INPUT_BAD_TEXT', description);

export const optionalText = (description: string) =>
  cell(orEmpty(line), 'INPUT_BAD_TEXT', description);

export const optionalLongText = (description: string) =>
  cell(orEmpty(lines), 'INPUT_BAD_TEXT', description);

export const optionalDate = (description: string) =>
  cell(orEmpty(z.iso.date()), 'INPUT_BAD_DATE', description);

export const categories = (description: string) =>
  cell(CATEGORIES, 'INPUT_BAD_CATEGORY', description);

export const category = (description: string) =>
  cell(matching(/^\d{8}$/).refine(isCategory), 'INPUT_BAD_CATEGORY', description);

export const gtin = (description: string) =>
  cell(matching(/^\d{13}$/).refine(isGtin), 'INPUT_BAD_GTIN', description);

export const currency = (description: string) =>
  cell(matching(new RegExp(`^${CURRENCY}$`)).refine(isCurrency), 'INPUT_BAD_CURRENCY', description);

/** Stays a decimal: the row's own schema turns it into minor units of the row's currency. */
export const money = (description: string) =>
  cell(matching(new RegExp(`^${DECIMAL}$`)), 'INPUT_BAD_MONEY', description);

/** Of a column that older files do not have; without it, or empty, null. */
export const addedMoney = (description: string) =>
  cell(
    orEmpty(matching(new RegExp(`^${DECIMAL}$`)))
      .optional()
      .transform((decimal) => decimal ?? null),
    'INPUT_BAD_MONEY',
    description,
  );

export const country = (description: string) => cell(COUNTRY, 'INPUT_BAD_COUNTRY', description);

export const optionalCountry = (description: string) =>
  cell(orEmpty(COUNTRY), 'INPUT_BAD_COUNTRY', description);

export const latitude = (description: string) =>
  cell(LATITUDE, 'INPUT_BAD_COORDINATE', description);

export const optionalLatitude = (description: string) =>
  cell(orEmpty(LATITUDE), 'INPUT_BAD_COORDINATE', description);

export const longitude = (description: string) =>
  cell(LONGITUDE, 'INPUT_BAD_COORDINATE', description);

export const optionalLongitude = (description: string) =>
  cell(orEmpty(LONGITUDE), 'INPUT_BAD_COORDINATE', description);

export const whole = (maximum: number, description: string) =>
  cell(
    matching(WHOLE)
      .transform(Number)
      .refine((value) => value <= maximum),
    'INPUT_BAD_NUMBER',
    description,
  );

export const optionalWhole = (maximum: number, description: string) =>
  cell(
    orEmpty(
      matching(WHOLE)
        .transform(Number)
        .refine((value) => value <= maximum),
    ),
    'INPUT_BAD_NUMBER',
    description,
  );

export const choice = <const T extends readonly [string, ...string[]]>(
  values: T,
  description: string,
) => cell(z.enum(values), 'INPUT_BAD_CHOICE', description);

export const phone = (description: string) =>
  cell(
    matching(/^\+[1-9]\d{6,14}$/).refine((number) => toPhone(number) === number),
    'INPUT_BAD_PHONE',
    description,
  );

export const optionalEmail = (description: string) =>
  cell(orEmpty(email), 'INPUT_BAD_EMAIL', description);

export const newPassword = (description: string) =>
  cell(password, 'INPUT_BAD_PASSWORD', description);

export const optionalBirthDate = (description: string) =>
  cell(orEmpty(birthDate), 'INPUT_BAD_DATE', description);
