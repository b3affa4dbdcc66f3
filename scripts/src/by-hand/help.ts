// SPDX-License-Identifier: Apache-2.0
// What the help of a transaction says besides its options: who may call it, its units, key, nested fields, example, errors.
import {
  CALLER,
  commonRefusals,
  ERRORS,
  naturalKeyOf,
  UNITS,
  type ErrorCode,
  type NamedTransaction,
} from '@fabric-offline-pay/domain';
import { table } from '../output.js';
import { fieldsOf, schemaOf } from '../schema-fields.js';
import { shellWord } from '../shell-word.js';
import { inputFields } from './fields.js';
import { flagOf, kebab } from './names.js';

/** The file from which the example reads its private input. */
const PRIVATE_FILE = 'private.json';

const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** @returns the example of the table as arguments of `offpay`. */
export function exampleArguments(transaction: NamedTransaction): string[] {
  const fields = Object.entries(transaction.example as Record<string, unknown>);
  return [
    kebab(transaction.contract),
    kebab(transaction.name),
    ...fields.flatMap(([name, value]) => [flagOf(name), valueText(value)]),
    ...(transaction.transient === undefined ? [] : ['--private', `@${PRIVATE_FILE}`]),
  ];
}

/** @returns the example as a shell command. */
export const exampleLine = (transaction: NamedTransaction): string =>
  `npx offpay ${exampleArguments(transaction).map(shellWord).join(' ')}`;

const kindText = ({ kind }: NamedTransaction): string =>
  kind === 'submit'
    ? "submitted: endorsed, ordered and written; answers when the ledger of the organisation's own peer holds it"
    : "query: reads from the organisation's own peer and changes nothing";

const whoText = ({ access }: NamedTransaction): string =>
  access
    .map((rule) => (rule === 'any' ? 'any certificate of a participant' : rule))
    .join(', or ')
    .replaceAll('*.', 'any organisation.');

const OWNER_TEXT = {
  network: 'nobody in particular',
  customer: "the customer's bank",
  login: "the login's bank",
  merchant: "the merchant's own bank",
  order: "the caller's side of the order: its bank, merchant or logistics company",
  basket: "the caller's side of the basket: its bank, merchant or logistics company",
  quote: 'the logistics company that quoted',
  payee: "the payee's bank",
} as const;

const ownerText = ({ owner }: NamedTransaction): string =>
  owner.of === 'input' ? `the actor that ${owner.field} names` : OWNER_TEXT[owner.of];

const REPETITION = {
  receipt: 'the same key and content answer replayed: true; other content is IDEMPOTENCY_CONFLICT',
  always: 'does the work again',
  state: 'does what is left to do; answers replayed: true when nothing is left',
} as const;

const fieldText = (field: string): string => (field === CALLER ? 'the caller' : field);

/** The natural key of a call, for people. */
export const keyText = (transaction: NamedTransaction): string =>
  naturalKeyOf(transaction).map(fieldText).join(', ');

/** What a repeated call does, for people. */
export const repetitionText = ({ repeat }: NamedTransaction): string =>
  repeat === null ? '' : REPETITION[repeat.by];

const facts = (transaction: NamedTransaction): string =>
  table(
    [
      ['kind', kindText(transaction)],
      ['called by', whoText(transaction)],
      ['belongs to', ownerText(transaction)],
      ['units', transaction.units.map((unit) => `${unit} ${UNITS[unit]}`).join(', ')],
      ['natural key', keyText(transaction)],
      ['called again', repetitionText(transaction)],
      ['endorsed by', transaction.endorsers?.join(' and ') ?? ''],
      ['private input', transaction.transient === undefined ? '' : 'needed: --private'],
    ].filter(([, text]) => text !== ''),
  );

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

const section = (title: string, text: string): string =>
  text === '' ? '' : `${title}:\n${indented(text)}`;

/** The fields inside the options that take JSON. */
const nestedText = (transaction: NamedTransaction): string =>
  table(
    inputFields(transaction)
      .filter((field) => field.kind === 'json')
      .flatMap((field) => fieldsOf(field.schema, field.name))
      .map(({ path, type, meaning }) => [path, type, meaning]),
  );

const privateText = ({ transient }: NamedTransaction): string =>
  transient === undefined
    ? ''
    : table(fieldsOf(schemaOf(transient)).map(({ path, type, meaning }) => [path, type, meaning]));

const exampleText = (transaction: NamedTransaction): string =>
  [
    exampleLine(transaction),
    ...(transaction.transientExample === undefined
      ? []
      : [`where ${PRIVATE_FILE} holds ${JSON.stringify(transaction.transientExample)}`]),
  ].join('\n');

const errorsText = (codes: readonly ErrorCode[]): string =>
  table(codes.map((code) => [code, ERRORS[code].meaning, ERRORS[code].remedy]));

/** @returns the text that the help shows after the options. */
export function helpText(transaction: NamedTransaction): string {
  const sections = [
    facts(transaction),
    section('Inside the fields that take JSON', nestedText(transaction)),
    section('Private input (never written to a block)', privateText(transaction)),
    section('Example', exampleText(transaction)),
    section('Errors of its own', errorsText(transaction.errors)),
    section('Errors of every call of this kind', errorsText(commonRefusals(transaction))),
  ];
  return `\n${sections.filter((text) => text !== '').join('\n\n')}`;
}
