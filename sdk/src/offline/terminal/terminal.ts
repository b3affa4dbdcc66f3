// SPDX-License-Identifier: Apache-2.0
// The merchant's terminal: asks for money and accepts it without a network, for days, and settles when there is one.
import { packRequest, verdictOf } from '@fabric-offline-pay/domain';
import { OfflineError, RefusedError, UnavailableError } from '../../errors.js';
import { writeDurably } from '../../files/write-durably.js';
import { fromBase64 } from '../base64.js';
import { systemClock, type Clock } from '../clock.js';
import { inTurn } from '../in-turn.js';
import type { Roots } from '../issuer/vouched.js';
import type { OfflineKey } from '../key/offline-key.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import { claimStore } from '../store/owner.js';
import type { Store } from '../store/store.js';
import { acceptPayment, type Acceptance } from './accept.js';
import { askFor } from './ask.js';
import { runInBackground, type BackgroundOptions, type BackgroundSync } from './background-sync.js';
import type { TerminalContext } from './context.js';
import { cancelOrder, dropAfterRestoration } from './former-requests.js';
import { TerminalEvents, type TerminalEvent } from './events.js';
import { learn, learnFromLedger, type BankNews } from './learn.js';
import { ownPayee, validPayee, type CertifiedAs } from './own-payee.js';
import type { RequestInput } from './make-request.js';
import { pursueFrauds } from './pursue.js';
import { importPayment, signReceipt } from './receipt.js';
import { recordVerdicts } from './record-verdicts.js';
import { payments, proofs, type AcceptedPayment, type ProofRecord } from './records.js';
import { sendWaiting, type SendOptions } from './send-batches.js';
import type { StuckBatch, UnprovenFraud } from './stuck.js';
import { newRun, noteFailure, type SyncRun } from './sync-run.js';
import type { TerminalLedger } from './terminal-ledger.js';
import { checkTillLimits, type TillLimits } from './till-limits.js';
import { upgradeStore } from './upgrade.js';
import { readWaiting, waitingOf, type Waiting } from './waiting.js';

/** Options of {@link Terminal.open}. */
export interface TerminalOptions {
  readonly store: Store;
  readonly key: OfflineKey;
  readonly channel: string;
  readonly merchantId: string;
  readonly terminalId: string;
  /** Certificates of the authorities of the banks whose customers may pay here. The banks hand them out. */
  readonly roots: Roots;
  /** How long a request may be answered, in seconds. Default: 300. */
  readonly requestSeconds?: number;
  /** What the terminal may take before it settles, in addition to the bank's caps. Default: no limits. */
  readonly limits?: TillLimits;
  readonly clock?: Clock;
}

/** What the terminal shows to the device. */
export interface ShownRequest {
  readonly orderNumber: string;
  /** The signed request, packed with the terminal's payee certificate, for one QR code or a file. */
  readonly bytes: Buffer;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Whether the request was made before. */
  readonly repeated: boolean;
}

/** The result of one synchronisation. */
export interface SyncReport {
  readonly settled: number;
  readonly refused: number;
  /** Only payments that can be read. */
  readonly waiting: Waiting;
  /** Payments that somebody must look at. They wait, and the next synchronisation tries them again. */
  readonly stuck: readonly StuckBatch[];
  /** Double spends whose proof cannot be made, or that the ledger does not take. The next synchronisation tries them again. */
  readonly unproven: readonly UnprovenFraud[];
}

const notAccepted = (orderNumber: string): RefusedError =>
  new RefusedError({
    code: 'NOT_FOUND',
    message: 'The terminal has accepted no payment of this order.',
    details: { orderNumber },
  });

/** Stops when the ledger cannot be reached, since nothing else can be asked then. No other fault of the news stops the settlement. */
async function learnNews(run: SyncRun): Promise<void> {
  try {
    await learnFromLedger(run.context, run.ledger, run.signal);
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    noteFailure(run, error);
  }
}

/** A merchant's terminal. It asks for money and accepts it without a network, for days, and settles when there is one. */
export class Terminal {
  readonly #context: TerminalContext;
  readonly #syncing = inTurn();
  readonly #background = new Set<BackgroundSync>();

