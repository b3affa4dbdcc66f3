// SPDX-License-Identifier: Apache-2.0
// What reporters tell. Each speaks for its own: whatever belongs to another is answered like what does not exist.
import {
  NodeError,
  type Handlers,
  type ReportOperations,
} from '@fabric-offline-pay/node-common/client';
import { keepStatement } from '../backing/keep-statement.js';
import { keepPayouts, keepReceipts, keepVouchers } from '../confirmations/keep-reports.js';
import { speaksFor } from '../confirmations/speaks-for.js';
import type { CallContext } from '../context.js';

/** @throws {NodeError} NOT_FOUND */
async function ensureOwn({ node, caller }: CallContext, field: string, id: string): Promise<void> {
  if (!(await speaksFor(node, caller.name, id))) throw new NodeError('NOT_FOUND', field);
}

export const reportHandlers: Handlers<ReportOperations, CallContext> = {
  reportVouchers: async (call, { merchantId, vouchers }) => {
    await ensureOwn(call, 'merchantId', merchantId);
    return { results: await keepVouchers(call.node, merchantId, vouchers) };
  },
  reportReceipts: async (call, { payeeId, receipts }) => {
    await ensureOwn(call, 'payeeId', payeeId);
    return { results: await keepReceipts(call.node, payeeId, receipts) };
  },
  reportPayouts: async (call, { payeeId, payouts }) => {
    await ensureOwn(call, 'payeeId', payeeId);
    return { results: await keepPayouts(call.node, payeeId, payouts) };
  },
  reportBacking: async (call, statement) => {
    await ensureOwn(call, 'bankId', statement.bankId);
    return { result: await keepStatement(call.node.db, statement, call.node.clock()) };
  },
};
