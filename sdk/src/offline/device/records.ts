// SPDX-License-Identifier: Apache-2.0
// What a device keeps: its certificates, where each epoch stands, and what it paid.
import type { Amount, Currency, DeviceState } from '@fabric-offline-pay/domain';
import { shelf } from '../store/shelf.js';

/** One line of what the customer bought, as the till showed it. */
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
  /** Empty when the till showed none. */
  readonly lines: readonly ReceiptLine[];
  /** Hash of the request that it answers, base64url. */
  readonly requestHash: string;
}

/** Eight digits, so that the order of keys is that of numbers. */
export const ordinal = (value: number): string => value.toString().padStart(8, '0');

/** Signed certificates, base64. */
export const certificates = shelf<string, [epoch: string, sequence: string]>('certificate');
export const states = shelf<DeviceState, [epoch: string]>('state');
export const payments = shelf<PaymentRecord, [epoch: string, counter: string]>('payment');
/** Signed vouchers with the certificates that they name, base64: a request that comes again gets the same bytes. */
export const handed = shelf<string, [epoch: string, counter: string]>('handed');

/** What a payment answers, as the terminal showed it, base64; with what proves whom it pays. */
export interface AskedRecord {
  /** The signed request. */
  readonly request: string;
  /** The signed certificate of its terminal, or null where it came without. */
  readonly payee: string | null;
}

/** Missing for payments of stores of before payees were certified. */
export const asked = shelf<AskedRecord, [epoch: string, counter: string]>('asked');

/** What the terminal stated of a payment afterwards, signed, base64. */
export const receipts = shelf<string, [epoch: string, counter: string]>('receipt');
export const cancellations = shelf<string, [epoch: string, counter: string]>('cancellation');
