// SPDX-License-Identifier: Apache-2.0
// The blocks of commands in the documents, and those of them that no test runs, each with the reason.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** Folders whose documents people read. */
const FOLDERS = [
  ...['.', 'docs', 'chaincode/domain', 'chaincode/testing', 'sdk'],
  ...['network/run/sample', 'network/nodes/bank'],
];

const markdownIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

/** Where people read commands to copy: paths from the root on, README first. */
export const DOCUMENTS: readonly string[] = FOLDERS.flatMap(markdownIn).sort(
  (a, b) => Number(b === 'README.md') - Number(a === 'README.md'),
);

/** A fenced block of a document. */
export interface Block {
  readonly document: string;
  /** Of its fence; counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** @returns the fenced blocks of a text, in its order. */
export function blocksOf(document: string, text: string): Block[] {
  const fences = /^```(.*)\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(fences)].map(({ index, 1: language = '', 2: content = '' }) => ({
    document,
    line: text.slice(0, index).split('\n').length,
    language,
    text: content,
  }));
}

/** @returns the fenced blocks of all documents. */
export const allBlocks = (): Block[] =>
  DOCUMENTS.flatMap((document) => blocksOf(document, readFileSync(join(ROOT, document), 'utf8')));

/** @returns the blocks that hold commands. */
export const commandBlocks = (): Block[] => allBlocks().filter(({ language }) => language === 'sh');

/** Blocks that are not run as they are printed, by their document and first words. */
export const NOT_RUN: readonly (readonly [document: string, begins: string, why: string])[] = [
  [
    'README.md',
    'npm ci && npm start',
    'the main job begins so, without the install; all tests are this one',
  ],
  ['docs/operations.md', 'FABRIC_BIN=', 'needs a release of Fabric that is installed apart'],
  [
    'docs/cli.md',
    'npm run offline',
    'test/integration/offline-run.spec.ts runs it, smaller; this takes minutes',
  ],
  ['CONTRIBUTING.md', 'npm ci', 'replaces the packages that run the test'],
  ...['chaincode/domain', 'chaincode/testing', 'sdk'].map(
    (folder) =>
      [
        `${folder}/README.md`,
        'npm install',
        'needs the published package; test/packages installs the packed one',
      ] as const,
  ),
  [
    'docs/audit.md',
    'npx offpay audit --blocks',
    'needs an archive of blocks; the block before it audits the same from a peer',
  ],
  ['docs/performance.md', 'npm run bench', 'needs a quarter of an hour, and a machine for itself'],
  [
    'docs/testing.md',
    'OFFPAY_RECORDING=',
    'test/integration/agreement.spec.ts does both; this needs minutes',
  ],
  ['docs/testing.md', 'npm run fuzz', 'a night; test/property runs each family for a short time'],
  ['docs/testing.md', 'npm run chaos:nodes', 'an hour; test/contract runs some of the kills'],
  [
    'docs/testing.md',
    'OFFPAY_TIMES=',
    'a campaign of an hour; test/integration/main-job.spec.ts kills the same, once',
  ],
];

/** Why a block is not run; undefined for one that is. */
export const reasonNotToRun = ({ document, text }: Block): string | undefined =>
  NOT_RUN.find(([of, begins]) => of === document && text.startsWith(begins))?.[2];
