// SPDX-License-Identifier: Apache-2.0
// What may be asked of the histories: by subject, by blocks, by time. Their answers are the columns of the tables.
import { currency, identifier } from '@fabric-offline-pay/domain';
import { operations } from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { entrySchema } from '../histories/columns.js';
import { HISTORIES, type HistoryName } from '../histories/history-table.js';
import { blockSigner, transactionContent } from '../histories/transaction-content.js';
import { reader } from './roles.js';
import * as shapes from './shapes.js';

const { page, next } = shapes;

const range = {
  from: shapes.blockText.optional().describe('the first block'),
  to: shapes.blockText.optional().describe('the last block'),
  since: shapes.instantText.optional().describe('proposals from this time on'),
  until: shapes.instantText.optional().describe('proposals before this time'),
};

const ofHistory = <const Name extends HistoryName, const Sought extends z.core.$ZodShape>(
  table: Name,
  path: `/${string}`,
  sought: Sought,
  summary: string = HISTORIES[table].says,
) =>
  reader({
    method: 'GET',
    path,
    summary,
    input: z.strictObject({ ...sought, ...range, ...page }),
    output: z.object({
      entries: z.array(entrySchema<(typeof HISTORIES)[Name]['columns']>(HISTORIES[table].columns)),
      next,
    }),
  });

const newest = {
  history: z
    .enum(['newest', 'all'])
    .default('newest')
    .describe('how each stands now, or everything that became of it'),
};

const bankId = identifier.optional();
const merchantId = identifier.optional();

/** Any text that a key, a name or a path may be. */
const word = z.string().min(1).max(300);

const transaction = z.object({
  block: shapes.block,
  place: z.int().describe('in its block, from 0'),
  transactionId: z.string(),
  kind: z.string().describe('call, settings or unreadable'),
  chaincode: z.string(),
  name: z.string().describe('contract:transaction; empty for other chaincodes'),
  mspId: z.string().describe('the sender’s organisation'),
  at: z.int().describe('milliseconds since 1970'),
  noted: z.string().describe('the outcome that the peer noted, by Fabric’s name'),
  outcome: z.string().describe('the one that the auditor’s rules give'),
});

const histories = {
  readOrder: ofHistory('order_steps', '/orders/:merchantId/:orderNumber', {
    merchantId: identifier,
    orderNumber: identifier,
  }),
  readAccount: ofHistory(
    'money_changes',
    '/accounts/:customerId',
    { customerId: identifier, currency: currency.optional() },
    'Every change of a customer’s money: account, holds, reserves.',
  ),
  readPayee: ofHistory(
    'money_changes',
    '/payees/:payeeId',
    { payeeId: identifier, currency: currency.optional() },
    'Every change of a payee’s money: credits, checkpoint, payouts.',
  ),
  listSupplies: ofHistory('supplies', '/supplies', {
    bankId,
    kind: z.enum(['issue', 'compensate', 'bear', 'redeem', 'withdraw', 'recover']).optional(),
    currency: currency.optional(),
  }),
  listAlarms: ofHistory('alarms', '/alarms', {
    ...{ bankId, merchantId },
    state: z.enum(['open', 'resolved', 'upheld', 'lapsed']).optional(),
    ...newest,
  }),
  listDisputes: ofHistory('disputes', '/disputes', {
    ...{ bankId, merchantId },
    state: z.enum(['open', 'agreed', 'upheld', 'rejected']).optional(),
    ...newest,
  }),
  listFrauds: ofHistory('frauds', '/frauds', {
    ...{ bankId, merchantId },
    customerId: identifier.optional(),
    ...newest,
  }),
  listVotes: ofHistory('votes', '/votes', {}),
  listParticipants: ofHistory('participants', '/participants', { mspId: word.optional() }),
  listSettings: ofHistory('settings', '/settings', {}),
  listDefinitions: ofHistory('definitions', '/definitions', { chaincode: word.optional() }),
};

const blocks = {
  listTransactions: reader({
    method: 'GET',
    path: '/transactions',
    summary: 'Transactions in the order of the ledger, valid and invalid ones.',
    input: z.strictObject({
      name: word.optional().describe('contract:transaction'),
      mspId: word.optional(),
      ...range,
      ...page,
    }),
    output: z.object({ transactions: z.array(transaction), next }),
  }),
  readTransaction: reader({
    method: 'GET',
    path: '/transactions/:transactionId',
    summary:
      'A transaction, decoded: sender, endorsers, arguments, rows before and after, answer, event. Several, when its id was used again.',
    input: z.strictObject({ transactionId: word }),
    output: z.object({
      transactions: z.array(transaction.extend({ content: transactionContent })),
    }),
    errors: ['NOT_FOUND'],
  }),
  readBlock: reader({
    method: 'GET',
    path: '/blocks/:block',
    summary: 'A block: its hashes, who signed it, its transactions.',
    input: z.strictObject({ block: shapes.blockText }),
    output: z.object({
      block: shapes.block,
      hash: shapes.hash,
      previousHash: z.string().describe('empty in block 0'),
      dataHash: shapes.hash.describe('of the transactions as they stand there'),
      size: z.int().describe('bytes of all transactions'),
      signers: z.array(blockSigner),
      transactions: z.array(transaction),
    }),
    errors: ['NOT_FOUND'],
  }),
};

export const HISTORY_OPERATIONS = operations({ ...histories, ...blocks });
