// SPDX-License-Identifier: Apache-2.0
// The signed objects of payments without a network, as values. Money is a bigint of minor units, times are seconds
// since 1970-01-01T00:00Z, digests are 32 bytes. Their bytes are specified in docs/offline-protocol.md.
import type { Currency } from '../base/money.js';
import type { Revocation } from '../ledger/offline-rows.js';
import type { OfflinePolicy } from '../policy/policy.js';

/** What a device may spend, signed by its bank. */
export interface DeviceCertificate {
  readonly channel: string;
  readonly bankId: string;
  readonly customerId: string;
  readonly deviceId: string;
  /** One reserve of the device. Counters and sums start again with each epoch. */
  readonly epoch: number;
  /** P-256 point: x‖y, 64 bytes. */
  readonly deviceKey: Uint8Array;
  readonly currency: Currency;
  /** All money reserved in this epoch so far. */
  readonly total: bigint;
  readonly perPayment: bigint;
  /** At most 64. */
  readonly highestCounter: number;
  readonly spendUntil: number;
  /** Later than `spendUntil`. */
  readonly claimUntil: number;
  readonly policyVersion: number;
  /** 0 for the first certificate of the epoch, and one more with each top-up. */
  readonly sequence: number;
}

/** What a payment is for: goods taken along, or an order to deliver with the terms that the customer agreed to. */
export type PaymentPurpose =
  { readonly kind: 'goods' } | { readonly kind: 'delivery'; readonly termsDigest: Uint8Array };

/** A terminal's request for a payment, signed by the terminal. */
export interface PaymentRequest {
  readonly channel: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly orderNumber: string;
  readonly amount: bigint;
  readonly currency: Currency;
  /** 16 random bytes. */
  readonly nonce: Uint8Array;
  /** Number of the terminal's newest bulletin of the payer's bank. */
  readonly bulletinNumber: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly purpose: PaymentPurpose;
}

/** One payment, signed by the device. */
export interface Voucher {
  readonly certificateDigest: Uint8Array;
  /** 1 for the first voucher of the epoch, and one more with each voucher. */
  readonly counter: number;
  /** Digest of the previous voucher in the epoch. Zeros for the first. */
  readonly previous: Uint8Array;
  /** Sum of all vouchers of the epoch up to and including this one. */
  readonly cumulative: bigint;
  /** SHA-256 of the request's payload. */
  readonly requestHash: Uint8Array;
  readonly time: number;
}

/** A bank's message to all terminals, signed by the bank. */
export interface Bulletin {
  readonly bankId: string;
  readonly channel: string;
  /** One more with each bulletin of the bank. */
  readonly number: number;
  /** By the bank's clock. */
  readonly issuedAt: number;
  readonly revoked: readonly Revocation[];
  readonly policy: OfflinePolicy;
}

/** The merchant that a terminal speaks for, signed by the merchant's bank. */
export interface PayeeCertificate {
  readonly channel: string;
  readonly bankId: string;
  readonly merchantId: string;
  readonly terminalId: string;
  /** P-256 point: x‖y, 64 bytes. */
  readonly terminalKey: Uint8Array;
  /** The merchant's name for customers, at most 64 bytes of UTF-8. */
  readonly name: string;
  /** Number of the merchant's licence, at most 32 characters. */
  readonly licence: string;
  /** The last second in which customers should believe it. */
  readonly validUntil: number;
}

/** A terminal's statement that it accepted a voucher, signed by the terminal. */
export interface PaymentReceipt {
  readonly voucherDigest: Uint8Array;
  /** SHA-256 of the payload of the request that the voucher answers. */
  readonly requestHash: Uint8Array;
  /** By the terminal's clock. */
  readonly acceptedAt: number;
}

/** A terminal's statement that it accepted no voucher for its request and never will, signed by the terminal. */
export interface Cancellation {
  /** SHA-256 of the request's payload. */
  readonly requestHash: Uint8Array;
  /** By the terminal's clock. */
  readonly cancelledAt: number;
}
