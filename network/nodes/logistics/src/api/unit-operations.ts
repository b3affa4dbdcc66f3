// SPDX-License-Identifier: Apache-2.0
// The units of the stepwise way as operations: a dispatcher's own transactions, one by one (11, 1101 to 1104).
import { refusalsOf, TRANSACTIONS } from '@fabric-offline-pay/domain';
import { placedOutput } from '@fabric-offline-pay/node-common/client';
import type * as z from 'zod';
import * as shapes from './shapes.js';

/** Of a basket with its addresses. */
export const BASKET_KIB = 128;

/** A unit of the stepwise way as the dispatcher carries it out: the transaction's input, and where it stands in the answer. */
const unit = <
  const Path extends string,
  Input extends z.core.$ZodLooseShape,
  Private extends z.core.$ZodLooseShape,
  Shape extends z.core.$ZodLooseShape,
  Config extends z.core.$ZodObjectConfig,
>(
  path: Path,
  transaction: Parameters<typeof refusalsOf>[0] & {
    readonly summary: string;
    readonly input: z.ZodObject<Input, z.core.$strict>;
    readonly output: z.ZodObject<Shape, Config>;
  },
  transient: Private,
) =>
  ({
    roles: ['dispatcher'],
    method: 'POST',
    path: `/orders/:merchantId/:orderNumber${path}` as const,
    summary: transaction.summary,
    input: transaction.input.extend(transient),
    output: placedOutput(transaction.output),
    errors: refusalsOf(transaction),
    bodyKiB: BASKET_KIB,
  }) as const;

const { logistics, orderNumber } = TRANSACTIONS;

export const UNIT_OPERATIONS = {
  verifyGoods: unit('/goods-verification', logistics.verifyGoods, {}),
  locateGoods: unit('/goods-locations', logistics.locateGoods, {}),
  quotePrices: unit('/price-quotes', logistics.quotePrices, shapes.book),
  offerAddresses: unit('/address-offers', logistics.offerAddresses, shapes.book),
  rankCouriers: unit('/courier-ranking', logistics.rankCouriers, shapes.book),
  quoteStepwise: unit('/quote', logistics.quote, {}),
  stateLogistics: unit('/statement', orderNumber.stateLogistics, {}),
};
