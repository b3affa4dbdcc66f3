// SPDX-License-Identifier: Apache-2.0
// The logistics company's part of a pipeline over its node.
import type { AddressBookRow } from '@fabric-offline-pay/domain';
import { ledgerStep, type NodeClient } from '@fabric-offline-pay/node-common/client';
import type { DispatcherSteps } from '@fabric-offline-pay/sdk';
import type { OperationTable } from './api/logistics-api.js';

/** Private addresses travel in the body of a node's call, and from there as transient data. */
const bookIn = (options: { readonly transient?: unknown } | undefined): AddressBookRow =>
  options?.transient as AddressBookRow;

/**
 * @param node a client of the logistics company's node with a dispatcher's certificate
 * @example await runExpress({ cashier, dispatcher: dispatcherSteps(node), bankNode: settlingBank(watch) }, purchase);
 */
export const dispatcherSteps = (node: NodeClient<OperationTable>): DispatcherSteps => {
  const quotePrices = ledgerStep(node.quotePrices);
  const offerAddresses = ledgerStep(node.offerAddresses);
  const rankCouriers = ledgerStep(node.rankCouriers);
  const quoteOrder = ledgerStep(node.quoteOrder);
  return {
    orderNumber: { stateLogistics: ledgerStep(node.stateLogistics) },
    logistics: {
      verifyGoods: ledgerStep(node.verifyGoods),
      locateGoods: ledgerStep(node.locateGoods),
      quotePrices: (key, options) => quotePrices({ ...key, ...bookIn(options) }),
      offerAddresses: (key, options) => offerAddresses({ ...key, ...bookIn(options) }),
      rankCouriers: (key, options) => rankCouriers({ ...key, ...bookIn(options) }),
      quote: ledgerStep(node.quoteStepwise),
    },
    express: { quote: (asked, options) => quoteOrder({ ...asked, ...bookIn(options) }) },
  };
};
