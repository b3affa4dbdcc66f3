// SPDX-License-Identifier: Apache-2.0
// The chaincode package: the contracts that a peer's chaincode server runs.
import { AlarmContract } from './alarm/contract.js';
import { ExpressContract } from './express/contract.js';
import { FeedbackContract } from './feedback/contract.js';
import { GoodsContract } from './goods/contract.js';
import { IdentityContract } from './identity/contract.js';
import { LogisticsContract } from './logistics/contract.js';
import { OfflineContract } from './offline/contract.js';
import { OrderNumberContract } from './order-number/contract.js';
import { SettlementContract } from './settlement/contract.js';

export const contracts = [
  IdentityContract,
  GoodsContract,
  LogisticsContract,
  OrderNumberContract,
  SettlementContract,
  AlarmContract,
  FeedbackContract,
  ExpressContract,
  OfflineContract,
];
