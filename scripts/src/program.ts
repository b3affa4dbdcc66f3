// SPDX-License-Identifier: Apache-2.0
// The whole command line. Loads only the called command; for the others it knows only their help texts.
import { Command, CommanderError, type Option } from 'commander';
import { version } from '../package.json';
import { COMMAND_ERRORS } from './command-errors.js';
import { COMMANDS, type CommandEntry } from './command-table.js';
import { EXIT } from './exit-codes.js';
import { endWith, tellErrorsAsJson } from './output.js';
import { finishLoading } from './while-loading.js';

/** The name of the command that the arguments call, or ask help for. */
const calledBy = (words: readonly string[]): string | undefined =>
  words.find((word) => !word.startsWith('-') && word !== 'help');

const isNamed = ({ name, alias }: CommandEntry, word: string | undefined): boolean =>
  word !== undefined && (word === name || word === alias);

/** The help entry of a command that is not called. */
const placeholderCommand = ({ name, alias }: CommandEntry): Command =>
  alias === undefined ? new Command(name) : new Command(name).alias(alias);

/** @returns the command line for these arguments, before it runs. */
export async function offpayProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('offpay')
    .description(
      'Purchases paid offline in a bank-issued digital currency, settled on Hyperledger Fabric',
    )
    .version(version, '--version', 'prints the version')
    // A subcommand may have an option of the same name as its command.
    .enablePositionalOptions()
    .showHelpAfterError('(npx offpay --help lists the commands)')
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .description('the same as --help')
        .helpGroup('Help:'),
    )
    .configureHelp({ subcommandTerm: (each) => each.name() });
  program.hook('preAction', finishLoading);
  const called = calledBy(words);
  for (const entry of COMMANDS) {
    const command = isNamed(entry, called)
      ? await entry.load(offpayProgram)
      : placeholderCommand(entry);
    program.addCommand(command.description(entry.description).helpGroup(entry.group));
  }
  return program;
}

/** Makes wrong arguments an error like any other. Commander must not end the process itself. */
function preventExit(command: Command, isJson: boolean): void {
  command.exitOverride();
  if (isJson) command.configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  for (const each of command.commands) preventExit(each, isJson);
}

/** Options that gather what they are given begin with a list. */
const isGathering = ({ variadic, defaultValue }: Option): boolean =>
  variadic || Array.isArray(defaultValue);

/** The last one would replace the others without a word. */
function refuseRepeated(command: Command): void {
  for (const option of command.options) {
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven && !isGathering(option))
        command.error(`error: option '${option.flags}' is given twice`);
      isGiven = true;
    });
  }
  for (const each of command.commands) refuseRepeated(each);
}

const IS_HELP = 'commander.help';

function end({ exitCode, code, message }: CommanderError, isJson: boolean): void {
  if (exitCode === EXIT.done) return;
  process.exitCode = EXIT.wrongUse;
  // For a person, commander has already shown it, with where to look.
  if (isJson)
    endWith({
      code: 'WRONG_USE',
      message:
        code === IS_HELP ? COMMAND_ERRORS.WRONG_USE.meaning : message.replace(/^error: /, ''),
      remedy: COMMAND_ERRORS.WRONG_USE.remedy,
    });
}

/** Runs a command line. @param words the arguments after `offpay` */
export async function runOffpay(words: readonly string[]): Promise<void> {
  const isJson = words.includes('--json');
  tellErrorsAsJson(isJson);
  const program = await offpayProgram(words);
  preventExit(program, isJson);
  refuseRepeated(program);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    end(error, isJson);
  }
}
