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
  /** Depends only on the content: the same batch always has the same id. */
  readonly batchId: string;
  readonly currency: Currency;
  readonly vouchers: readonly ClaimedVoucher[];
}

/** A voucher that contradicts another voucher of its device. */
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
   * @param known the bulletin that the terminal has, so that only later changes need to be fetched
   * @returns the bank's newest signed bulletin, or undefined before the first. A bulletin that was put together from changes may turn
   * out to be wrong; then the terminal fetches it again without `known`.
   */
  bulletin(
    bankId: string,
    known: Bulletin | undefined,
    signal?: AbortSignal,
  ): Promise<Uint8Array | undefined>;
  /**
   * @returns a verdict for each voucher, in the order of the vouchers
   * @throws {ConflictError} when others keep changing the same reserves. Nothing was written
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
