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

/** One voucher of a double spend with what makes it readable, base64. */
export interface StoredSide {
  readonly certificate: string;
  readonly voucher: string;
  readonly requestPayload: string;
}

/** Proof that a device spent twice, and what it is made of: it may have to wait until the issuer is known. */
export interface ProofRecord {
  readonly voucherDigest: string;
  readonly orderNumber: string;
  /** The voucher that this terminal was given; null where an earlier version did not keep it. */
  readonly own: StoredSide | null;
  /** The one that it contradicts; null until it was found. */
  readonly first: StoredSide | null;
  /** The file, as `encodeFraudProof` writes it; null until it can be made. */
  readonly proof: string | null;
  readonly submitted: boolean;
}

/** A request that no voucher is accepted for any more: cancelled, or made anew since. */
export interface FormerRequest {
  readonly payload: string;
  /** When it was cancelled, or null. */
  readonly cancelledAt: number | null;
}

export const requests = shelf<RequestRecord, [orderNumber: string]>('request');
export const formerRequests = shelf<FormerRequest, [orderNumber: string, hash: string]>('former');
/** The terminal's own payee certificate, signed, base64. */
export const payees = shelf<string, []>('payee');
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
