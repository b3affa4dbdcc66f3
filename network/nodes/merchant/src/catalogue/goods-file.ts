// SPDX-License-Identifier: Apache-2.0
// A file of goods: CSV with the columns of the sample's goods.csv, and what a shop may know beyond the ledger. Each row is checked alone.
// A long file is read a piece at a time, so that other calls are answered meanwhile.
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  isCategory,
  isCurrency,
  isGtin,
  parseDecimal,
  type InputOf,
} from '@fabric-offline-pay/domain';
import { CsvError, parse } from 'csv-parse';
import * as z from 'zod';
import { refuse } from '../merchant-error.js';

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

/** Rows of one file, with those that have a problem. */
export const MOST_ROWS = 10_000;

/** Characters of one row: more than all columns at their longest. */
const LONGEST_ROW = 16_384;

/** Bytes that are taken apart, and rows that are checked, before somebody else has a turn. */
const PIECE = 32_768;
const ROWS_A_TURN = 100;

function* pieces(text: string): Generator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE);
}

const recordsIn = (csv: string): AsyncIterable<Parsed> =>
  Readable.from(pieces(csv)).pipe(
    parse({
      ...{ bom: true, columns: true, info: true, skip_empty_lines: true },
      max_record_size: LONGEST_ROW,
    }),
  );

const lineOf = (error: CsvError): number =>
  typeof error['lines'] === 'number' ? error['lines'] : 1;

/** What has been read of a file. */
class Reading {
  readonly goods: GoodsLine[] = [];
  readonly problems: LineProblem[] = [];
  readonly #merchantId: string;
  readonly #seen = new Set<string>();

  constructor(merchantId: string) {
    this.#merchantId = merchantId;
  }

  take({ record, info: { lines } }: Parsed): void {
    try {
      this.goods.push(this.#checked(goodsLine(lines, record)));
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.problems.push({ line: lines, field: error.field, code: error.code });
    }
  }

  #checked(line: GoodsLine): GoodsLine {
    if ((line.merchantId ?? this.#merchantId) !== this.#merchantId)
      throw new LineError('merchant_id', 'MERCHANT_DIFFERS');
    const { gtin } = line.registration;
    if (this.#seen.has(gtin)) throw new LineError('gtin', 'GTIN_REPEATED');
    this.#seen.add(gtin);
    return line;
  }
}

async function readRows(csv: string, reading: Reading): Promise<void> {
  let rows = 0;
  for await (const parsed of recordsIn(csv)) {
    rows += 1;
    if (rows > MOST_ROWS) refuse('TOO_MANY_ROWS', 'csv');
    reading.take(parsed);
    if (rows % ROWS_A_TURN === 0) await nextTurn();
  }
}

/**
 * Reads the file to its end.
 * @param merchantId whose goods they are; a row that names another one is a problem
 * @returns nothing but the problem when it is no CSV
 * @throws {MerchantError} TOO_MANY_ROWS
 */
export async function readGoodsFile(csv: string, merchantId: string): Promise<GoodsFile> {
  const reading = new Reading(merchantId);
  try {
    await readRows(csv, reading);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { goods: [], problems: [{ line: lineOf(error), field: null, code: 'FILE_UNREADABLE' }] };
  }
  return reading;
}
