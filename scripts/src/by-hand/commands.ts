// SPDX-License-Identifier: Apache-2.0
// `offpay CONTRACT TRANSACTION`: a command for every contract and transaction of the domain's table, made from the table.
import {
  ALL_TRANSACTIONS,
  ATTRIBUTES,
  IDENTIFIER_PATTERN,
  type NamedTransaction,
} from '@fabric-offline-pay/domain';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runInterruptible } from '../interrupt.js';
import { print, withCommonOptions } from '../output.js';
import { callByHand, type CallOptions } from './call.js';
import { inputFields, type InputField } from './fields.js';
import { helpText } from './help.js';
import { flagOf, kebab } from './names.js';

type Values = Readonly<Record<string, unknown>>;

interface ByHandOptions extends CallOptions {
  readonly input?: string;
  readonly private?: string;
  readonly example?: boolean;
}

const FIELDS = 'Fields of the input (amounts in minor units, instants in seconds since 1970):';
const OTHERWISE = 'The input in other forms:';
const CALLER = 'The caller:';

const fieldOption = ({ name, placeholder, description }: InputField): Option =>
  new Option(`${flagOf(name)} ${placeholder}`, description).helpGroup(FIELDS);

const inputOptions = ({ transient }: NamedTransaction): Option[] => [
  new Option(
    '--input <json|@file|->',
    'the whole input at once; options for single fields override it',
  ),
  ...(transient === undefined
    ? []
    : [
        new Option(
          '--private <json|@file|->',
          'required; private input, which is never written to a block',
        ),
      ]),
  new Option('--example', 'prints an example of the input as JSON and sends nothing'),
];

/** @throws {InvalidArgumentError} */
function parseIdentifier(text: string): string {
  if (IDENTIFIER_PATTERN.test(text)) return text;
  throw new InvalidArgumentError(
    'Use at most 64 letters, digits, dots, underscores and hyphens; begin with a letter or digit.',
  );
}

const callerOptions = (): Option[] => [
  new Option(
    '--org <id|role>',
    'the organisation whose peer and certificate to use (default: the first that may call it)',
  ),
  new Option(
    '--as <role>',
    'the role of the certificate (default: the first that may call it)',
  ).choices(ATTRIBUTES),
  new Option(
    '--actor <actor>',
    "the actor of the certificate (default: the merchant in the input, else the organisation's own)",
  ).argParser(parseIdentifier),
];

const grouped = (options: readonly Option[], group: string): Option[] =>
  options.map((option) => option.helpGroup(group));

/** The values of the field options, by the field names of the table. */
function givenFields(options: readonly [string, Option][], values: Values) {
  const given = options.flatMap(([name, option]) => {
    const value = values[option.attributeName()];
    return typeof value === 'string' || value === true ? [[name, value] as const] : [];
  });
  return Object.fromEntries(given);
}

function withAlias(command: Command, name: string): Command {
  return command.name() === name ? command : command.alias(name);
}

/** Prints the example or calls the transaction. */
const actionOf =
  (transaction: NamedTransaction, fields: readonly [string, Option][]) =>
  async (options: ByHandOptions): Promise<void> => {
    if (options.example === true) {
      print(JSON.stringify(transaction.example, null, 2));
      return;
    }
    const given = {
      input: options.input,
      private: options.private,
      fields: givenFields(fields, options as Values),
    };
    await runInterruptible((signal) => callByHand(transaction, given, options, signal));
  };

function transactionCommand(transaction: NamedTransaction): Command {
  const command = withAlias(
    new Command(kebab(transaction.name)).description(transaction.summary),
    transaction.name,
  );
  const fields = inputFields(transaction).map((field): [string, Option] => [
    field.name,
    fieldOption(field),
  ]);
  for (const option of [
    ...fields.map(([, option]) => option),
    ...grouped(inputOptions(transaction), OTHERWISE),
    ...grouped(callerOptions(), CALLER),
  ])
    command.addOption(option);
  return withCommonOptions(command)
    .showHelpAfterError('(--help explains every field)')
    .addHelpText('after', () => helpText(transaction))
    .action(actionOf(transaction, fields));
}

/** @returns the command of a contract, with one subcommand per transaction. */
export function contractCommand(contract: string): Command {
  const transactions = ALL_TRANSACTIONS.filter((each) => each.contract === contract);
  const command = withAlias(new Command(kebab(contract)), contract)
    .configureHelp({ subcommandTerm: (each) => each.name() })
    .helpCommand(false);
  const groups = [
    ['submit', 'Transactions:'],
    ['evaluate', 'Queries:'],
  ] as const;
  for (const [kind, title] of groups)
    for (const transaction of transactions.filter((each) => each.kind === kind))
      command.addCommand(transactionCommand(transaction).helpGroup(title));
  return command;
}
