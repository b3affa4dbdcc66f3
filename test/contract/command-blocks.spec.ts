// SPDX-License-Identifier: Apache-2.0
// What the documents show can be copied: their blocks of commands are run on a network with the sample (test/integration/main-job),
// or named with the reason why not; what stands within a sentence or a table names commands and options that there are.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { offpayProgram } from '../../scripts/src/program.js';
import {
  allBlocks,
  blocksOf,
  commandBlocks,
  DOCUMENTS,
  NOT_RUN,
  reasonNotToRun,
} from '../support/command-blocks.js';
import { defined } from '../support/defined.js';

const ROOT = join(__dirname, '..', '..');

test('a block is read with its line, language and text', () => {
  const text = 'a\n\n```sh\nnpx offpay\n```\nb\n```json\n{}\n```\n';
  expect(blocksOf('x.md', text)).toEqual([
    { document: 'x.md', line: 3, language: 'sh', text: 'npx offpay\n' },
    { document: 'x.md', line: 7, language: 'json', text: '{}\n' },
  ]);
});

test('every block names its language', () => {
  expect(allBlocks().filter(({ language }) => language === '')).toEqual([]);
  // Commands have one name, by which they are found.
  const others = ['bash', 'shell', 'console', 'zsh', 'text'];
  expect(allBlocks().filter(({ language }) => others.includes(language))).toEqual([]);
});

test('there are blocks to run, and every exception is in a document', () => {
  expect(commandBlocks().filter((block) => reasonNotToRun(block) === undefined)).not.toEqual([]);
  const reasons = commandBlocks().map(reasonNotToRun);
  expect(NOT_RUN.filter(([, , why]) => !reasons.includes(why))).toEqual([]);
});

test('every script of npm that a block calls is there', () => {
  const called = commandBlocks().flatMap(({ text }) =>
    [...text.matchAll(/\bnpm (?:run )?([a-z:]+)/g)].map(([, name]) =>
      defined(name, 'name of a script'),
    ),
  );
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: object;
  };
  const own = called.filter((name) => !['ci', 'install', 'pack', 'run', 'test'].includes(name));
  expect(own.length).toBeGreaterThan(3);
  expect(own.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

/** `npx offpay …` and `npm run network -- …` within sentences and tables. */
const mentioned = DOCUMENTS.flatMap((document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const spans = [...text.matchAll(/`(?:npx offpay|npm run (network) --) ([^`]+)`/g)];
  return spans.map(([, network, words = '']) => `${network ?? ''} ${words}`.trim());
});

/** The command that the words lead to, and those of its options that it does not have. */
async function unknownOptions(line: string): Promise<string[]> {
  const words = line.split(/\s+/);
  let command: Command = await offpayProgram(words);
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word);
    if (next !== undefined) command = next;
  }
  const known = new Set(['--help', ...command.options.map(({ long }) => long)]);
  const given = [...line.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
  return given.filter((option) => !known.has(option));
}

test.each([...new Set(mentioned)])('%s: has the documented options', async (line) => {
  expect(await unknownOptions(line)).toEqual([]);
});
