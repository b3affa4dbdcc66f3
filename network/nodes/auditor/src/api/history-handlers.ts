// SPDX-License-Identifier: Apache-2.0
// Reads the histories for their callers.
import { NodeError, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { AuditorContext } from '../context.js';
import type { HistoryName } from '../histories/history-table.js';
import {
  readHistory,
  type HistoryPage,
  type Page,
  type Range,
  type Sought,
} from '../reading/read-history.js';
import { listTransactions, readBlock, readTransaction } from '../reading/read-transactions.js';
import type { HISTORY_OPERATIONS } from './history-operations.js';

/** All that reading takes. */
interface ReadingContext {
  readonly node: Pick<AuditorContext, 'db'>;
}

type Asked = Range & Page & { readonly history?: 'newest' | 'all' };

const readOf = <Name extends HistoryName>(
  { node }: ReadingContext,
  table: Name,
  { from, to, since, until, after, limit, history }: Asked,
  sought: Sought,
): Promise<HistoryPage<Name>> =>
  readHistory(node.db, table, {
    sought,
    range: { from, to, since, until },
    page: { after, limit },
    newest: history === 'newest',
  });

export const historyHandlers: Handlers<typeof HISTORY_OPERATIONS, ReadingContext> = {
  readOrder: (context, { merchantId, orderNumber, ...asked }) =>
    readOf(context, 'order_steps', asked, {
      merchant_id: merchantId,
      order_number: orderNumber,
    }),
  readAccount: (context, { customerId, currency, ...asked }) =>
    readOf(context, 'money_changes', asked, {
      ...{ holder_kind: 'customer', holder: customerId, currency },
    }),
  readPayee: (context, { payeeId, currency, ...asked }) =>
    readOf(context, 'money_changes', asked, {
      ...{ holder_kind: 'payee', holder: payeeId, currency },
    }),
  listSupplies: (context, { bankId, kind, currency, ...asked }) =>
    readOf(context, 'supplies', asked, { bank_id: bankId, kind, currency }),
  listAlarms: (context, { bankId, merchantId, state, ...asked }) =>
    readOf(context, 'alarms', asked, { bank_id: bankId, merchant_id: merchantId, state }),
  listDisputes: (context, { bankId, merchantId, state, ...asked }) =>
    readOf(context, 'disputes', asked, { bank_id: bankId, merchant_id: merchantId, state }),
  listFrauds: (context, { bankId, merchantId, customerId, ...asked }) =>
    readOf(context, 'frauds', asked, {
      ...{ bank_id: bankId, merchant_id: merchantId, customer_id: customerId },
    }),
  listVotes: (context, asked) => readOf(context, 'votes', asked, {}),
  listParticipants: (context, { mspId, ...asked }) =>
    readOf(context, 'participants', asked, { msp_id: mspId }),
  listSettings: (context, asked) => readOf(context, 'settings', asked, {}),
  listDefinitions: (context, { chaincode, ...asked }) =>
    readOf(context, 'definitions', asked, { chaincode }),

  listTransactions: ({ node }, { name, mspId, after, limit, ...range }) =>
    listTransactions(node.db, { name, mspId, range, page: { after, limit } }),
  readTransaction: async ({ node }, { transactionId }) => {
    const transactions = await readTransaction(node.db, transactionId);
    if (transactions.length === 0) throw new NodeError('NOT_FOUND', 'transactionId');
    return { transactions };
  },
  readBlock: async ({ node }, { block }) => {
    const shown = await readBlock(node.db, block);
    if (shown === undefined) throw new NodeError('NOT_FOUND', 'block');
    return shown;
  },
};
