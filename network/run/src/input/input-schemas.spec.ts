// SPDX-License-Identifier: Apache-2.0
// The JSON Schemas beside the sample are those of the code, and describe the files.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputSchemas } from './input-schemas.js';

const FOLDER = join(__dirname, '..', '..', 'sample');

interface RowSchema {
  readonly $schema: string;
  readonly title: string;
  readonly properties: Readonly<Record<string, { readonly description?: string }>>;
  readonly required: readonly string[];
}

/** Columns that older files do not have. */
const ADDED: readonly string[] = ['instrument_balance'];

const schemas = Object.entries(inputSchemas()) as [string, RowSchema][];

it('has one schema for each file, no more', () => {
  expect(readdirSync(join(FOLDER, 'schema')).sort()).toEqual(
    schemas.map(([name]) => `${name}.schema.json`).sort(),
  );
});

describe.each(schemas)('%s.schema.json', (name, schema) => {
  it('is not stale', () => {
    const text = readFileSync(join(FOLDER, 'schema', `${name}.schema.json`), 'utf8');
    expect(JSON.parse(text)).toEqual(schema);
  });

  it('names the columns of the sample in their order and describes each', () => {
    const [header] = readFileSync(join(FOLDER, `${name}.csv`), 'utf8').split('\n');
    expect(Object.keys(schema.properties)).toEqual(header?.split(','));
    const older = Object.keys(schema.properties).filter((column) => !ADDED.includes(column));
    expect(schema.required).toEqual(older);
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    for (const property of Object.values(schema.properties))
      expect(property.description).toMatch(/\w/);
  });

  it('is documented in the README, header by header', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const undocumented = Object.keys(schema.properties).filter(
      (column) => !readme.includes(`\`${column}\``),
    );
    expect(undocumented).toEqual([]);
  });
});
