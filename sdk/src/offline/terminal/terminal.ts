// SPDX-License-Identifier: Apache-2.0
// The merchant's terminal: asks for money and accepts it with no network, for days, and settles when there is one.
import {
  toUnits,
  toAmount,
  verdictOf,
  type Amount,
  type Currency,
} from '@fabric-offline-pay/domain';
import { RefusedError } from '../../errors.js';
import { writeDurably } from '../../files/write-durably.js';
import { systemClock, type Clock } from '../clock.js';
import { inTurn } from '../in-turn.js';
import type { Roots } from '../issuer/vouched.js';
import type { OfflineKey } from '../key/offline-key.js';
import { refusing } from '../refused.js';
import { claimStore } from '../store/owner.js';
import type { Store } from '../store/store.js';
import { acceptPayment, type Acceptance } from './accept.js';
import { runInBackground, type BackgroundOptions, type BackgroundSync } from './background-sync.js';
import type { TerminalContext } from './context.js';
import { TerminalEvents, type TerminalEvent } from './events.js';
import { learn, learnFromLedger, type BankNews } from './learn.js';
import { chooseBulletin, ensureSame, makeRequest, type RequestInput } from './make-request.js';
import { pursueFrauds } from './pursue.js';
import { recordVerdicts } from './record-verdicts.js';
import {
  payments,
  proofs,
  requests,
  waiting,
  type AcceptedPayment,
  type ProofRecord,
  type RequestRecord,
} from './records.js';
import { sendWaiting, type SendOptions } from './send-batches.js';
import type { TerminalLedger } from './terminal-ledger.js';
import { allBulletins } from './trust.js';

export interface TerminalOptions {
  readonly store: Store;
  readonly key: OfflineKey;
  readonly channel: string;
  readonly merchantId: string;
  readonly terminalId: string;
  /** The authorities of the banks whose customers may pay here, handed out by the banks. */
  readonly roots: Roots;
  /** How long a request may be answered: 300 s unless told. */
  readonly requestSeconds?: number;
  readonly clock?: Clock;
}

/** What the terminal shows to the device. */
export interface ShownRequest {
  readonly orderNumber: string;
  /** The signed request: for one QR code, or a file. */
  readonly bytes: Buffer;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** The request was made before, and is shown again. */
  readonly repeated: boolean;
}

/** What was accepted and is not settled yet. */
export interface Waiting {
  readonly count: number;
  /** Minor units. */
  readonly sums: Readonly<Record<Currency, Amount>>;
  /** The second after which the first of them is lost, or null when nothing waits. */
  readonly settleUntil: number | null;
}

/** What one synchronisation did. */
export interface SyncReport {
  readonly settled: number;
  readonly refused: number;
  readonly waiting: Waiting;
}

function sumOf(open: readonly AcceptedPayment[]): Waiting {
  const sums: Record<Currency, Amount> = {};
  for (const { currency, amount } of open)
    sums[currency] = toAmount(toUnits(sums[currency] ?? '0') + toUnits(amount));
  const ends = open.map(({ claimUntil }) => claimUntil);
  return { count: open.length, sums, settleUntil: open.length === 0 ? null : Math.min(...ends) };
}

export class Terminal {
  readonly #context: TerminalContext;
  readonly #syncing = inTurn();
  readonly #background = new Set<BackgroundSync>();

