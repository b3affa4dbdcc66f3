// SPDX-License-Identifier: Apache-2.0
// The logistics company's part of a pipeline over its node.
import type { AddressBookRow } from '@fabric-offline-pay/domain';
import {
  ledgerStep,
  type NodeClient,
  type Placed,
  type StepCall,
} from '@fabric-offline-pay/node-common/client';
import type { DispatcherSteps, Statistics } from '@fabric-offline-pay/sdk';
import type { OperationTable } from './api/logistics-api.js';

/** A client of the logistics company's node. */
export type LogisticsClient = NodeClient<OperationTable>;

/** Private addresses travel in the body of a node's call, and from there as transient data. */
const bookIn = (options: { readonly transient?: unknown } | undefined): AddressBookRow =>
  options?.transient as AddressBookRow;

/**
 * @param node a client of the logistics company's node with a dispatcher's certificate
 * @param statistics counts the transactions
 * @example await runExpress({ cashier, dispatcher: dispatcherSteps(node), bankNode: settlingBank(watch) }, purchase);
 */
export function dispatcherSteps(node: LogisticsClient, statistics?: Statistics): DispatcherSteps {
  const step = <Input, Answer extends Placed>(call: StepCall<Input, Answer>) =>
    ledgerStep(call, statistics);
  const quotePrices = step(node.quotePrices);
  const offerAddresses = step(node.offerAddresses);
  const rankCouriers = step(node.rankCouriers);
  const quoteOrder = step(node.quoteOrder);
  return {
    orderNumber: { stateLogistics: step(node.stateLogistics) },
    logistics: {
      verifyGoods: step(node.verifyGoods),
      locateGoods: step(node.locateGoods),
      quotePrices: (key, options) => quotePrices({ ...key, ...bookIn(options) }),
      offerAddresses: (key, options) => offerAddresses({ ...key, ...bookIn(options) }),
      rankCouriers: (key, options) => rankCouriers({ ...key, ...bookIn(options) }),
      quote: step(node.quoteStepwise),
    },
    express: { quote: (asked, options) => quoteOrder({ ...asked, ...bookIn(options) }) },
  };
}
