// SPDX-License-Identifier: Apache-2.0
// A ledger in memory that fails a test when a transaction answers a refusal that its entry of the table does not name.
import { ALL_TRANSACTIONS, refusalsOf, type ErrorCode } from '@fabric-offline-pay/domain';
import { parseRefusal } from '@fabric-offline-pay/sdk';
import { MemoryLedger, type Endorsement } from '@fabric-offline-pay/testing';

const NAMED = new Map<string, readonly ErrorCode[]>(
  ALL_TRANSACTIONS.map((transaction) => [transaction.fullName, refusalsOf(transaction)]),
);

/** @throws Error when the answer is a refusal that the table does not name. */
function ensureNamed(transaction: string, message: string): void {
  const refusal = parseRefusal(message);
  const named = NAMED.get(transaction);
  if (refusal === undefined || named === undefined || named.includes(refusal.code)) return;
  throw new Error(`${transaction} answered ${refusal.code}, which its errors do not list`);
}

export class WatchedLedger extends MemoryLedger {
  override async endorse(...given: Parameters<MemoryLedger['endorse']>): Promise<Endorsement> {
    const endorsement = await super.endorse(...given);
    ensureNamed(endorsement.proposal.function, endorsement.response.message);
    return endorsement;
  }
}
