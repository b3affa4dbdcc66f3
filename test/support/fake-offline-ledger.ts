// SPDX-License-Identifier: Apache-2.0
// A ledger for terminals, of reserves and the domain's own settlement, that can be out of reach, conflict, or die after
// it has written.
import {
  deviceSubject,
  encodeFraudProof,
  reserves,
  settleVoucher,
  verifyDeviceCertificate,
  type CertifiedClaim,
  type FraudProof,
  type IssuerRetirement,
  type IssuerRow,
  type RegisteredIssuerRow,
  type ReserveRow,
  type Verdict,
} from '@fabric-offline-pay/domain';
import { ConflictError, UnavailableError } from '@fabric-offline-pay/sdk';
import type {
  ClaimedVoucher,
  ContradictingVoucher,
  TerminalLedger,
  VoucherBatch,
} from '@fabric-offline-pay/sdk/offline';
import { defined, valueFor } from './defined.js';
import { settleContext } from './offline-world.js';

const keyOf = (device: { customerId: string; deviceId: string; epoch: number }): string =>
  `${deviceSubject(device)}/${device.epoch}`;

export class FakeOfflineLedger implements TerminalLedger {
  reachable = true;
  /** How many of the next batches conflict: those of more vouchers than `conflictAbove`. */
  conflicts = 0;
  conflictAbove = 0;
  /** What a batch is answered instead of verdicts, before anything is written. */
  refusing: (batch: VoucherBatch) => Error | undefined = () => undefined;
  /** Called after a batch was written and before it is answered. */
  afterWriting: () => void = () => undefined;
  newestBulletin: Uint8Array | undefined;
  /** Of the issuer. */
  retired: IssuerRetirement | null = null;
  /** Issuers that are listed after the first. */
  readonly others: RegisteredIssuerRow[] = [];
  /** The order numbers that were paid, one entry a payment. */
  readonly paid: string[] = [];
  readonly batchIds: string[] = [];
  readonly batchSizes: number[] = [];
  readonly proofs: string[] = [];
  readonly #reserves = new Map<string, ReserveRow>();
  readonly #answers = new Map<string, readonly Verdict[]>();
  readonly #settled = new Map<string, CertifiedClaim>();

  constructor(
    readonly issuer: IssuerRow,
    readonly clock: () => number,
  ) {}

  fund(certificate: Uint8Array): void {
    const held = verifyDeviceCertificate(certificate, [this.issuer, ...this.others]);
    const row = this.#reserves.get(keyOf(held.certificate));
    const next = row
      ? reserves.topUpReserve(row, held.certificate, held.digest).reserve
      : reserves.openReserve(held.certificate, held.digest);
    this.#reserves.set(keyOf(held.certificate), next);
  }

  reserveOf(device: { customerId: string; deviceId: string; epoch: number }): ReserveRow {
    return valueFor(this.#reserves, keyOf(device));
  }

  issuers(): Promise<readonly RegisteredIssuerRow[]> {
    return this.#answer(() => [{ ...this.issuer, retired: this.retired }, ...this.others]);
  }

  bulletin(): Promise<Uint8Array | undefined> {
    return this.#answer(() => this.newestBulletin);
  }

  settle(batch: VoucherBatch): Promise<readonly Verdict[]> {
    return this.#answer(() => {
      this.batchIds.push(batch.batchId);
      this.batchSizes.push(batch.vouchers.length);
      if (this.conflicts > 0 && batch.vouchers.length > this.conflictAbove) {
        this.conflicts -= 1;
        throw new ConflictError('tx', {});
      }
      const refusal = this.refusing(batch);
      if (refusal !== undefined) throw refusal;
      const before = this.#answers.get(batch.batchId);
      if (before !== undefined) return before;
      const verdicts = batch.vouchers.map((claim) => this.#judge(batch, claim));
      this.#answers.set(batch.batchId, verdicts);
      this.afterWriting();
      return verdicts;
    });
  }

  settledFirst(voucher: ContradictingVoucher): Promise<CertifiedClaim | undefined> {
    return this.#answer(() => {
      const row = this.#reserves.get(keyOf(voucher));
      const counters = row?.counters ?? [];
      const first =
        counters.find(({ counter }) => counter >= voucher.entry.counter) ?? counters.at(-1);
      return first && this.#settled.get(first.digest);
    });
  }

  submitProof(proof: FraudProof): Promise<void> {
    return this.#answer(() => {
      this.proofs.push(encodeFraudProof(proof));
    });
  }

  #judge({ merchantId, currency }: VoucherBatch, claimed: ClaimedVoucher): Verdict {
    const claim = {
      voucher: Buffer.from(claimed.voucher, 'base64'),
      requestPayload: Buffer.from(claimed.request, 'base64'),
    };
    const context = settleContext({ merchantId, currency, now: this.clock() });
    const key = keyOf(claimed);
    const result = settleVoucher(this.#reserves.get(key), claim, context);
    if (result.reserve !== undefined) this.#reserves.set(key, result.reserve);
    if (result.verdict === 'settled') {
      this.paid.push(defined(result.request, 'request').orderNumber);
      const certificate = Buffer.from(claimed.certificate, 'base64');
      this.#settled.set(defined(result.entry, 'entry').digest, { ...claim, certificate });
    }
    return result.verdict;
  }

  async #answer<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    if (!this.reachable) throw new UnavailableError({ address: 'peer' });
    return work();
  }
}
