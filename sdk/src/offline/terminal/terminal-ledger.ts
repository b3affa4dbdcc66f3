// SPDX-License-Identifier: Apache-2.0
// What a terminal needs from the ledger when it has a network. A port: peers by default, a fake in tests.
import type {
  Bulletin,
  CertifiedClaim,
  CounterEntry,
  Currency,
  FraudProof,
  RegisteredIssuerRow,
  LedgerVerdict,
} from '@fabric-offline-pay/domain';

/** A voucher of a batch, base64. */
export interface ClaimedVoucher {
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  readonly voucher: string;
  /** The signed certificate that it names. */
  readonly certificate: string;
  /** The payload of the request that it answers. */
  readonly request: string;
}

/** Payments that are settled in one transaction. */
export interface VoucherBatch {
  readonly merchantId: string;
  /** Follows from the content: the same batch has the same id, whenever it is sent. */
  readonly batchId: string;
  readonly currency: Currency;
  readonly vouchers: readonly ClaimedVoucher[];
}

/** A voucher that contradicts another one of its device. */
export interface ContradictingVoucher {
  readonly bankId: string;
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  readonly entry: CounterEntry;
  /** The signed certificate that it names, base64. */
  readonly certificate: string;
}

/** Every method throws `OffpayError` when the ledger cannot be asked. */
export interface TerminalLedger {
  /** @returns every issuer that the bank registered, retired ones included. */
  issuers(bankId: string, signal?: AbortSignal): Promise<readonly RegisteredIssuerRow[]>;
  /**
   * @param known the one at hand: what changed since may be fetched alone
   * @returns the bank's newest signed bulletin, or undefined before the first. Put together out of changes, it may turn out not to
   * be the bank's: then it is fetched again, with none at hand.
   */
  bulletin(
    bankId: string,
    known: Bulletin | undefined,
    signal?: AbortSignal,
  ): Promise<Uint8Array | undefined>;
  /**
   * @returns a verdict for each voucher, in their order.
   * @throws {ConflictError} when others keep changing the same reserves: nothing was written.
   */
  settle(batch: VoucherBatch, signal?: AbortSignal): Promise<readonly LedgerVerdict[]>;
  /** @returns the voucher that was settled first, or undefined when it cannot be found yet. */
  settledFirst(
    voucher: ContradictingVoucher,
    signal?: AbortSignal,
  ): Promise<CertifiedClaim | undefined>;
  /** Hands a proof of a double spend to the ledger. Safe to repeat. */
  submitProof(proof: FraudProof, signal?: AbortSignal): Promise<void>;
}
