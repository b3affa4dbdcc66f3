// SPDX-License-Identifier: Apache-2.0
// The histories by the names of their nodes.
import type { History } from '../history.js';
import type { NodeName } from '../process/main.js';
import { BankHistory } from './bank.js';
import { LogisticsHistory } from './logistics.js';
import { MerchantHistory } from './merchant.js';

const WAYS: Readonly<Record<NodeName, () => Promise<History>>> = {
  bank: () => BankHistory.open(),
  merchant: () => MerchantHistory.open(),
  logistics: () => LogisticsHistory.open(),
};

/** Opens the world around a node; whoever opened it closes it. */
export const openHistory = (node: NodeName): Promise<History> => WAYS[node]();
