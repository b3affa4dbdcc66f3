// SPDX-License-Identifier: Apache-2.0
// What the ledger's transactions did, told by subject: a table for each question that people ask. Nothing in them is ever changed: a
// transaction adds rows, in the order of the ledger. This file says which tables there are; `history-entries.ts` which rows make them.
import {
  bigint,
  boolean,
  integer,
  optionalInstant,
  optionalText,
  text,
  type Columns,
  type RowOf,
} from './columns.js';

/** Where a row comes from, and whose transaction it was. The first three are its key. */
export const PLACE = {
  block: integer('number of the block'),
  place: integer('of the transaction in its block, from 0'),
  number: integer('of the row among those of its transaction, from 0'),
  transaction_id: text('as the block states it'),
  at: bigint('time of the proposal, milliseconds since 1970'),
  name: text('contract:transaction; empty for settings and for other chaincodes'),
  by_msp: text('the sender’s organisation'),
  by_role: text('the role in the sender’s certificate; empty: none'),
  by_actor: text('for whom the sender’s certificate acts; empty: nobody'),
} as const;

const money = optionalText;

const MONEY = {
  holder_kind: text('customer or payee'),
  holder: text('its id'),
  part: text('where the money stands: available, held, reserves, credits, checkpoints; or payout'),
  row: text('key of the row'),
  currency: text('ISO 4217'),
  before: text('minor units in the row'),
  after: text('minor units in the row'),
  delta: text('minor units, with its sign'),
} as const;

const ORDER = {
  merchant_id: text('merchant'),
  order_number: text('the merchant’s number'),
  rows: text('keys of all rows of the order that changed, as JSON'),
  state: optionalText('of the order, where it changed'),
  verification: optionalText('of unit 15'),
  delivery: optionalText('how far it is'),
  dispute: optionalText('id of the open dispute'),
  currency: optionalText('ISO 4217'),
  authorised: money('minor units that were held first'),
  voided: money('given back before they were captured'),
  captured: money('claimed by the merchant and granted'),
  released: money('credited to payees'),
  fee: money('of the courier'),
  fee_released: money('of it credited'),
  refunded: money('given back after they were captured, in all'),
  refunded_held: money('of it out of the hold'),
  fee_returned: money('of the fee given back'),
  paid_by_voucher: money('settled out of a reserve by this transaction'),
} as const;

const ALARM = {
  subject: text('bank/merchant/order'),
  bank_id: text('bank'),
  merchant_id: text('merchant'),
  order_number: text('order'),
  state: text('open, resolved, upheld or lapsed'),
  blamed: text('whose statement differs, as JSON'),
  fields: text('in which fields, as JSON'),
  raised_at: bigint('seconds since 1970'),
  decided_at: optionalInstant('seconds since 1970'),
  reason: text('of the decision; empty as long as it is open'),
} as const;

const DISPUTE = {
  subject: text('merchant/order/dispute'),
  merchant_id: text('merchant'),
  order_number: text('order'),
  dispute_id: text('id'),
  bank_id: text('bank'),
  state: text('open, agreed, upheld or rejected'),
  opened_at: bigint('seconds since 1970'),
  currency: optionalText('ISO 4217'),
  withheld: text('minor units that nobody gets before the decision'),
  refunded: text('minor units that the decision gave back'),
} as const;

const FRAUD = {
  subject: text('customer/device/epoch/counter/digest'),
  bank_id: text('bank'),
  customer_id: text('pseudonym'),
  device_id: text('device'),
  kind: text('how the two vouchers contradict each other'),
  merchant_id: text('payee of the contradicting voucher'),
  amount: text('of it, minor units'),
  blame: text('device, reported or cleared'),
  claimed: boolean('whether its payee asked for the money'),
  proven: boolean('whether somebody submitted a proof'),
  careless: boolean('whether the payee’s own terminal had both vouchers'),
  loss_bearer: text('merchant or bank'),
  compensation: optionalText('id of the bank’s compensation'),
  recovered: text('minor units that the reserve paid for it'),
  clearing: optionalText('why an operator cleared it'),
  verified: text('what the auditor’s own check gave: proven, unchanged, or what is wrong'),
} as const;

