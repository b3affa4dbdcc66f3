// SPDX-License-Identifier: Apache-2.0
// The three express legs one by one, for tests that let many orders reach the same leg at the same time.
import {
  CAPTURE_ID,
  termsOf,
  type Parties,
  type Purchase,
  type TransactionResult,
} from '@fabric-offline-pay/sdk';
import type { OrderTerms, OutputOf } from '@fabric-offline-pay/domain';

/** An order whose customer has signed what logistics quoted. */
interface SignedOrder {
  readonly terms: OrderTerms;
  readonly purchase: Purchase;
  readonly signature: string;
}

type Quoted = TransactionResult<OutputOf<'express', 'quote'>>;

const transactionOf = (purchase: Purchase) => ({
  basket: purchase.basket,
  statement: purchase.logisticsStatement,
});

/** Logistics' leg. */
export const quoteLeg = ({ dispatcher }: Parties, purchase: Purchase): Promise<Quoted> =>
  dispatcher.express.quote(transactionOf(purchase), { transient: { ...purchase.addresses } });

/** The customer chooses and signs. */
export async function signQuoted(purchase: Purchase, { result }: Quoted): Promise<SignedOrder> {
  const terms = termsOf(purchase, result, purchase.choose(result));
  return { terms, purchase, signature: await purchase.sign(terms) };
}

/** The merchant's leg. */
export const orderLeg = ({ cashier }: Parties, { terms, purchase, signature }: SignedOrder) =>
  cashier.express.order({
    terms,
    signature,
    statement: purchase.merchantStatement,
  });

/** The bank's leg. */
export const settleLeg = (
  { bankNode }: Parties,
  { merchantId, orderNumber }: { readonly merchantId: string; readonly orderNumber: string },
) => bankNode.express.settle({ merchantId, orderNumber, captureId: CAPTURE_ID });

/** The last block that contains one of the results. */
export const lastBlock = (results: readonly { readonly blockNumber: bigint }[]): bigint =>
  results.reduce((last, { blockNumber }) => (blockNumber > last ? blockNumber : last), 0n);
