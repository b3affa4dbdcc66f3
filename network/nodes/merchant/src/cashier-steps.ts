// SPDX-License-Identifier: Apache-2.0
// The merchant's part of a pipeline over its node: a shop that has no certificate for the ledger buys as one that has.
import {
  ledgerStep,
  type NodeClient,
  type Placed,
  type StepCall,
} from '@fabric-offline-pay/node-common/client';
import type { CashierSteps, Client, Statistics } from '@fabric-offline-pay/sdk';
import type { OperationTable } from './api/operations.js';

/** A client of the merchant's node. */
export type MerchantClient = NodeClient<OperationTable>;

/** What a merchant does with an order besides the pipeline. */
export interface CashierDesk extends CashierSteps {
  readonly settlement: CashierSteps['settlement'] &
    Pick<Client['settlement'], 'void' | 'requestPayout'>;
}

/**
 * @param node a client of the merchant's node with a cashier's certificate
 * @param statistics counts the transactions
 * @example await runExpress({ cashier: cashierSteps(node), dispatcher, bankNode: settlingBank(watch) }, purchase);
 */
export function cashierSteps(node: MerchantClient, statistics?: Statistics): CashierDesk {
  const step = <Input, Answer extends Placed>(call: StepCall<Input, Answer>) =>
    ledgerStep(call, statistics);
  return {
    orderNumber: {
      openBasket: step(node.openBasket),
      place: step(node.place),
      stateMerchant: step(node.stateMerchant),
    },
    goods: {
      verify: step(node.verifyGoods),
      partition: step(node.partition),
      verifyMerchant: step(node.verifyMerchant),
      checkCategories: step(node.checkCategories),
    },
    alarm: { compareGoods: step(node.compareGoods) },
    settlement: {
      authorise: step(node.authorise),
      claim: step(node.claim),
      void: step(node.voidOrder),
      requestPayout: step(node.requestPayout),
    },
    express: { order: step(node.orderAtOnce) },
  };
}
