// SPDX-License-Identifier: Apache-2.0
// The records of a terminal: requests, accepted payments, what it saw of each device, whom it trusts, and what it must send.
import type { Amount, Currency, IssuerRow, LedgerVerdict } from '@fabric-offline-pay/domain';
import { recordsOf } from '../store/records-of.js';

/** A payment request, stored under the caller's order number. */
export interface RequestRecord {
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly currency: Currency;
  /** Hex digest of the order terms, or null for goods taken along. */
  readonly termsDigest: string | null;
  readonly expiresAt: number;
  /** The signed request, base64. */
  readonly bytes: string;
  /** The signed content, base64. */
  readonly payload: string;
}

/** `waiting`: accepted but not settled yet. The verdict says why a payment was refused. */
export type PaymentStatus = 'waiting' | 'settled' | 'refused';

/** An accepted payment. */
export interface AcceptedPayment {
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly currency: Currency;
  /** Hex digest of the terms of an order to deliver, which is settled with its order. Null for goods taken along. */
  readonly termsDigest: string | null;
  readonly bankId: string;
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  readonly counter: number;
  /** Seconds since 1970, by the terminal's clock. */
  readonly acceptedAt: number;
  /** The last second in which it can be settled, in seconds since 1970. */
  readonly claimUntil: number;
  readonly status: PaymentStatus;
  /** The ledger's last verdict, or null. */
  readonly verdict: LedgerVerdict | null;
  /** How many verdicts were not final. */
  readonly attempts: number;
  /** Base64url. */
  readonly voucherDigest: string;
  /** The signed voucher, base64; below, the signed certificate and the request's payload, base64 too. */
  readonly voucher: string;
  readonly certificate: string;
  readonly requestPayload: string;
}

/** Vouchers that are being sent. A batch that is sent again must be the same. */
export interface BatchRecord {
  readonly batchId: string;
  readonly currency: Currency;
  readonly orderNumbers: readonly string[];
}

/** One voucher of a double spend, with everything needed to read it, base64. */
export interface StoredSide {
  readonly certificate: string;
  readonly voucher: string;
  readonly requestPayload: string;
}

/** The proof that a device spent twice, and its parts. It may have to wait until the issuer is known. */
export interface ProofRecord {
  readonly voucherDigest: string;
  readonly orderNumber: string;
  /** The voucher that this terminal received. Null where an earlier version did not keep it. */
  readonly own: StoredSide | null;
  /** The voucher that it contradicts. Null until it is found. */
  readonly first: StoredSide | null;
  /** The file, as `encodeFraudProof` writes it. Null until it can be made. */
  readonly proof: string | null;
  readonly submitted: boolean;
}

/** A request for which the terminal accepts no voucher any more: cancelled, or replaced by a new one. */
export interface FormerRequest {
  readonly payload: string;
  /** When it was cancelled, in seconds since 1970, or null. */
  readonly cancelledAt: number | null;
}

export const requests = recordsOf<RequestRecord, [orderNumber: string]>('request');
export const formerRequests = recordsOf<FormerRequest, [orderNumber: string, hash: string]>(
  'former',
);
/** The terminal's own payee certificate, signed, base64. */
export const payees = recordsOf<string, []>('payee');
export const payments = recordsOf<AcceptedPayment, [orderNumber: string]>('payment');
/** Order numbers of payments that are not settled yet. */
export const waiting = recordsOf<string, [orderNumber: string]>('waiting');
export const issuers = recordsOf<IssuerRow, [bankId: string, kid: string]>('issuer');
/** Issuers that the ledger reports as ended. They are no longer trusted, but what they signed before still proves something. */
export const formerIssuers = recordsOf<IssuerRow, [bankId: string, kid: string]>('formerIssuer');
/** Signed bulletins, base64. */
export const bulletins = recordsOf<string, [bankId: string]>('bulletin');
export const batches = recordsOf<BatchRecord, [batchId: string]>('batch');
export const proofs = recordsOf<ProofRecord, [voucherDigest: string]>('proof');
