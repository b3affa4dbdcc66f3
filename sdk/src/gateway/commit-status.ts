// SPDX-License-Identifier: Apache-2.0
// Asks your own peer for the outcome of one transaction.
import type { Gateway, Status } from '@hyperledger/fabric-gateway';
import { commitStatusRequest, type Asker } from './commit-request.js';
import { callWithin } from './deadlines.js';

/**
 * Answers once the transaction stands in a block and the peer has committed the block's state.
 * @throws GatewayError when nobody answers within this many milliseconds
 */
export type AskStatus = (transactionId: string, timeoutMs: number) => Promise<Status>;

/** @returns a function that asks one peer for the outcome of a transaction. */
export const askStatus =
  (gateway: Pick<Gateway, 'newCommit'>, channel: string, asker: Asker): AskStatus =>
  (transactionId, timeoutMs) =>
    gateway
      .newCommit(commitStatusRequest(transactionId, channel, asker))
      .getStatus(callWithin(timeoutMs));