const SUPPLY = {
  bank_id: text('bank'),
  kind: text('issue, compensate or bear make money; redeem, withdraw and recover take it back'),
  currency: text('ISO 4217'),
  amount: text('minor units'),
  account: text('customer or payee'),
  id: text('of the step at the bank'),
} as const;

const VOTE = {
  subject: text('digest of what is proposed; empty for the founding'),
  proposal: text('the transaction’s argument: what was proposed'),
  voters: text('MSP ids whose vote stands after it, as JSON'),
  outcome: text('open, carried or withdrawn'),
  registry_version: integer('of the registry after it; 0: there is none yet'),
} as const;

const PARTICIPANT = {
  msp_id: text('organisation'),
  role: text('bank, merchant, logistics or auditor'),
  actor: text('whom it acts for'),
  bank_id: optionalText('the bank of a merchant or a logistics company'),
  status: text('active, suspended, or removed'),
} as const;

const SETTING = {
  path: text('kind and place of the setting'),
  what: text('how it changed; certificates by their fingerprints'),
} as const;

const DEFINITION = {
  step: text('approved by one organisation, or defined for the channel'),
  chaincode: text('name'),
  sequence: integer('counts the definitions'),
  version: text('of the chaincode'),
  package: optionalText(
    'label and SHA-256 of the package that the organisation approved; only approvals name one',
  ),
  definition_digest: text('SHA-256 of what is defined: policy, plugins, collections'),
} as const;

/** A table of rows in the order of the ledger. */
export interface HistoryTable {
  readonly says: string;
  readonly columns: Columns;
  /** Columns by which it is searched. */
  readonly found: readonly (readonly string[])[];
}

const table = <const Own extends Columns>(
  says: string,
  own: Own,
  ...found: readonly (readonly (keyof Own & string)[])[]
) => ({ says, columns: { ...PLACE, ...own }, own, found });

/** By the names of the tables. */
export const HISTORIES = {
  money_changes: table('Every change of a customer’s or a payee’s money, row by row.', MONEY, [
    'holder',
  ]),
  order_steps: table('What each transaction did to an order, with the amounts after it.', ORDER, [
    'merchant_id',
    'order_number',
  ]),
  alarms: table('Alarms, as they were raised and decided.', ALARM, ['subject']),
  disputes: table('Disputes, as they were opened, agreed and decided.', DISPUTE, ['subject']),
  frauds: table('Cases of double spending, and what became of them.', FRAUD, ['subject']),
  supplies: table('Money that banks made and took back, compensation among it.', SUPPLY, [
    'bank_id',
  ]),
  votes: table('Proposals to change the registry, and who voted for them.', VOTE, ['subject']),
  participants: table('Participants of the registry, as they entered and changed.', PARTICIPANT, [
    'msp_id',
  ]),
  settings: table('Changes of the channel’s settings, one by one.', SETTING, ['path']),
  definitions: table('Definitions of chaincodes, and who approved which package.', DEFINITION, [
    'chaincode',
  ]),
} as const satisfies Readonly<Record<string, HistoryTable>>;

export type HistoryName = keyof typeof HISTORIES;

export const HISTORY_NAMES = Object.keys(HISTORIES) as readonly HistoryName[];

/** What one kind of row says beyond its place. */
export type OwnRow<Name extends HistoryName> = RowOf<(typeof HISTORIES)[Name]['own']>;

export type HistoryRow<Name extends HistoryName> = RowOf<(typeof HISTORIES)[Name]['columns']>;

/** The tables' types. */
export type HistoryTables = { [Name in HistoryName]: HistoryRow<Name> };
