// SPDX-License-Identifier: Apache-2.0
// From a CSV file to typed rows: header, cells, uniqueness. A bad row is reported and left out, the rest goes on.
import type * as z from 'zod';
import { cellProblem } from './cells.js';
import {
  INPUT_PROBLEMS,
  inputProblem,
  type InputProblem,
  type InputProblemCode,
  type RowSource,
} from './problem.js';
import { readCsv, type CsvRow } from './read-csv.js';
import type { RowDefinition } from './row-definition.js';

/** A typed row that knows where it stands. */
export type Sourced<Row> = Row & RowSource;

/** The good rows of a file. */
export interface Table<Row> {
  readonly rows: readonly Sourced<Row>[];
  readonly problems: readonly InputProblem[];
  /** False when the file could not be read, or not to its end: nothing may be concluded from what it lacks. */
  readonly isUsable: boolean;
}

type Columns = RowDefinition<unknown>['columns'];

/** A column that was added later: older files do not have it. */
const mayBeAbsent = ({ shape }: Columns, name: string): boolean =>
  shape[name]?.safeParse(undefined).success === true;

function headerProblems(header: CsvRow, columns: Columns): InputProblem[] {
  const names = header.cells;
  const expected = Object.keys(columns.shape);
  const absent = expected.filter((name) => !names.includes(name));
  const missing = absent.filter((name) => !mayBeAbsent(columns, name));
  if (absent.length === expected.length) return [inputProblem('INPUT_MISSING_HEADER', header)];
  const repeated = expected.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  return [
    ...missing.map((name) => inputProblem('INPUT_MISSING_COLUMN', header, name)),
    ...repeated.map((name) => inputProblem('INPUT_DUPLICATE_COLUMN', header, name)),
  ];
}

const isProblemCode = (code: unknown): code is InputProblemCode =>
  typeof code === 'string' && Object.hasOwn(INPUT_PROBLEMS, code);

function issueCode(issue: z.core.$ZodIssue, columns: Columns, field: string): InputProblemCode {
  const own: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  if (isProblemCode(own)) return own;
  const schema = columns.shape[field];
  return schema === undefined ? 'INPUT_BAD_TEXT' : cellProblem(schema);
}

/** At most one problem for each cell. */
function rowProblems(error: z.ZodError, columns: Columns, source: RowSource): InputProblem[] {
  const byField = new Map<string, InputProblem>();
  for (const issue of error.issues) {
    const field = String(issue.path[0] ?? '');
    if (byField.has(field)) continue;
    byField.set(field, inputProblem(issueCode(issue, columns, field), source, field));
  }
  return [...byField.values()];
}

/** Of one file. Whoever hands in more than this has the wrong file, and nobody reads more. */
export const MOST_PROBLEMS = 100_000;

/** Takes the rows of one file. */
class TableReader<Row> {
  readonly rows: Sourced<Row>[] = [];
  readonly problems: InputProblem[] = [];
  isUsable = false;
  readonly #definition: RowDefinition<Row>;
  #header: readonly string[] | undefined;
  readonly #keys = new Set<string>();

  constructor(definition: RowDefinition<Row>) {
    this.#definition = definition;
  }

  get hasHeader(): boolean {
    return this.#header !== undefined;
  }

  /** @returns whether it wants the next row */
  take(row: CsvRow): boolean {
    if (this.#header === undefined) return this.#takeHeader(row);
    this.#read(row, this.#header);
    if (this.problems.length < MOST_PROBLEMS) return true;
    this.problems.push(inputProblem('INPUT_TOO_MANY_PROBLEMS', row));
    return (this.isUsable = false);
  }

  #takeHeader(row: CsvRow): boolean {
    this.#header = row.cells;
    this.problems.push(...headerProblems(row, this.#definition.columns));
    return (this.isUsable = this.problems.length === 0);
  }

  #read({ file, line, cells }: CsvRow, header: readonly string[]): void {
    const source: RowSource = { file, line };
    if (cells.length !== header.length) {
      this.problems.push(inputProblem('INPUT_COLUMN_COUNT', source));
      return;
    }
    const named = Object.fromEntries(header.map((name, index) => [name, cells[index]]));
    const result = this.#definition.schema.safeParse(named);
    if (result.success) this.#add(result.data, source);
    else this.problems.push(...rowProblems(result.error, this.#definition.columns, source));
  }

  #add(row: Row, source: RowSource): void {
    const key = this.#definition.key?.(row);
    if (key !== undefined && this.#keys.has(key)) {
      this.problems.push(inputProblem('INPUT_DUPLICATE_KEY', source, this.#definition.keyColumn));
      return;
    }
    if (key !== undefined) this.#keys.add(key);
    this.rows.push({ ...row, ...source });
  }
}

/** Reads one file by its definition. Columns that the definition does not know are ignored. */
export function readRows<Row>(file: string, definition: RowDefinition<Row>): Table<Row> {
  const reader = new TableReader(definition);
  const fault = readCsv(file, (row) => reader.take(row));
  const { rows, problems } = reader;
  if (fault !== undefined) return { rows, problems: [...problems, fault], isUsable: false };
  if (reader.hasHeader) return { rows, problems, isUsable: reader.isUsable };
  return {
    rows,
    problems: [inputProblem('INPUT_MISSING_HEADER', { file, line: 1 })],
    isUsable: false,
  };
}
