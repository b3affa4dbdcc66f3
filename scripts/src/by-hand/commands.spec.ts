// SPDX-License-Identifier: Apache-2.0
// Compares the commands by hand with the table that they are made from.
import { execFileSync } from 'node:child_process';
import {
  ALL_TRANSACTIONS,
  CALLER,
  ERRORS,
  naturalKeyOf,
  refusalsOf,
  UNITS,
} from '@fabric-offline-pay/domain';
import type { Command } from 'commander';
import { firstOf, itemWhere } from '../../../test/support/defined.js';
import { COMMANDS } from '../command-table.js';
import { offpayProgram, runOffpay } from '../program.js';
import { callByHand } from './call.js';
import { exampleArguments, exampleLine, helpText } from './help.js';
import { inputOf, type Given, type Input } from './input.js';

jest.mock('./call', () => ({ callByHand: jest.fn(() => Promise.resolve()) }));
const called = jest.mocked(callByHand);

const EVERY = ALL_TRANSACTIONS.map((entry) => [entry.fullName, entry] as const);

const commandNamed = (parent: Command, name: string): Command =>
  itemWhere(parent.commands, (each) => each.name() === name || each.aliases().includes(name));

const commandOf = async (contract: string, name: string): Promise<Command> =>
  commandNamed(commandNamed(await offpayProgram([contract]), contract), name);

/** Runs a command line until it calls the transaction. */
async function given(...words: string[]): Promise<Given> {
  called.mockClear();
  await runOffpay(words);
  return firstOf(called.mock.calls)[1];
}

/** @returns what a command line prints. */
async function printed(...words: string[]): Promise<string> {
  called.mockClear();
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await runOffpay(words);
    return write.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    write.mockRestore();
  }
}

const unwrapped = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe.each(EVERY)('%s', (_, transaction) => {
  const { contract, name, example } = transaction;

  test('is a command, and so is its name in the table', async () => {
    const command = await commandOf(contract, name);
    expect(command.description()).toBe(transaction.summary);
    expect(command.name()).toBe(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  });

  test('takes every field of the input as an option', async () => {
    const { shape } = transaction.input as unknown as { shape: Readonly<Record<string, unknown>> };
    const { options: taken } = await commandOf(contract, name);
    const options = taken.map((option) => option.attributeName());
    expect(options).toEqual(expect.arrayContaining(Object.keys(shape)));
    expect(new Set(options).size).toBe(options.length);
  });

  test('accepts its own example as options', async () => {
    expect(inputOf(transaction, await given(...exampleArguments(transaction)))).toEqual(example);
  });

  test('accepts its own example as JSON, in the form that it prints', async () => {
    const text = await printed(contract, name, '--example');
    expect(called).not.toHaveBeenCalled();
    const whole = await given(contract, name, '--input', text);
    expect(inputOf(transaction, whole)).toEqual(example);
  });

  test('shows an example that a shell reads correctly', () => {
    const words = execFileSync('sh', [
      '-c',
      exampleLine(transaction).replace('npx offpay', String.raw`printf '%s\n'`),
    ]);
    expect(words.toString('utf8').trimEnd().split('\n')).toEqual(exampleArguments(transaction));
  });

  test('explains its errors, units and key, and who may call it', () => {
    const text = unwrapped(helpText(transaction));
    for (const code of refusalsOf(transaction)) {
      const { meaning, remedy } = ERRORS[code];
      expect(text).toContain(unwrapped(`${code} ${meaning} ${remedy}`));
    }
    for (const unit of transaction.units) expect(text).toContain(`${unit} ${UNITS[unit]}`);
    for (const field of naturalKeyOf(transaction))
      expect(text).toContain(field === CALLER ? 'the caller' : field);
    for (const access of transaction.access)
      expect(text).toContain(access.replace('*.', 'any organisation.'));
    expect(text).toContain(transaction.kind === 'submit' ? 'submitted' : 'query');
    expect(text.includes('Private input')).toBe(transaction.transient !== undefined);
  });
});

describe('help', () => {
  const helpOf = async (contract: string, name: string): Promise<string> =>
    unwrapped((await commandOf(contract, name)).helpInformation());

  test('says whether a field is required, what it means and its limits', async () => {
    expect(await helpOf('settlement', 'capture')).toContain(
      '--amount <text> required; minor units, decimal string, above zero',
    );
    expect(await helpOf('alarm', 'resolve')).toContain('no personal data; 1 to 200 characters');
    expect(await helpOf('orderNumber', 'listOrders')).toContain('--after <text> optional;');
    expect(await helpOf('feedback', 'rate')).toContain(
      '--ratings <json|@file> required; 1 to 20 entries',
    );
    expect(await helpOf('alarm', 'listAlarms')).toContain('--open [true|false] required');
  });

  test('explains the fields inside JSON', () => {
    const rate = itemWhere(ALL_TRANSACTIONS, (each) => each.name === 'rate');
    expect(unwrapped(helpText(rate))).toContain('ratings[].stars integer, 1 to 5');
  });

  test('is a command too', async () => {
    let text = '';
    const program = (await offpayProgram(['help', 'settlement']))
      .exitOverride()
      .configureOutput({ writeOut: (part) => (text += part) });
    for (const command of program.commands) command.copyInheritedSettings(program);
    const shown = program.parseAsync(['help', 'settlement'], { from: 'user' });
    await expect(shown).rejects.toMatchObject({ code: 'commander.help' });
    expect(text).toContain('Usage: offpay settlement');
  });

  test('lists the main job first and the contracts last', async () => {
    const text = (await offpayProgram([])).helpInformation();
    const places = ['start', 'trail', 'network', 'identity', 'express'].map((name) =>
      text.search(new RegExp(`^  ${name} `, 'm')),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });
});

test('no two commands have the same name', async () => {
  const { commands } = await offpayProgram([]);
  const names = commands.flatMap((each) => [each.name(), ...each.aliases()]);
  expect(new Set(names).size).toBe(names.length);
});

test("every contract of the domain's table is a command, in the table's order, with its units", () => {
  const contracts = [...new Set(ALL_TRANSACTIONS.map(({ contract }) => contract))];
  const byHand = COMMANDS.slice(-contracts.length);
  expect(byHand.map(({ name, alias }) => alias ?? name)).toEqual(contracts);
  for (const [at, { description }] of byHand.entries()) {
    const units = ALL_TRANSACTIONS.filter((each) => each.contract === contracts[at]).flatMap(
      (each) => each.units,
    );
    const sorted = [...new Set(units)].sort((a, b) => Number(a) - Number(b));
    expect(description.endsWith(`units ${sorted.join(' ')}`)).toBe(true);
  }
});

test.each(COMMANDS)(
  '$name is loaded by its name and has a description',
  async ({ name, description }) => {
    const command = commandNamed(await offpayProgram([name]), name);
    expect(command.description()).toBe(description);
    expect(command.commands.length + Number('_actionHandler' in command)).toBeGreaterThan(0);
  },
);

test('a flag without a value means true', async () => {
  const listAlarms = itemWhere(ALL_TRANSACTIONS, (each) => each.name === 'listAlarms');
  expect(
    inputOf(listAlarms, await given('alarm', 'list-alarms', '--bank-id', 'bank-1', '--open')),
  ).toEqual({
    bankId: 'bank-1',
    open: true,
  });
  const no: Input = inputOf(
    listAlarms,
    await given('alarm', 'list-alarms', '--bank-id', 'bank-1', '--open', 'false'),
  );
  expect(no).toEqual({ bankId: 'bank-1', open: false });
});
