// SPDX-License-Identifier: Apache-2.0
// A file of goods: CSV with the columns of the sample's goods.csv, and what a shop may know beyond the ledger. Each row is checked alone.
import {
  isCategory,
  isCurrency,
  isGtin,
  parseDecimal,
  type InputOf,
} from '@fabric-offline-pay/domain';
import { CsvError, parse } from 'csv-parse/sync';
import * as z from 'zod';

/** Goods as the ledger registers them. */
export type Registration = InputOf<'goods', 'registerGoods'>['goods'][number];

/** What only this node keeps. */
export interface Details {
  readonly name: string;
  readonly brand: string | null;
  readonly gpcBrick: string | null;
  readonly taxRate: string | null;
}

export interface GoodsLine {
  /** Of the file, from 1. */
  readonly line: number;
  readonly merchantId: string | null;
  readonly registration: Registration;
  readonly details: Details;
}

/** Why a row, or the file, cannot be used. Names the field, never its value. */
export interface LineProblem {
  readonly line: number;
  readonly field: string | null;
  readonly code: ProblemCode;
}

export const PROBLEM_CODES = [
  'COLUMN_MISSING',
  'FIELD_INVALID',
  'PRICE_INVALID',
  'GTIN_REPEATED',
  'MERCHANT_DIFFERS',
  'FILE_UNREADABLE',
] as const;

type ProblemCode = (typeof PROBLEM_CODES)[number];

export interface GoodsFile {
  readonly goods: readonly GoodsLine[];
  readonly problems: readonly LineProblem[];
}

const matching = (pattern: RegExp) => z.string().regex(pattern);
const text = z.string().regex(/^(?=.*\S)[^\p{C}]{1,200}$/u);
const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([z.literal('').transform(() => null), schema]).default(null);

/** Decimal degrees to micro-degrees, without arithmetic on fractions. */
function toMicrodegrees(decimal: string): number {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? [];
  return Number(`${sign}${whole}${fraction.padEnd(6, '0')}`);
}

const degrees = (most: number) =>
  matching(/^-?\d{1,3}(?:\.\d{1,6})?$/)
    .transform(toMicrodegrees)
    .refine((value) => Math.abs(value) <= most * 1_000_000);

/** Columns by their names. Those with a default may be absent. */
const columns = z.object({
  merchant_id: orNull(text),
  gtin: z.string().refine(isGtin),
  name: text,
  category: z.string().refine(isCategory),
  price: matching(/^\d{1,15}(?:\.\d{1,4})?$/),
  currency: z.string().refine(isCurrency),
  origin: matching(/^[A-Z]{2}$/),
  certificate: matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  weight_g: matching(/^(?:0|[1-9]\d{0,7})$/).transform(Number),
  latitude: degrees(90),
  longitude: degrees(180),
  withdrawn: z.enum(['yes', 'no']).default('no'),
  brand: orNull(text),
  gpc_brick: orNull(matching(/^\d{8}$/)),
  tax_rate: orNull(matching(/^\d{1,2}(?:\.\d{1,3})?$/)),
});

type Cells = z.output<typeof columns>;

/** Thrown inside this file only: a row's problem. */
class LineError extends Error {
  constructor(
    readonly field: string | null,
    readonly code: ProblemCode,
  ) {
    super(code);
  }
}

/** Nothing is sold for nothing: the ledger takes no order of it. */
function priceOf({ price, currency }: Cells): string {
  try {
    const amount = parseDecimal(price, currency);
    if (amount !== '0') return amount;
  } catch {
    // More decimals than the currency has.
  }
  throw new LineError('price', 'PRICE_INVALID');
}

function registrationOf(cells: Cells): Registration {
  const { gtin, category, currency, origin, certificate, weight_g, latitude, longitude } = cells;
  return {
    gtin,
    category,
    price: priceOf(cells),
    currency,
    origin,
    certificate,
    weightGrams: weight_g,
    location: { latitude, longitude },
    withdrawn: cells.withdrawn === 'yes',
  };
}

function cellsOf(record: Readonly<Record<string, string>>): Cells {
  const parsed = columns.safeParse(record);
  if (parsed.success) return parsed.data;
  const field = String(parsed.error.issues[0]?.path[0] ?? '');
  throw new LineError(field, Object.hasOwn(record, field) ? 'FIELD_INVALID' : 'COLUMN_MISSING');
}

function goodsLine(line: number, record: Readonly<Record<string, string>>): GoodsLine {
  const cells = cellsOf(record);
  const { merchant_id: merchantId, name, brand, gpc_brick: gpcBrick, tax_rate: taxRate } = cells;
  const details = { name, brand, gpcBrick, taxRate };
  return { line, merchantId, registration: registrationOf(cells), details };
}

interface Parsed {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function records(csv: string): readonly Parsed[] | LineProblem {
  try {
    return parse(csv, { bom: true, columns: true, info: true, skip_empty_lines: true });
  } catch (error) {
    const line =
      error instanceof CsvError && typeof error['lines'] === 'number' ? error['lines'] : 1;
    return { line, field: null, code: 'FILE_UNREADABLE' };
  }
}

/**
 * Reads the file to its end.
 * @param merchantId whose goods they are; a row that names another one is a problem
 * @returns nothing but the problem when it is no CSV
 */
export function readGoodsFile(csv: string, merchantId: string): GoodsFile {
  const parsed = records(csv);
  if (!Array.isArray(parsed)) return { goods: [], problems: [parsed as LineProblem] };
  const goods: GoodsLine[] = [];
  const problems: LineProblem[] = [];
  const seen = new Set<string>();
  for (const { record, info } of parsed as readonly Parsed[])
    try {
      const line = goodsLine(info.lines, record);
      if ((line.merchantId ?? merchantId) !== merchantId)
        throw new LineError('merchant_id', 'MERCHANT_DIFFERS');
      const { gtin } = line.registration;
      if (seen.has(gtin)) throw new LineError('gtin', 'GTIN_REPEATED');
      seen.add(gtin);
      goods.push(line);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      problems.push({ line: info.lines, field: error.field, code: error.code });
    }
  return { goods, problems };
}
