// SPDX-License-Identifier: Apache-2.0
// What bank, merchants and logistics company do with an order, besides the customer. Their nodes carry it out, or their certificates
// alone where there are no nodes.
import type { AddressBookRow, Amount, OrderKey, OrderState } from '@fabric-offline-pay/domain';
import type { Passages, PipelineParties } from '@fabric-offline-pay/sdk';

/** A step of an order. It is noted with the order's passages, as far as it is a transaction of the caller. */
export type OrderStep<Input extends OrderKey = OrderKey> = (
  passages: Passages,
  input: Input,
) => Promise<OrderState>;

export interface MerchantDesk {
  /** Gives back what is held and not captured. */
  readonly void: OrderStep;
  readonly refund: OrderStep<OrderKey & { readonly refundId: string; readonly amount: Amount }>;
}

export interface CourierDesk {
  /** @param book what the customer offered */
  readonly pickUp: (passages: Passages, key: OrderKey, book: AddressBookRow) => Promise<void>;
  readonly deliver: OrderStep<OrderKey & { readonly secret?: string }>;
}

/** A part of a payee's balance that its bank shall pay out. */
export interface PayOutRequest {
  readonly payeeId: string;
  readonly currency: string;
  readonly amount: Amount;
  readonly redeemId: string;
}

/** The bank's own work. */
export interface BankDesk {
  /** After an operator resolved an alarm: pays, and stores the purchase. */
  readonly resolved: OrderStep;
  /** After an operator upheld an alarm: gives the money back. */
  readonly upheld: OrderStep;
  /** When a hold has expired: gives the money back. */
  readonly expired: OrderStep;
  /** @returns when the payee has its money */
  readonly payOut: (request: PayOutRequest) => Promise<void>;
}

export interface Organisations {
  readonly parties: (merchantId: string) => Promise<PipelineParties>;
  readonly merchant: (merchantId: string) => Promise<MerchantDesk>;
  readonly courier: (courierId: string) => Promise<CourierDesk>;
  readonly bank: BankDesk;
}
