// SPDX-License-Identifier: Apache-2.0
// What a terminal keeps: requests, accepted payments, what it saw of each device, whom it trusts, and what it must send.
import type { Amount, Currency, IssuerRow, LedgerVerdict } from '@fabric-offline-pay/domain';
import { shelf } from '../store/shelf.js';

/** A payment request, under the caller's order number. */
export interface RequestRecord {
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly currency: Currency;
  /** Hex digest of the order terms, or null for goods taken along. */
  readonly termsDigest: string | null;
  readonly expiresAt: number;
  /** As the terminal signed it, base64. */
  readonly bytes: string;
  /** What the signature is over, base64. */
  readonly payload: string;
}

/** `waiting`: accepted and not settled yet. The verdict says why a payment was refused. */
export type PaymentStatus = 'waiting' | 'settled' | 'refused';

/** An accepted payment. */
export interface AcceptedPayment {
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly currency: Currency;
  /** Hex digest of the terms of an order to deliver, which is settled with its order; null for goods taken along. */
  readonly termsDigest: string | null;
  readonly bankId: string;
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  readonly counter: number;
  /** Seconds since 1970, by the terminal's clock. */
  readonly acceptedAt: number;
  /** The last second in which it can be settled. */
  readonly claimUntil: number;
  readonly status: PaymentStatus;
  /** What the ledger said last, or null. */
  readonly verdict: LedgerVerdict | null;
  /** How often the ledger said something that is not final. */
  readonly attempts: number;
  /** Base64url. */
  readonly voucherDigest: string;
  /** Base64 of the signed voucher, the signed certificate and the request's payload. */
  readonly voucher: string;
  readonly certificate: string;
  readonly requestPayload: string;
}

/** Vouchers that are on their way: a batch that is sent again must be the same one. */
export interface BatchRecord {
  readonly batchId: string;
  readonly currency: Currency;
  readonly orderNumbers: readonly string[];
}

/** Proof that a device spent twice. */
export interface ProofRecord {
  readonly voucherDigest: string;
  readonly orderNumber: string;
  /** The file, as `encodeFraudProof` writes it; null until the first voucher was found. */
  readonly proof: string | null;
  readonly submitted: boolean;
}

export const requests = shelf<RequestRecord, [orderNumber: string]>('request');
export const payments = shelf<AcceptedPayment, [orderNumber: string]>('payment');
/** Order numbers of what is not settled yet. */
export const waiting = shelf<string, [orderNumber: string]>('waiting');
export const issuers = shelf<IssuerRow, [bankId: string, kid: string]>('issuer');
/** Issuers that are over, by what the ledger said: believed no more, but what they signed before still proves something. */
export const formerIssuers = shelf<IssuerRow, [bankId: string, kid: string]>('formerIssuer');
/** Signed bulletins, base64. */
export const bulletins = shelf<string, [bankId: string]>('bulletin');
export const batches = shelf<BatchRecord, [batchId: string]>('batch');
export const proofs = shelf<ProofRecord, [voucherDigest: string]>('proof');
