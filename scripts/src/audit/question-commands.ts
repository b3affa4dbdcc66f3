// SPDX-License-Identifier: Apache-2.0
// `offpay audit order`, `account`, `alarms` and the like: questions to an audit, answered in pages.
import type { AuditReader } from '@fabric-offline-pay/auditor-node';
import { Command, InvalidArgumentError } from 'commander';
import { WrongUseError } from '../command-errors.js';
import { reportingErrors, show, table, withCommonOptions } from '../output.js';
import { parsePlace, rangeOf, type LedgerPlace } from './places.js';
import {
  amountText,
  fieldText,
  fieldTitle,
  QUESTIONS,
  type AskedPage,
  type ListAnswer,
  type QuestionOptions,
} from './questions.js';
import { withReader, type ReaderOptions } from './reader.js';

interface ListOptions extends ReaderOptions, QuestionOptions {
  readonly from?: LedgerPlace;
  readonly to?: LedgerPlace;
  readonly limit: number;
  readonly after?: string;
}

const MOST = 500;

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > MOST)
    throw new InvalidArgumentError(`A page has from 1 to ${MOST.toString()} entries.`);
  return limit;
}

/** Adds `--database` to the options of every command. */
const withDatabaseOption = (command: Command): Command =>
  withCommonOptions(command).option(
    '--database <folder>',
    'asks the tables of an earlier audit; otherwise the auditor’s running node',
  );

const withPageOptions = (command: Command): Command =>
  withDatabaseOption(command)
    .option('--from <block or time>', 'from there on', parsePlace)
    .option('--to <block or time>', 'to this block, or before this time', parsePlace)
    .option('--limit <entries>', 'of a page', parseLimit, 100)
    .option('--after <place>', 'where the page before ended');

const listText =
  (columns: readonly string[]) =>
  ({ entries, next }: ListAnswer): string =>
    entries.length === 0
      ? 'nothing'
      : [
          table([
            columns.map(fieldTitle),
            ...entries.map((entry) => columns.map((field) => fieldText(entry, field))),
          ]),
          ...(next === null ? [] : [`more: --after '${next}'`]),
        ].join('\n');

const pageOf = ({ from, to, limit, after }: ListOptions): AskedPage => ({
  ...rangeOf(from, to),
  limit,
  ...(after !== undefined && { after }),
});

function questionCommand(name: string): Command {
  const question = QUESTIONS[name];
  if (question === undefined) throw new WrongUseError(`Nobody can ask for ${name}.`);
  const { description, argument, options = [], ask, columns } = question;
  const command = withPageOptions(new Command(name).description(description));
  if (argument !== undefined) command.argument(argument);
  for (const [flags, help] of options) command.option(flags, help);
  const run = (options: ListOptions, asked: string): Promise<void> =>
    withReader(options, async (reader) =>
      show(options, await ask(reader, pageOf(options), asked, options), listText(columns)),
    );
  return command.action(
    argument === undefined
      ? reportingErrors((options: ListOptions) => run(options, ''))
      : reportingErrors((asked: string, options: ListOptions) => run(options, asked)),
  );
}

type Answer<Name extends keyof AuditReader> = Awaited<ReturnType<AuditReader[Name]>>;

type Block = Answer<'readBlock'>;

const TRANSACTION_COLUMNS = ['place', 'at', 'mspId', 'name', 'noted', 'outcome', 'transactionId'];

const blockText = (block: Block): string =>
  [
    `block ${block.block.toString()}, ${block.size.toString()} bytes of transactions`,
    `hash ${block.hash}`,
    `previous ${block.previousHash}`,
    `transactions ${block.dataHash}`,
    ...block.signers.map(({ mspId, certificate }) => `signed by ${mspId} (${certificate})`),
    listText(TRANSACTION_COLUMNS)({ entries: block.transactions, next: null }),
  ].join('\n');

function parseBlock(text: string): number {
  const place = parsePlace(text);
  if (!('block' in place)) throw new InvalidArgumentError('Write the number of a block.');
  return place.block;
}

const blockCommand = (): Command =>
  withDatabaseOption(new Command('block').description('a block: hashes, signers, transactions'))
    .argument('<number>', '', parseBlock)
    .action(
      reportingErrors((block: number, options: ReaderOptions) =>
        withReader(options, async (reader) =>
          show(options, await reader.readBlock({ block }), blockText),
        ),
      ),
    );

type Transactions = Answer<'readTransaction'>;

/** Texts that hold JSON are shown as what they hold. */
function parsed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(parsed);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, parsed(each)]));
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

const transactionText = ({ transactions }: Transactions): string =>
  transactions
    .map(({ at, ...transaction }) =>
      JSON.stringify(parsed({ time: new Date(at).toISOString(), ...transaction }), null, 2),
    )
    .join('\n');

const transactionCommand = (): Command =>
  withDatabaseOption(
    new Command('transaction').description(
      'a transaction, decoded: sender, endorsers, arguments, rows before and after, answer',
    ),
  )
    .argument('<id>')
    .action(
      reportingErrors((transactionId: string, options: ReaderOptions) =>
        withReader(options, async (reader) =>
          show(options, await reader.readTransaction({ transactionId }), transactionText),
        ),
      ),
    );

interface SupplyOptions extends ReaderOptions {
  readonly block?: number;
}

const supplyText = ({ block, money }: Answer<'readSupply'>): string =>
  [
    `after block ${block.toString()}`,
    table([
      ['currency', 'bank', 'part', 'amount'],
      ...money.flatMap(({ currency, parts, onLedger }) => [
        ...parts.map(({ bank, part, amount }) => [
          ...[currency, bank === '' ? 'all' : bank, part],
          amountText(amount, currency),
        ]),
        [currency, 'all', 'on the ledger', amountText(onLedger, currency)],
      ]),
    ]),
  ].join('\n');

const supplyCommand = (): Command =>
  withDatabaseOption(
    new Command('supply').description('all money by currency, bank and part, after any block'),
  )
    .option('--block <number>', 'after this block; default: the last', parseBlock)
    .action(
      reportingErrors((options: SupplyOptions) =>
        withReader(options, async (reader) => {
          const { block } = options;
          const supply = await reader.readSupply(block === undefined ? {} : { block });
          show(options, supply, supplyText);
        }),
      ),
    );

/** @returns the commands, in the order in which a person needs them */
export const questionCommands = (): Command[] => [
  ...['order', 'account', 'payee'].map(questionCommand),
  supplyCommand(),
  ...Object.keys(QUESTIONS)
    .filter((name) => !['order', 'account', 'payee'].includes(name))
    .map(questionCommand),
  transactionCommand(),
  blockCommand(),
];
