// SPDX-License-Identifier: Apache-2.0
// One purchase, as both ways through the units take it.
import {
  addAmounts,
  DomainError,
  FIRST_CAPTURE,
  type AddressBookRow,
  type AddressOffer,
  type Amount,
  type Basket,
  type OrderKey,
  type OrderState,
  type OrderTerms,
  type Statement,
  type UnitId,
} from '@fabric-offline-pay/domain';
import type { Client } from '../client/client.js';
import { RefusedError } from '../errors.js';

/** What the merchant does for an order: by a cashier's client, or by whatever else carries out these calls. */
export interface CashierSteps {
  readonly orderNumber: Pick<Client['orderNumber'], 'openBasket' | 'place' | 'stateMerchant'>;
  readonly goods: Pick<
    Client['goods'],
    'verify' | 'partition' | 'verifyMerchant' | 'checkCategories'
  >;
  readonly alarm: Pick<Client['alarm'], 'compareGoods'>;
  readonly settlement: Pick<Client['settlement'], 'authorise' | 'claim'>;
  readonly express: Pick<Client['express'], 'order'>;
}

/** What the logistics company does for an order, by a dispatcher's client or otherwise. */
export interface DispatcherSteps {
  readonly orderNumber: Pick<Client['orderNumber'], 'stateLogistics'>;
  readonly logistics: Pick<
    Client['logistics'],
    'verifyGoods' | 'locateGoods' | 'quotePrices' | 'offerAddresses' | 'rankCouriers' | 'quote'
  >;
  readonly express: Pick<Client['express'], 'quote'>;
}

/** What the bank does for an order. */
export interface BankSteps {
  readonly orderNumber: Pick<Client['orderNumber'], 'compare'>;
  readonly alarm: Pick<Client['alarm'], 'compareOrder'>;
  readonly settlement: Pick<Client['settlement'], 'capture'>;
  readonly feedback: Pick<Client['feedback'], 'storePurchase'>;
  readonly express: Pick<Client['express'], 'settle'>;
}

/** The bank settles with its own node, and the pipeline waits for it. */
export interface SettlingBank {
  /** Waits. @returns the state of the order when the bank has done its part: units 13, 15, and 14 and 17, or 16 */
  readonly settled: (order: OrderKey) => Promise<OrderState>;
}

/** Those who take an order through the units. */
export interface PipelineParties {
  readonly cashier: CashierSteps;
  readonly dispatcher: DispatcherSteps;
  readonly bankNode: BankSteps | SettlingBank;
  /** Waits until all parties' peers hold a block. What one party did may not have reached another party's peer yet. */
  readonly catchUp?: (blockNumber: bigint) => Promise<void>;
}

/** The clients of all certificates that take part in an order. */
export interface Parties extends PipelineParties {
  readonly cashier: Client;
  readonly dispatcher: Client;
  readonly bankNode: Client;
}

export const isSettling = (bank: PipelineParties['bankNode']): bank is SettlingBank =>
  'settled' in bank;

/** What the customer chose from the quote. */
export interface Choice {
  readonly addressRef: string;
  readonly courierId: string;
  readonly fee: Amount;
}

/** The logistics company's quote, as the customer sees it before signing. */
export interface QuoteView {
  readonly goodsTotal: Amount;
  readonly offers: readonly AddressOffer[];
}

/** One purchase: its goods, how the customer chooses and signs, and the parties' statements. */
export interface Purchase {
  readonly channel: string;
  readonly basket: Basket;
  /** The addresses offered. They travel as transient data only. */
  readonly addresses: AddressBookRow;
  /** Makes the customer's choice. @throws when nothing suits */
  readonly choose: (quote: QuoteView) => Choice;
  /** Signs `signedText(terms)` on the customer's device. */
  readonly sign: (terms: OrderTerms) => Promise<string> | string;
  /** Called when the ledger asks for it before it holds the money. The customer must pass both factors, bound to this order. */
  readonly stepUp?: (terms: OrderTerms) => Promise<void>;
  /**
   * Called when the customer's account is short. The bank funds the order from the customer's card or mobile-payment account.
   */
  readonly fund?: (terms: OrderTerms) => Promise<void>;
  readonly merchantStatement: Statement;
  readonly logisticsStatement: Statement;
  readonly holdSeconds: number;
  /** The digest of the secret that proves the delivery, see `deliverySecretFor`. */
  readonly deliveryCommitment: string;
  /** What the merchant claims, in minor units; '0': nothing yet. Default: everything. Null: the bank's money is left alone here. */
  readonly claim?: Amount | null;
}

/** What the merchant says of it on the ledger: nothing when it claims everything. */
export const claimOf = ({ claim }: Purchase): { readonly claimed?: Amount } =>
  claim === undefined || claim === null ? {} : { claimed: claim };

/** One committed transaction of the order. */
export interface Passage {
  readonly transaction: string;
  readonly transactionId: string;
  readonly blockNumber: bigint;
  readonly units: readonly UnitId[];
  readonly durationMs: number;
}

/** The state of an order after its way through the units. */
export interface PipelineResult {
  readonly state: OrderState;
  readonly replayed: boolean;
  readonly passages: readonly Passage[];
}

/** A purchase has one claim. Repeating it returns the first result. */
export const CAPTURE_ID = FIRST_CAPTURE;

/** @returns the terms that the customer signs: basket, choice and sums. */
export const termsOf = (purchase: Purchase, quote: QuoteView, choice: Choice): OrderTerms => ({
  ...purchase.basket,
  channel: purchase.channel,
  addressRef: choice.addressRef,
  courierId: choice.courierId,
  fee: choice.fee,
  goodsTotal: quote.goodsTotal,
  total: addAmounts(quote.goodsTotal, choice.fee),
  holdSeconds: purchase.holdSeconds,
  deliveryCommitment: purchase.deliveryCommitment,
});

/** Chooses the best courier for the first address that has one. @throws {RefusedError} NO_COURIER when no address has one */
export function chooseBest(quote: QuoteView): Choice {
  const offer = quote.offers.find((entry) => entry.couriers.length > 0);
  const best = offer?.couriers[0];
  if (offer === undefined || best === undefined)
    throw new RefusedError(new DomainError('NO_COURIER').toWire());
  return { addressRef: offer.addressRef, ...best };
}