  private constructor(options: TerminalOptions) {
    const { store, key, channel, merchantId, terminalId, roots } = options;
    const { requestSeconds = 300, clock = systemClock, limits } = options;
    this.#context = {
      store,
      clock,
      limits,
      till: { channel, merchantId, terminalId, key, requestSeconds },
      trust: { channel, roots },
      events: new TerminalEvents(),
      inTurn: inTurn(),
    };
  }

  /**
   * Opens the terminal of a store, and converts the store of an earlier version. After a restoration of the store, it forgets
   * the requests that were not paid.
   * @throws {OfflineError} STORE_FOREIGN when the store belongs to another terminal or key; STORE_NEWER when a later version wrote it
   * @throws {ConfigurationError} for limits without effect or with a misspelt name
   */
  static async open(options: TerminalOptions): Promise<Terminal> {
    checkTillLimits(options.limits ?? {});
    const { store, key, channel, merchantId, terminalId } = options;
    const { publicKey } = key;
    await claimStore(store, { kind: 'terminal', channel, merchantId, terminalId, publicKey });
    await upgradeStore(store);
    await dropAfterRestoration(store);
    return new Terminal(options);
  }

  /**
   * Gives the terminal a bank's issuers and bulletin from a file, where there is never a network.
   * @throws {OfflineError} ISSUER_UNTRUSTED
   * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID, OFFLINE_WRONG_CHANNEL, OFFLINE_CLOCK_WRONG
   */
  learn(news: BankNews): Promise<void> {
    return learn(this.#context, news);
  }

  /**
   * Asks for money. Asked again for the same order number, the terminal shows the stored request again. A request that expired
   * unpaid is replaced by a new one.
   * @throws {RefusedError} INPUT_INVALID; IDEMPOTENCY_CONFLICT for other content; OFFLINE_BULLETIN_MISSING, OFFLINE_CLOCK_WRONG,
   * OFFLINE_BULLETIN_STALE, OFFLINE_NOT_ALLOWED, OFFLINE_OVER_PAYMENT_CAP, OFFLINE_MALFORMED; by the merchant's own
   * limits OFFLINE_TILL_OVERDUE, OFFLINE_TILL_CURRENCY, OFFLINE_TILL_OVER_PAYMENT, OFFLINE_TILL_FULL
   * @throws {OfflineError} PAYEE_CERTIFICATE_OVER until the bank certifies the terminal again and the terminal learns that
   */
  request(input: RequestInput): Promise<ShownRequest> {
    return this.#context.inTurn(async () => {
      const payee = await validPayee(this.#context);
      const { record, repeated } = await askFor(this.#context, input);
      const { orderNumber, expiresAt, bytes } = record;
      const request = fromBase64(bytes);
      const shown = packRequest({ request, ...(payee && { payee: payee.bytes }) });
      return { orderNumber, expiresAt, repeated, bytes: shown };
    });
  }

  /**
   * Decides on a payment, and stores it durably before the answer says accepted. Never throws for a refusal.
   * @param bytes voucher and certificate in one, as read from a QR code or a file
   * @throws {OfflineError} STORE_…: the payment is not accepted, and the same bytes may be presented again
   */
  accept(orderNumber: string, bytes: Uint8Array): Promise<Acceptance> {
    return this.#context.inTurn(async () => {
      const acceptance = await acceptPayment(this.#context, orderNumber, bytes);
      if (acceptance.accepted && !acceptance.repeated) this.#wake();
      return acceptance;
    });
  }

  /**
   * Gives up the requests of an order that nobody paid. A customer whose voucher was not read gets the money back with the
   * cancellation. Safe to repeat. Asked again, the terminal makes a new request for an order that is not paid.
   * @returns a signed cancellation of each request. The device knows the one that it answered.
   * @throws {RefusedError} NOT_FOUND; IDEMPOTENCY_CONFLICT when the only request of the order is paid
   */
  cancel(orderNumber: string): Promise<readonly Buffer[]> {
    return this.#context.inTurn(() => cancelOrder(this.#context, orderNumber));
  }

  /** @returns the name that devices show for this terminal, and until when. Undefined when no bank certified it. */
  async certifiedAs(): Promise<CertifiedAs | undefined> {
    const payee = await ownPayee(this.#context);
    if (payee === undefined) return undefined;
    const { name, licence, validUntil } = payee.certificate;
    return { name, licence, validUntil };
  }

  /** @returns the signed receipt of an accepted payment. @throws {RefusedError} NOT_FOUND */
  async receipt(orderNumber: string): Promise<Buffer> {
    const payment = await this.payment(orderNumber);
    if (payment === undefined) throw notAccepted(orderNumber);
    return signReceipt(this.#context.till, payment);
  }

  /**
   * Imports a payment that this merchant accepted and this terminal does not know, from the evidence on the customer's device.
   * Safe to repeat.
   * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED and others, when the evidence does not prove such a payment
   */
  importPayment(evidence: Uint8Array): Promise<AcceptedPayment> {
    return this.#context.inTurn(async () => {
      const payment = await importPayment(this.#context, evidence);
      this.#wake();
      return payment;
    });
  }

  /**
   * What is accepted and not settled yet: how many payments, how much money, until when.
   * @throws {OfflineError} STORE_DAMAGED when one of these payments is missing or cannot be read, because the sum would be too low
   */
  async waiting(): Promise<Waiting> {
    const { found, damaged } = await readWaiting(this.#context.store);
    if (damaged.length > 0) throw new OfflineError('STORE_DAMAGED', { orderNumbers: damaged });
    return waitingOf(found);
  }

  /** @returns the accepted payment of an order; undefined when there is none. */
  payment(orderNumber: string): Promise<AcceptedPayment | undefined> {
    return payments.get(this.#context.store, orderNumber);
  }

  /** Every accepted payment, by order number. */
  payments(): Promise<readonly AcceptedPayment[]> {
    return payments.list(this.#context.store);
  }

  /** Double spends that the terminal noticed, with their proofs. */
  proofs(): Promise<readonly ProofRecord[]> {
    return proofs.list(this.#context.store);
  }

  /**
   * Writes a proof to a file that anyone can verify.
   * @throws {RefusedError} NOT_FOUND while there is no proof
   */
  async saveProof(voucherDigest: string, file: string): Promise<void> {
    const record = await proofs.get(this.#context.store, voucherDigest);
    if (record?.proof == null)
      throw new RefusedError({
        code: 'NOT_FOUND',
        message: 'There is no proof of this voucher.',
        details: { voucherDigest },
      });
    await writeDurably(file, record.proof);
  }

  /**
   * Fetches issuers and bulletins, settles what waits, and pursues double spends. May be stopped, or crash, at any point: the
   * next run continues. What the ledger does not take is in the report and stops nothing else.
   * @throws {OffpayError} the first failure to ask the ledger, after everything else was tried. What could not be asked waits.
   */
  sync(ledger: TerminalLedger, options: SendOptions = {}): Promise<SyncReport> {
    return this.#syncing(async () => {
      options.signal?.throwIfAborted();
      const run = newRun(this.#context, ledger, options.signal);
      await learnNews(run);
      await sendWaiting(run, options);
      await pursueFrauds(run);
      return this.#reportOf(run);
    });
  }

  /** Synchronises in the background until it or the terminal is closed. `events` reports what happens. */
  startSync(
    ledger: TerminalLedger,
    options: Omit<SendOptions, 'signal'> & BackgroundOptions = {},
  ): BackgroundSync {
    const { intervalMs, signal, ...sending } = options;
    const background = runInBackground(
      (ended) => this.sync(ledger, { ...sending, signal: ended }),
      this.#context.events,
      { ...(intervalMs !== undefined && { intervalMs }), ...(signal && { signal }) },
    );
    this.#background.add(background);
    return background;
  }

  /**
   * Stores the verdict of `offline.order` on the payment of an order to deliver, which is settled with its order.
   * @param verdict the number in the transaction's output
   * @throws {RefusedError} NOT_FOUND
   */
  async recordVerdict(orderNumber: string, verdict: number): Promise<AcceptedPayment> {
    const payment = await this.payment(orderNumber);
    const name = withRefusedErrors(() => verdictOf(verdict));
    const [after] = payment
      ? await recordVerdicts(this.#context, [{ payment, verdict: name }])
      : [];
    if (after === undefined) throw notAccepted(orderNumber);
    return after;
  }

  /** Events from now on. Nothing depends on their being read. Ends when the terminal is closed. */
  events(signal?: AbortSignal): AsyncIterable<TerminalEvent> {
    return this.#context.events.read(signal);
  }

  /** Ends the background synchronisation, waits for calls in progress, and closes the store. */
  async close(): Promise<void> {
    await Promise.all([...this.#background].map((background) => background.close()));
    await this.#syncing(() => Promise.resolve());
    await this.#context.inTurn(() => this.#context.store.close());
    this.#context.events.close();
  }

  /** @throws {OffpayError} the first failure to ask the ledger */
  async #reportOf({ judged, stuck, unproven, failures }: SyncRun): Promise<SyncReport> {
    const [failure] = failures;
    if (failure !== undefined) throw failure;
    const count = (status: AcceptedPayment['status']): number =>
      judged.filter((payment) => payment.status === status).length;
    const counts = { settled: count('settled'), refused: count('refused') };
    const held = stuck.reduce((sum, { orderNumbers }) => sum + orderNumbers.length, 0);
    this.#context.events.emit({ kind: 'synchronised', ...counts, stuck: held });
    const { found } = await readWaiting(this.#context.store);
    return { ...counts, waiting: waitingOf(found), stuck, unproven };
  }

  #wake(): void {
    for (const background of this.#background) background.wake();
  }
}
