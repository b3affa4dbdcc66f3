// SPDX-License-Identifier: Apache-2.0
import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What would make two endorsers disagree: a clock, randomness, locale, input or output. */
const determinism = {
  'no-restricted-globals': [
    'error',
    { name: 'Date', message: 'Only ledger/clock may know the time.' },
    { name: 'Intl', message: 'Locales differ between endorsers.' },
    { name: 'process', message: 'The environment differs between endorsers.' },
    { name: 'setTimeout', message: 'Chaincode does not wait.' },
    { name: 'fetch', message: 'Chaincode does no I/O.' },
    { name: 'parseFloat', message: 'Money and distances are integers.' },
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'Endorsers must agree.' },
    { property: 'toLocaleString', message: 'Locales differ between endorsers.' },
    { property: 'localeCompare', message: 'Compare code units.' },
  ],
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        'fs',
        'node:fs*',
        'os',
        'node:os',
        'net',
        'node:net',
        'http*',
        'node:http*',
        'child_process',
        'node:child_process',
      ],
    },
  ],
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/coverage/', '.offpay/', 'docs/api-pages/'] },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,mts}'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: [] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      complexity: ['error', 10],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: false },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['chaincode/domain/src/**/*.ts', 'chaincode/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: determinism,
  },
  {
    files: ['chaincode/src/ledger/clock.ts', 'chaincode/src/main.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-imports': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**/*.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/testing/**/*.ts', 'test/**/*.ts'],
    ignores: [
      '**/testing/{test-place,server-engine,worker-engine}.ts',
      '**/{open-database,embedded-engine}.spec.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@electric-sql/*', '**/worker-engine.js', '**/server-engine.js'],
              message: 'Open it with testPlace(), so that the spec runs on a server, too.',
            },
          ],
        },
      ],
    },
  },
  {
    // The checker of arrows sees no names of packages, since it leaves out what is built.
    files: ['network/nodes/auditor/src/{money,overdue,rows}/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@fabric-offline-pay/*'],
              allowTypeImports: true,
              message: 'What believes no sum of the chaincode shares no code with it.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.{cjs,mjs,js}'],
    languageOptions: {
      globals: {
        module: 'writable',
        require: 'readonly',
        process: 'readonly',
        console: 'readonly',
        __dirname: 'readonly',
      },
    },
  },
);
