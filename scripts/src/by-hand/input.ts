// SPDX-License-Identifier: Apache-2.0
// Makes the input of a transaction from options: the whole input from JSON, a file or standard input, then single fields over it.
import { readFileSync } from 'node:fs';
import { DomainError, type NamedTransaction } from '@fabric-offline-pay/domain';
import { numberOf, readBounded } from '@fabric-offline-pay/node-common';
import { inputFields, type InputField } from './fields.js';
import { flagOf } from './names.js';

export type Input = Readonly<Record<string, unknown>>;

/** What the command line gave: whole inputs, and fields by their names in the table. */
export interface Given {
  readonly input?: string | undefined;
  readonly private?: string | undefined;
  /** A flag without a value means true. */
  readonly fields: Readonly<Record<string, string | true>>;
}

const STANDARD_INPUT = 0;

/** No transaction takes more. */
const MOST_BYTES = 16 * 1024 * 1024;

const invalid = (field: string, reason: string): DomainError =>
  new DomainError('INPUT_INVALID', { field, reason });

const isObject = (value: unknown): value is Readonly<Record<PropertyKey, unknown>> =>
  typeof value === 'object' && value !== null;

function textOf(flag: string, given: string): string {
  if (given !== '-' && !given.startsWith('@')) return given;
  try {
    return given === '-'
      ? readFileSync(STANDARD_INPUT, 'utf8')
      : readBounded(given.slice(1), MOST_BYTES).toString('utf8');
  } catch {
    throw invalid(flag, `${given === '-' ? 'standard input' : given.slice(1)} cannot be read`);
  }
}

/** @returns the JSON of an option: as text, in the file of `@file`, or from standard input for `-`. @throws {DomainError} INPUT_INVALID. */
function readJson(flag: string, given: string): unknown {
  const text = textOf(flag, given);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(flag, 'no JSON');
  }
}

function readObject(flag: string, given: string): Input {
  const value = readJson(flag, given);
  if (!isObject(value) || Array.isArray(value)) throw invalid(flag, 'must be a JSON object');
  return value;
}

/** Text that is not a number, true or false stays text. The schema then says what is wrong with it. */
function fieldValue(field: InputField, given: string | true): unknown {
  if (given === true) return true;
  if (field.kind === 'json') return readJson(flagOf(field.name), given);
  if (field.kind === 'boolean') return given === 'true' ? true : given === 'false' ? false : given;
  return field.kind === 'number' ? (numberOf(given) ?? given) : given;
}

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), input);

/** @throws {DomainError} INPUT_INVALID, with each fault that the schema finds and its option. */
function ensureFits(transaction: NamedTransaction, input: Input): void {
  const checked = transaction.input.safeParse(input);
  if (checked.success) return;
  const problems = checked.error.issues.map(({ path, message }) => ({
    field: path.map(String).join('.'),
    ...(path[0] === undefined ? {} : { option: flagOf(String(path[0])) }),
    reason: valueAt(input, path) === undefined ? 'missing' : message,
  }));
  throw new DomainError('INPUT_INVALID', { problems });
}

/**
 * @returns the whole input, checked
 * @throws {DomainError} INPUT_INVALID with what is missing, unreadable or wrong, before anything is sent.
 */
export function inputOf(transaction: NamedTransaction, given: Given): Input {
  if (given.input === '-' && given.private === '-')
    throw invalid('--private', 'standard input can hold only one of the two');
  const fields = inputFields(transaction).flatMap((field) => {
    const text = given.fields[field.name];
    return text === undefined ? [] : [[field.name, fieldValue(field, text)] as const];
  });
  const whole = given.input === undefined ? {} : readObject('--input', given.input);
  const input = { ...whole, ...Object.fromEntries(fields) };
  ensureFits(transaction, input);
  return input;
}

/**
 * @returns the private input of a transaction that has one. The client checks it, and names only the fields that are wrong.
 * @throws {DomainError} INPUT_INVALID when it is missing or unreadable.
 */
export function privateInputOf(
  { transient }: NamedTransaction,
  { private: given }: Given,
): Input | undefined {
  if (given !== undefined) return readObject('--private', given);
  if (transient !== undefined) throw invalid('--private', 'missing');
  return undefined;
}
