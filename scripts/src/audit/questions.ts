// SPDX-License-Identifier: Apache-2.0
// What a person may ask of an audit, as data: each with its argument, its options, what is asked of the auditor, and the columns of the answer.
import type { AuditReader } from '@fabric-offline-pay/auditor-node';
import { formatAmount } from '@fabric-offline-pay/domain';
import { WrongUseError } from '../command-errors.js';
import type { AskedRange } from './places.js';

/** Which part of a list. */
export interface AskedPage extends AskedRange {
  readonly limit: number;
  readonly after?: string;
}

export interface QuestionOptions {
  readonly all?: boolean;
  readonly state?: string;
  readonly kind?: string;
  readonly currency?: string;
  readonly name?: string;
}

/** What a list answers: rows of any kind, and where the next page begins. */
export interface ListAnswer {
  readonly entries: readonly Readonly<Record<string, unknown>>[];
  readonly next: string | null;
}

interface Question {
  readonly description: string;
  /** How the argument is named in the help; absent: there is none. */
  readonly argument?: string;
  /** Of its own, beside those of all: flags and help. */
  readonly options?: readonly (readonly [flags: string, help: string])[];
  readonly ask: (
    reader: AuditReader,
    page: AskedPage,
    argument: string,
    options: QuestionOptions,
  ) => Promise<ListAnswer>;
  /** Fields of an entry that a person sees. */
  readonly columns: readonly string[];
}

function orderIn(argument: string): { readonly merchantId: string; readonly orderNumber: string } {
  const [merchantId = '', orderNumber = '', ...more] = argument.split('/');
  if (merchantId === '' || orderNumber === '' || more.length > 0)
    throw new WrongUseError('Name an order as MERCHANT/NUMBER.');
  return { merchantId, orderNumber };
}

/** The command line refuses nothing that the auditor refuses better. */
const chosen = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as unknown as never;

const history = ({ all }: QuestionOptions) => (all === true ? 'all' : 'newest');

const ALL = ['--all', 'everything that became of each, not only how it stands'] as const;
const STATE = ['--state <state>', 'only those in this state'] as const;
const CURRENCY = ['--currency <code>', 'only this currency'] as const;

const PLACE = ['block', 'place', 'at', 'name', 'byRole', 'byActor'] as const;

const MONEY_COLUMNS = [...PLACE, 'part', 'currency', 'before', 'delta', 'after'] as const;

/** By the name of the subcommand. */
export const QUESTIONS: Readonly<Record<string, Question>> = {
  order: {
    description: 'an order’s whole trail, with its amounts',
    argument: '<merchant/number>',
    ask: (reader, page, argument) => reader.readOrder({ ...orderIn(argument), ...page }),
    columns: [
      ...PLACE,
      ...['state', 'delivery', 'currency', 'authorised', 'voided', 'captured', 'released'],
      ...['refunded', 'paidByVoucher'],
    ],
  },
  account: {
    description: 'every change of a customer’s money: account, holds, reserves',
    argument: '<customer>',
    options: [CURRENCY],
    ask: (reader, page, customerId, { currency }) =>
      reader.readAccount(chosen({ customerId, currency, ...page })),
    columns: MONEY_COLUMNS,
  },
  payee: {
    description: 'every change of a payee’s money: credits, checkpoint, payouts',
    argument: '<payee>',
    options: [CURRENCY],
    ask: (reader, page, payeeId, { currency }) =>
      reader.readPayee(chosen({ payeeId, currency, ...page })),
    columns: MONEY_COLUMNS,
  },
  supplies: {
    description: 'money that banks made and took back, compensation among it',
    options: [['--kind <kind>', 'issue, compensate, bear, redeem, withdraw or recover'], CURRENCY],
    ask: (reader, page, _, { kind, currency }) =>
      reader.listSupplies(chosen({ kind, currency, ...page })),
    columns: [...PLACE, 'bankId', 'kind', 'currency', 'amount', 'account', 'id'],
  },
  alarms: {
    description: 'alarms with their decisions',
    options: [STATE, ALL],
    ask: (reader, page, _, { state, ...options }) =>
      reader.listAlarms(chosen({ state, history: history(options), ...page })),
    columns: [...PLACE, 'subject', 'state', 'blamed', 'fields', 'reason'],
  },
  disputes: {
    description: 'disputes with their decisions',
    options: [STATE, ALL],
    ask: (reader, page, _, { state, ...options }) =>
      reader.listDisputes(chosen({ state, history: history(options), ...page })),
    columns: [...PLACE, 'subject', 'state', 'currency', 'withheld', 'refunded'],
  },
  frauds: {
    description: 'double spends, each proof verified again',
    options: [ALL],
    ask: (reader, page, _, options) =>
      reader.listFrauds(chosen({ history: history(options), ...page })),
    columns: [
      ...[...PLACE, 'customerId', 'deviceId', 'kind', 'merchantId', 'amount', 'blame'],
      ...['proven', 'compensation', 'verified'],
    ],
  },
  votes: {
    description: 'proposals to change the registry, and who voted',
    ask: (reader, page) => reader.listVotes(chosen(page)),
    columns: [...PLACE, 'outcome', 'voters', 'subject'],
  },
  participants: {
    description: 'participants of the registry, as they entered and changed',
    ask: (reader, page) => reader.listParticipants(chosen(page)),
    columns: [...PLACE, 'mspId', 'role', 'actor', 'bankId', 'status'],
  },
  settings: {
    description: 'changes of the channel’s settings',
    ask: (reader, page) => reader.listSettings(chosen(page)),
    columns: ['block', 'place', 'at', 'byMsp', 'path', 'what'],
  },
  definitions: {
    description: 'definitions of chaincodes, and who approved which package',
    ask: (reader, page) => reader.listDefinitions(chosen(page)),
    columns: ['block', 'at', 'byMsp', 'step', 'chaincode', 'sequence', 'version', 'package'],
  },
  transactions: {
    description: 'transactions, valid and invalid ones',
    options: [['--name <contract:transaction>', 'only these']],
    ask: async (reader, page, _, { name }) => {
      const { transactions, next } = await reader.listTransactions(chosen({ name, ...page }));
      return { entries: transactions, next };
    },
    columns: ['block', 'place', 'at', 'mspId', 'name', 'noted', 'outcome', 'transactionId'],
  },
};

type Entry = ListAnswer['entries'][number];

/** Fields that hold minor units of the entry's currency. */
const AMOUNTS: ReadonlySet<string> = new Set([
  ...['before', 'after', 'delta', 'amount', 'authorised', 'voided', 'captured', 'released'],
  ...['refunded', 'withheld', 'paidByVoucher'],
]);

const unsigned = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : amount);

/** @param amount minor units, with a sign where they are below zero */
export const amountText = (amount: string, currency: string): string =>
  `${amount.startsWith('-') ? '-' : ''}${formatAmount(unsigned(amount), currency)}`;

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** @returns one field of an entry, as a person reads it */
export function fieldText(entry: Entry, field: string): string {
  const { [field]: value, currency } = entry;
  if (field === 'at') return new Date(Number(value)).toISOString();
  const isMoney = AMOUNTS.has(field) && typeof currency === 'string' && typeof value === 'string';
  return isMoney ? amountText(value, currency) : text(value);
}

/** @returns a name of a field in words */
export const fieldTitle = (field: string): string =>
  field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