  private constructor(options: TerminalOptions) {
    const { store, key, channel, merchantId, terminalId, roots } = options;
    const { requestSeconds = 300, clock = systemClock } = options;
    this.#context = {
      ...{ store, clock },
      till: { channel, merchantId, terminalId, key, requestSeconds },
      trust: { channel, roots },
      events: new TerminalEvents(),
      inTurn: inTurn(),
    };
  }

  /** @throws {OfflineError} STORE_FOREIGN when the store belongs to another terminal or key. */
  static async open(options: TerminalOptions): Promise<Terminal> {
    const { store, key, channel, merchantId, terminalId } = options;
    const { publicKey } = key;
    await claimStore(store, { kind: 'terminal', channel, merchantId, terminalId, publicKey });
    return new Terminal(options);
  }

  /**
   * Tells the terminal of a bank's issuers and bulletin by hand: a file, where there is never a network.
   * @throws {OfflineError} ISSUER_UNTRUSTED
   * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_SIGNATURE_INVALID, OFFLINE_WRONG_CHANNEL, OFFLINE_CLOCK_WRONG
   */
  learn(news: BankNews): Promise<void> {
    return learn(this.#context, news);
  }

  /**
   * Asks for money. The order number is the key: asked again, the terminal shows the stored request again; one that ran
   * out unpaid is made anew.
   * @throws {RefusedError} IDEMPOTENCY_CONFLICT for other content; OFFLINE_BULLETIN_MISSING, OFFLINE_BULLETIN_STALE,
   * OFFLINE_NOT_ALLOWED, OFFLINE_OVER_PAYMENT_CAP, OFFLINE_MALFORMED
   */
  request(input: RequestInput): Promise<ShownRequest> {
    return this.#context.inTurn(async () => {
      const { store, clock } = this.#context;
      const stored = await requests.get(store, input.orderNumber);
      if (stored !== undefined) ensureSame(stored, input);
      const paid = await payments.get(store, input.orderNumber);
      const valid = stored !== undefined && (paid !== undefined || clock() <= stored.expiresAt);
      const record = valid ? stored : await this.#newRequest(input);
      const { orderNumber, expiresAt } = record;
      return {
        ...{ orderNumber, expiresAt },
        bytes: Buffer.from(record.bytes, 'base64'),
        repeated: valid,
      };
    });
  }

  /**
   * Decides on what a device handed over, and keeps it durably before it says accepted. Never throws for a refusal.
   * @param bytes voucher and certificate in one, as read from a QR code or a file
   */
  accept(orderNumber: string, bytes: Uint8Array): Promise<Acceptance> {
    return this.#context.inTurn(async () => {
      const acceptance = await acceptPayment(this.#context, orderNumber, bytes);
      if (acceptance.accepted && !acceptance.repeated) this.#wake();
      return acceptance;
    });
  }

  /** What was accepted and is not settled yet: how many, how much, until when. */
  async waiting(): Promise<Waiting> {
    const open = await Promise.all(
      (await waiting.list(this.#context.store)).map((orderNumber) => this.payment(orderNumber)),
    );
    return sumOf(open.filter((payment) => payment !== undefined));
  }

  payment(orderNumber: string): Promise<AcceptedPayment | undefined> {
    return payments.get(this.#context.store, orderNumber);
  }

  /** Every accepted payment, by order number. */
  payments(): Promise<readonly AcceptedPayment[]> {
    return payments.list(this.#context.store);
  }

  /** Double spends that the terminal met, with their proofs. */
  proofs(): Promise<readonly ProofRecord[]> {
    return proofs.list(this.#context.store);
  }

  /**
   * Writes a proof to a file that anyone can verify.
   * @throws {RefusedError} NOT_FOUND while there is none.
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
   * Fetches issuers and bulletins, settles what waits, and pursues double spends. May be stopped, or die, at any point:
   * the next run goes on.
   * @throws {OffpayError} what the ledger could not be asked for: everything stays as it is.
   */
  sync(ledger: TerminalLedger, options: SendOptions = {}): Promise<SyncReport> {
    return this.#syncing(async () => {
      options.signal?.throwIfAborted();
      await learnFromLedger(this.#context, ledger, options.signal);
      const judged = await sendWaiting(this.#context, ledger, options);
      await pursueFrauds(this.#context, ledger, options.signal);
      const count = (status: AcceptedPayment['status']): number =>
        judged.filter((payment) => payment.status === status).length;
      const report = { settled: count('settled'), refused: count('refused') };
      this.#context.events.emit({ kind: 'synchronised', ...report });
      return { ...report, waiting: await this.waiting() };
    });
  }

  /** Synchronises by itself until it is closed, or the terminal is. What happens is told by `events`. */
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
   * Keeps what `offline.order` answered for a payment of an order to deliver, which travels with its order.
   * @param verdict the number in its output
   * @throws {RefusedError} NOT_FOUND
   */
  async recordVerdict(orderNumber: string, verdict: number): Promise<AcceptedPayment> {
    const payment = await this.payment(orderNumber);
    const name = refusing(() => verdictOf(verdict));
    const [after] = payment
      ? await recordVerdicts(this.#context, [{ payment, verdict: name }])
      : [];
    if (after === undefined)
      throw new RefusedError({
        code: 'NOT_FOUND',
        message: 'The terminal has accepted no payment of this order.',
        details: { orderNumber },
      });
    return after;
  }

  /** What happens from now on; nothing hangs on its being heard. Ends when the terminal is closed. */
  events(signal?: AbortSignal): AsyncIterable<TerminalEvent> {
    return this.#context.events.read(signal);
  }

  /** Ends the background synchronisation, waits for what is under way, and closes the store. */
  async close(): Promise<void> {
    await Promise.all([...this.#background].map((background) => background.close()));
    await this.#syncing(() => Promise.resolve());
    await this.#context.inTurn(() => this.#context.store.close());
    this.#context.events.close();
  }

  #wake(): void {
    for (const background of this.#background) background.wake();
  }

  async #newRequest(input: RequestInput): Promise<RequestRecord> {
    const { store, till, clock } = this.#context;
    const now = clock();
    const bulletin = chooseBulletin(await allBulletins(store), input, now);
    const record = await makeRequest(till, input, bulletin, now);
    await store.write([requests.put(record, record.orderNumber)]);
    return record;
  }
}
