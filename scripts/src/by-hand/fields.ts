// SPDX-License-Identifier: Apache-2.0
// The fields of a transaction's input as options of the command line, one option per field.
import type { NamedTransaction } from '@fabric-offline-pay/domain';
import {
  alternatives,
  schemaLimits,
  meaningOf,
  propertiesOf,
  schemaOf,
  type Schema,
} from '../schema-fields.js';

/** How the text of an option becomes a value: text, number, true or false, or JSON. */
export type FieldKind = 'text' | 'number' | 'boolean' | 'json';

export interface InputField {
  readonly name: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** What the help shows for the value: `<text>`, `<goods|merchant>`, `<json|@file>`. */
  readonly placeholder: string;
  readonly description: string;
  readonly schema: Schema;
}

const KINDS: Readonly<Record<string, FieldKind>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};

/** The schema of a field without its null. */
function valueSchema(schema: Schema): Schema {
  const others = alternatives(schema).filter((entry) => entry['type'] !== 'null');
  return others.length === 1 && others[0] !== undefined ? { ...others[0], ...schema } : schema;
}

const kindOf = ({ type }: Schema): FieldKind =>
  typeof type === 'string' ? (KINDS[type] ?? 'json') : 'json';

function placeholderOf(schema: Schema): string {
  const choices = schema['enum'];
  if (Array.isArray(choices)) return `<${choices.join('|')}>`;
  const kind = kindOf(schema);
  if (kind === 'boolean') return '[true|false]';
  return kind === 'json' ? '<json|@file>' : `<${kind}>`;
}

const necessity = (required: boolean, schema: Schema): string => {
  if (required) return 'required';
  return 'default' in schema ? `default ${String(schema['default'])}` : 'optional';
};

const descriptionOf = (required: boolean, schema: Schema): string =>
  [necessity(required, schema), meaningOf(schema), schemaLimits(schema)]
    .filter((text) => text !== '')
    .join('; ');

/** @returns the fields of the input, in the table's order. */
export const inputFields = (transaction: NamedTransaction): readonly InputField[] =>
  propertiesOf(schemaOf(transaction.input)).map(([name, given, required]) => {
    const schema = valueSchema(given);
    return {
      name,
      kind: kindOf(schema),
      required,
      placeholder: placeholderOf(schema),
      description: descriptionOf(required, schema),
      schema,
    };
  });
