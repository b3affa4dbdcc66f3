// SPDX-License-Identifier: Apache-2.0
// The records of a device: its certificates, the state of each epoch, and its payments.
import type { Amount, Currency, DeviceState } from '@fabric-offline-pay/domain';
import { recordsOf } from '../store/records-of.js';

/** One line of the purchase, as the till showed it. */
export interface ReceiptLine {
  readonly name: string;
  readonly quantity: number;
  /** Minor units. */
  readonly unitPrice: Amount;
}

/** One payment, for the customer to read. */
export interface PaymentRecord {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly currency: Currency;
  /** Seconds since 1970, by the device's clock. */
  readonly time: number;
  readonly epoch: number;
  readonly counter: number;
  /** Empty when the till showed no lines. */
  readonly lines: readonly ReceiptLine[];
  /** Hash of the request that this payment answers, base64url. */
  readonly requestHash: string;
}

/** Eight digits, so that keys sort like numbers. */
export const ordinal = (value: number): string => value.toString().padStart(8, '0');

/** Signed certificates, base64. */
export const certificates = recordsOf<string, [epoch: string, sequence: string]>('certificate');
export const states = recordsOf<DeviceState, [epoch: string]>('state');
export const payments = recordsOf<PaymentRecord, [epoch: string, counter: string]>('payment');
/** Signed vouchers with the certificates that they name, base64. A request that comes again gets the same bytes. */
export const handed = recordsOf<string, [epoch: string, counter: string]>('handed');

/** The request that a payment answers, with the proof of whom it pays. Texts are base64. */
export interface AskedRecord {
  /** The signed request. */
  readonly request: string;
  /** The signed payee certificate of the terminal, or null when the request came without one. */
  readonly payee: string | null;
}

/** Missing for payments from before payees were certified. */
export const asked = recordsOf<AskedRecord, [epoch: string, counter: string]>('asked');

/** The terminal's later statements about payments, signed, base64. */
export const receipts = recordsOf<string, [epoch: string, counter: string]>('receipt');
export const cancellations = recordsOf<string, [epoch: string, counter: string]>('cancellation');
