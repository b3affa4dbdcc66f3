// SPDX-License-Identifier: Apache-2.0
import { ALL_TRANSACTIONS } from '@fabric-offline-pay/domain';
import { spawnSync } from 'node:child_process';
import { offpayHere } from '../../../test/support/offpay-here.js';
import { flagOf, kebab } from '../by-hand/names.js';
import { COMMANDS } from '../command-table.js';
import { offpayProgram } from '../program.js';
import { candidates } from './completion.js';

const complete = (...typed: string[]): Promise<string[]> => candidates(offpayProgram, typed);

test('completes every command, and those with a given beginning', async () => {
  const names = COMMANDS.map(({ name }) => name);
  expect(await complete('')).toEqual(expect.arrayContaining(names));
  expect(await complete('al')).toEqual(['alarms', 'alerts', 'alarm']);
});

test('completes every transaction of every contract, and every field of a transaction', async () => {
  for (const contract of new Set(ALL_TRANSACTIONS.map((each) => each.contract))) {
    const names = ALL_TRANSACTIONS.filter((each) => each.contract === contract);
    const found = await complete(kebab(contract), '');
    expect(found.sort()).toEqual(names.map(({ name }) => kebab(name)).sort());
  }
  const fields = ['merchantId', 'orderNumber', 'captureId', 'amount'].map(flagOf);
  const options = await complete('settlement', 'capture', '--');
  expect(options).toEqual(expect.arrayContaining([...fields, '--home', '--json', '--help']));
});

test.each([
  [['network', 'st'], ['status']],
  [
    ['pay', '--mode', ''],
    ['stepwise', 'express', 'mixed'],
  ],
  [['pay', '--mode', 'e'], ['express']],
  [['orderNumber', 'read-o'], ['read-order']],
  [
    ['completion', ''],
    ['bash', 'zsh'],
  ],
])('%j', async (typed, found) => {
  expect(await complete(...typed)).toEqual(found);
});

test.each([[['pay', '--orders', '']], [['verify-fraud', '']], [['balance', 'x']]])(
  'leaves file names to the shell: %j',
  async (typed) => {
    expect(await complete(...typed)).toEqual([]);
  },
);

describe.each([
  ['bash', 'COMP_WORDS=(offpay "$@"); COMP_CWORD=$#; _offpay; printf "%s\\n" "${COMPREPLY[@]}"'],
  [
    'zsh',
    'compadd() { shift; print -rl -- "$@" }; words=(offpay "$@"); CURRENT=$(( $# + 1 )); _offpay',
  ],
] as const)('%s', (shell, call) => {
  const { error } = spawnSync(shell, ['--version']);
  const run = error === undefined ? test : test.skip;
  if (error !== undefined) console.warn(`${shell} is not installed: its script was not run`);

  run('completes with the printed script', async () => {
    const { stdout: script } = await offpayHere(['completion', shell]);
    const typed = ['settlement', 'capt'];
    const { stdout, stderr } = spawnSync(shell, ['-c', `${script}\n${call}`, shell, ...typed], {
      encoding: 'utf8',
    });
    expect([stdout, stderr]).toEqual(['capture\n', '']);
  });
});
