// SPDX-License-Identifier: Apache-2.0
// The company's units one by one (11, 1101 to 1104), for an operator who wants to see where an order stands.
import type { AddressBookRow, OrderKey } from '@fabric-offline-pay/domain';
import { withPlace, type Handlers, type WithPlace } from '@fabric-offline-pay/node-common/client';
import type { TransactionResult } from '@fabric-offline-pay/sdk';
import { holdAddresses } from '../addresses/hold-addresses.js';
import type { CallContext, LogisticsContext } from '../context.js';
import type { OperationTable } from './logistics-api.js';

/** @returns the answer, when the tables have what was written */
async function written<Result extends object>(
  { followed }: Pick<LogisticsContext, 'followed'>,
  submitted: Promise<TransactionResult<Result>>,
): Promise<WithPlace<Result>> {
  const answer = await submitted;
  await followed(answer.blockNumber);
  return withPlace(answer);
}

/** The key of the order, and the private addresses. */
const parted = ({ salt, addresses, merchantId, orderNumber }: AddressBookRow & OrderKey) => ({
  key: { merchantId, orderNumber },
  book: { salt, addresses },
});

type Units = Pick<
  Handlers<OperationTable, CallContext>,
  | 'verifyGoods'
  | 'locateGoods'
  | 'quotePrices'
  | 'offerAddresses'
  | 'rankCouriers'
  | 'quoteStepwise'
  | 'stateLogistics'
>;

export const stepHandlers: Units = {
  verifyGoods: ({ node }, key) => written(node, node.ledger.logistics.verifyGoods(key)),
  locateGoods: ({ node }, key) => written(node, node.ledger.logistics.locateGoods(key)),
  quotePrices: ({ node }, input) => {
    const { key, book } = parted(input);
    return written(node, node.ledger.logistics.quotePrices(key, { transient: { ...book } }));
  },
  // The courier needs them at the pick-up, as after a quote in one go.
  offerAddresses: async ({ node }, input) => {
    const { key, book } = parted(input);
    const { offerAddresses } = node.ledger.logistics;
    const answer = await written(node, offerAddresses(key, { transient: { ...book } }));
    await holdAddresses(node, key, book);
    return answer;
  },
  rankCouriers: ({ node }, input) => {
    const { key, book } = parted(input);
    return written(node, node.ledger.logistics.rankCouriers(key, { transient: { ...book } }));
  },
  quoteStepwise: ({ node }, key) => written(node, node.ledger.logistics.quote(key)),
  stateLogistics: ({ node }, input) => written(node, node.ledger.orderNumber.stateLogistics(input)),
};
