// SPDX-License-Identifier: Apache-2.0
// The merchant's part of a pipeline over its node: a shop that has no certificate for the ledger buys as one that has.
import { ledgerStep, type NodeClient } from '@fabric-offline-pay/node-common/client';
import type { CashierSteps } from '@fabric-offline-pay/sdk';
import type { OperationTable } from './api/operations.js';

/**
 * @param node a client of the merchant's node with a cashier's certificate
 * @example await runExpress({ cashier: cashierSteps(node), dispatcher, bankNode: settlingBank(watch) }, purchase);
 */
export const cashierSteps = (node: NodeClient<OperationTable>): CashierSteps => ({
  orderNumber: {
    openBasket: ledgerStep(node.openBasket),
    place: ledgerStep(node.place),
    stateMerchant: ledgerStep(node.stateMerchant),
  },
  goods: {
    verify: ledgerStep(node.verifyGoods),
    partition: ledgerStep(node.partition),
    verifyMerchant: ledgerStep(node.verifyMerchant),
    checkCategories: ledgerStep(node.checkCategories),
  },
  alarm: { compareGoods: ledgerStep(node.compareGoods) },
  settlement: { authorise: ledgerStep(node.authorise), claim: ledgerStep(node.claim) },
  express: { order: ledgerStep(node.orderAtOnce) },
});
