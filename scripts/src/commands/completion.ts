// SPDX-License-Identifier: Apache-2.0
// `offpay completion SHELL`: a script for bash and zsh that completes commands and options. For each word the script asks this
// command, which reads the answer from the commands themselves. There is no second list.
import { join } from 'node:path';
import { Argument, Command, type Option } from 'commander';
import { print, reportingErrors } from '../output.js';
import { shellWord } from '../shell-word.js';

/** @returns the command line for these words, and the command that they call. */
export type ProgramFor = (words: readonly string[]) => Promise<Command>;

const optionOf = (command: Command, word: string): Option | undefined =>
  command.options.find(({ long, short }) => word === long || word === short);

const takesValue = (option: Option | undefined): boolean =>
  option?.required === true || option?.optional === true;

/** The command that the words lead to: each word that names a subcommand goes one step down. */
const findCommand = (program: Command, words: readonly string[]): Command =>
  words.reduce(
    (command, word) =>
      command.commands.find((each) => each.name() === word || each.aliases().includes(word)) ??
      command,
    program,
  );

const isValueOf = (command: Command, words: readonly string[]): Option | undefined => {
  const option = optionOf(command, words.at(-1) ?? '');
  return takesValue(option) ? option : undefined;
};

const optionNames = (command: Command): string[] => [
  ...command.options.flatMap(({ long, hidden }) => (long === undefined || hidden ? [] : [long])),
  '--help',
];

/** Commands, or the choices of the next argument; none where any file name is possible. */
function wordsIn(command: Command, words: readonly string[]): readonly string[] {
  const names = command.commands.map((each) => each.name());
  if (names.length > 0) return names;
  const given = words.slice(words.indexOf(command.name()) + 1);
  const { argChoices } = command.registeredArguments[given.length] ?? {};
  return argChoices ?? [];
}

/**
 * The possible values of the last word.
 * @returns none where the shell should complete file names.
 */
export async function candidates(
  programFor: ProgramFor,
  typed: readonly string[],
): Promise<string[]> {
  const [before, begun] = [typed.slice(0, -1), typed.at(-1) ?? ''];
  const command = findCommand(await programFor(before), before);
  const option = isValueOf(command, before);
  const all =
    option !== undefined
      ? (option.argChoices ?? [])
      : begun.startsWith('-')
        ? optionNames(command)
        : wordsIn(command, before);
  return all.filter((word) => word.startsWith(begun));
}

/** The command by which the script calls this program, wherever it is installed. */
const ASK = `${shellWord(process.execPath)} ${shellWord(join(__dirname, '..', '..', 'bin', 'offpay.js'))} completion`;

const SCRIPTS = {
  bash: [
    '_offpay() {',
    `  mapfile -t COMPREPLY < <(${ASK} bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)`,
    '}',
    'complete -o default -F _offpay offpay',
  ],
  zsh: [
    '_offpay() {',
    '  local -a found',
    `  found=("\${(@f)$(${ASK} zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")`,
    '  if [[ -n "$found" ]]; then compadd -- $found; else _files; fi',
    '}',
    '(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }',
    'compdef _offpay offpay',
  ],
} as const;

type Shell = keyof typeof SCRIPTS;

export const completionCommand = (programFor: ProgramFor): Command =>
  new Command('completion')
    .addArgument(new Argument('<shell>', 'bash or zsh').choices(Object.keys(SCRIPTS)))
    .argument('[words...]', 'for the script: prints the possible values of the last word')
    .action(
      reportingErrors(async (shell: Shell, words: string[]) => {
        const lines = words.length === 0 ? SCRIPTS[shell] : await candidates(programFor, words);
        if (lines.length > 0) print(lines.join('\n'));
      }),
    );
