// SPDX-License-Identifier: Apache-2.0
// A shop's checkout: shows the prices, has the customer sign, takes the money, and says what the shop does next.
import { formatAmount } from '@fabric-offline-pay/domain';
import {
  OutcomeUnknownError,
  RefusedError,
  runExpress,
  UnavailableError,
  type Parties,
  type Purchase,
  type QuoteView,
} from '@fabric-offline-pay/sdk';

/** What the shop does next. */
export type Checkout =
  /** Send the goods. The merchant has the money, or gets it once the courier has delivered. */
  | { readonly next: 'send'; readonly delivered: boolean }
  /** Wait. The three parties' records differ, or the money is not claimed yet. */
  | { readonly next: 'wait'; readonly state: string }
  /** Tell the customer that nothing was paid. */
  | { readonly next: 'tell'; readonly code: string; readonly advice: string }
  /** Call again with the same order number. It is paid at most once. */
  | { readonly next: 'repeat'; readonly code: string };

/** The prices that a customer sees before choosing. */
function* pricesOf({ goodsTotal, offers }: QuoteView, currency: string): Generator<string> {
  yield `goods ${formatAmount(goodsTotal, currency)} ${currency}`;
  for (const { addressRef, couriers } of offers)
    for (const { courierId, fee } of couriers)
      yield `${courierId} to ${addressRef}: ${formatAmount(fee, currency)} ${currency}`;
}

const nextOf = (state: string): Checkout =>
  state === 'released' || state === 'captured'
    ? { next: 'send', delivered: state === 'released' }
    : { next: 'wait', state };

/** Nothing was paid, or the outcome is not known yet. Anything else is a fault, and is thrown. */
function failureOf(error: unknown): Checkout {
  if (error instanceof RefusedError)
    return { next: 'tell', code: error.code, advice: error.remedy };
  if (error instanceof UnavailableError || error instanceof OutcomeUnknownError)
    return { next: 'repeat', code: error.code };
  throw error;
}

/**
 * Takes one order through quote, choice, signature and payment.
 * @param parties clients of the cashier, the dispatcher and the bank's node, each over `connect({ … }).client`
 * @param purchase the basket, and how the customer chooses and signs
 * @param show writes a line for the customer
 */
export async function checkout(
  parties: Parties,
  purchase: Purchase,
  show: (line: string) => void,
): Promise<Checkout> {
  const choose = (quote: QuoteView): ReturnType<Purchase['choose']> => {
    for (const price of pricesOf(quote, purchase.basket.currency)) show(price);
    return purchase.choose(quote);
  };
  try {
    return nextOf((await runExpress(parties, { ...purchase, choose })).state);
  } catch (error) {
    return failureOf(error);
  }
}
