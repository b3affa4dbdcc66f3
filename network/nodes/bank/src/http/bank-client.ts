// SPDX-License-Identifier: Apache-2.0
// Calls the bank's operations from another process: the same methods as the service, over HTTPS with a client certificate.
import {
  nodeClient,
  type NodeClient,
  type NodeClientOptions,
} from '@fabric-offline-pay/node-common/client';
import { BANK_OPERATIONS, type OperationTable } from '../bank-api.js';

export type BankClientOptions = NodeClientOptions;

/** Throws errors with the codes of the service, and `SERVICE_UNREACHABLE` when there is no answer. All calls may be repeated. */
export type BankClient = NodeClient<OperationTable>;

export const openBankClient = (options: BankClientOptions): BankClient =>
  nodeClient(BANK_OPERATIONS, options);
