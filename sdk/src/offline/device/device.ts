// SPDX-License-Identifier: Apache-2.0
// The customer's device: holds what the bank reserved and pays with no network, each request once.
import {
  packPayment,
  signCose,
  toAmount,
  type Amount,
  type Currency,
  type DeviceCertificate,
  type TrustedIssuer,
  type VoucherPlan,
} from '@fabric-offline-pay/domain';
import { OfflineError, RefusedError } from '../../errors.js';
import { systemClock, type Clock } from '../clock.js';
import { inTurn } from '../in-turn.js';
import type { OfflineKey } from '../key/offline-key.js';
import { claimStore } from '../store/owner.js';
import type { Change, Store } from '../store/store.js';
import {
  balanceOf,
  readCertificates,
  readEpochs,
  readKnownEpochs,
  type Balance,
  type Epoch,
  type KnownEpochs,
} from './epochs.js';
import { checkCertificate, ensureOpenEpoch } from './import-certificate.js';
import {
  cancellationChange,
  evidenceOf,
  readCancelled,
  readHistory,
  receiptChange,
  type CancelledVoucher,
  type KeptEvidence,
  type PaymentHistory,
} from './outcomes.js';
import { ensureNotPaid, ensureSum, planPayment } from './plan.js';
import { readRequest, type CertifiedPayee, type ReadRequest } from './read-request.js';
import {
  asked,
  certificates,
  handed,
  ordinal,
  payments,
  states,
  type AskedRecord,
  type PaymentRecord,
  type ReceiptLine,
} from './records.js';

/** What a device is opened with. */
export interface DeviceOptions {
  readonly store: Store;
  readonly key: OfflineKey;
  /** Issuers of banks whose word the customer takes for who a payee is: nobody's unless told. */
  readonly issuers?: readonly TrustedIssuer[];
  readonly clock?: Clock;
}

/** Whose device it is, what the customer calls it, and whose money it holds. */
export type DeviceOwner = Pick<DeviceCertificate, 'channel' | 'bankId' | 'customerId' | 'deviceId'>;

/** What a request asks for, for the customer to read before paying. */
export interface RequestView {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly currency: Currency;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Whether the device answered it before. */
  readonly paid: boolean;
  /** Whom a bank certified as payee; null when nobody says who asks: the names above may be anybody's then. */
  readonly payee: {
    readonly name: string;
    readonly licence: string;
    readonly bankId: string;
  } | null;
}

/** What the customer is shown and checks before it pays. */
export interface PayOptions {
  /** What the till shows, kept in the history; its sum must be the amount. */
  readonly lines?: readonly ReceiptLine[];
  /** Pays an order number again that was paid by another request. The customer must have asked for it. */
  readonly again?: boolean;
}

/** What the device hands to the terminal. */
export interface Payment extends PaymentRecord {
  /** Voucher and device certificate in one, packed: for one QR code, or a file. */
  readonly bytes: Buffer;
  /** The request was answered before, and these are the same bytes. */
  readonly repeated: boolean;
}

/** The certificate that the voucher names; a top-up may have come since it was planned. */
function certificateOf({ certificates: held }: Epoch, { voucher }: VoucherPlan): Buffer {
  const named = held.find(
    (entry) => Buffer.compare(entry.held.digest, voucher.certificateDigest) === 0,
  );
  if (named === undefined) throw new OfflineError('STORE_DAMAGED', { missing: 'certificate' });
  return named.bytes;
}

const nameOf = ({ certificate: { name, licence, bankId } }: CertifiedPayee) => ({
  ...{ name, licence, bankId },
});

const askedOf = ({ bytes, payee }: ReadRequest): AskedRecord => ({
  request: bytes.toString('base64'),
  payee: payee?.bytes.toString('base64') ?? null,
});

function recordOf(
  plan: VoucherPlan,
  epoch: Epoch,
  { request, hash }: ReadRequest,
  lines: readonly ReceiptLine[],
): PaymentRecord {
  return {
    merchantId: request.merchantId,
    orderNumber: request.orderNumber,
    amount: toAmount(request.amount),
    currency: request.currency,
    time: plan.voucher.time,
    epoch: epoch.state.epoch,
    counter: plan.voucher.counter,
    lines,
    requestHash: hash,
  };
}

/** A customer's device: pays a terminal with neither side online, out of money that its bank reserved. */
export class Device {
  readonly #store: Store;
  readonly #key: OfflineKey;
  readonly #clock: Clock;
  readonly #issuers: readonly TrustedIssuer[];
  readonly #inTurn = inTurn();

  private constructor({ store, key, issuers = [], clock = systemClock }: DeviceOptions) {
    this.#store = store;
    this.#key = key;
    this.#issuers = issuers;
    this.#clock = clock;
  }

  /**
   * @param options the store holds this device alone. A copy of it must never be opened: it would spend twice
   * @throws {OfflineError} STORE_FOREIGN when the store belongs to another key.
   */
  static async open(options: DeviceOptions): Promise<Device> {
    await claimStore(options.store, { kind: 'device', publicKey: options.key.publicKey });
    return new Device(options);
  }

  /** Base64 DER SubjectPublicKeyInfo: what the bank registers. */
  get publicKey(): string {
    return this.#key.publicKey;
  }

  /**
   * Keeps a certificate of the bank: a new epoch, or a top-up of one. Safe to repeat.
   * @param issuers whom the customer trusts to speak for the bank
   * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_CERTIFICATE_FORGED, OFFLINE_CERTIFICATE_MISMATCH
   * @throws {OfflineError} EPOCH_SEALED
   */
  importCertificate(bytes: Uint8Array, issuers: readonly TrustedIssuer[]): Promise<Balance> {
    return this.#inTurn(async () => {
      const known = await readCertificates(this.#store);
      const checked = checkCertificate(bytes, issuers, this.publicKey, known);
      await ensureOpenEpoch(this.#store, checked);
      const { epoch, sequence } = checked.held.certificate;
      await this.#store.write([
        certificates.put(checked.bytes.toString('base64'), ordinal(epoch), ordinal(sequence)),
      ]);
      const balances = await this.balances();
      const balance = balances.find((entry) => entry.epoch === epoch);
      if (balance === undefined) throw new OfflineError('STORE_DAMAGED', { epoch });
      return balance;
    });
  }

  /**
   * @param request as the terminal showed it
   * @throws {RefusedError} OFFLINE_MALFORMED for anything but a payment request; OFFLINE_PAYEE_UNTRUSTED for one that pays somebody
   * else than its certificate says; OFFLINE_NOT_ALLOWED while nothing is reserved
   */
  async view(request: Uint8Array): Promise<RequestView> {
    const epochs = await readEpochs(this.#store);
    const { request: read, hash, payee } = this.#read(request, epochs);
    const { merchantId, orderNumber, currency, expiresAt } = read;
    return {
      ...{ merchantId, orderNumber, currency, expiresAt },
      amount: toAmount(read.amount),
      paid: epochs.some(({ state }) => Object.hasOwn(state.answers, hash)),
      payee: payee === undefined ? null : nameOf(payee),
    };
  }

  /**
   * Answers a payment request. Counter and payload are durable before they are signed, the signed bytes before they are
   * returned; asked again, the device returns the same bytes.
   * @param request as the terminal showed it
   * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED, OFFLINE_NOT_ALLOWED and what `planVoucher` refuses
   * @throws {OfflineError} ORDER_PAID_BEFORE, RECEIPT_MISMATCH, EPOCH_SEALED, STORE_…: nothing was handed out.
   */
  pay(request: Uint8Array, options: PayOptions = {}): Promise<Payment> {
    return this.#inTurn(async () => {
      const epochs = await readEpochs(this.#store);
      const read = this.#read(request, epochs);
      const { epoch, plan } = planPayment(epochs, read, this.#clock());
      if (!plan.repeated) await this.#remember(epoch, plan, read, options);
      const bytes = await this.#signed(epoch, plan);
      const record = await payments.get(this.#store, ...this.#keyOf(epoch, plan));
      if (record === undefined) throw new OfflineError('STORE_DAMAGED', { missing: 'payment' });
      return { ...record, bytes, repeated: plan.repeated };
    });
  }

  /** What can be spent, by epoch, the oldest first. */
  async balances(): Promise<readonly Balance[]> {
    const now = this.#clock();
    return (await readEpochs(this.#store)).map((epoch) => balanceOf(epoch, now));
  }

  /** Every payment and what became of it, in the order in which they were made, epoch by epoch. */
  history(): Promise<readonly PaymentHistory[]> {
    return readHistory(this.#store);
  }

  /**
   * Keeps a terminal's receipt: evidence that the payment was accepted, should the merchant ask again. Safe to repeat.
   * @throws {RefusedError} NOT_FOUND, OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED, OFFLINE_SIGNATURE_INVALID, OFFLINE_REQUEST_MISMATCH,
   * IDEMPOTENCY_CONFLICT
   */
  importReceipt(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      const epochs = await readEpochs(this.#store);
      await this.#store.write([await receiptChange(this.#store, this.#issuers, epochs, bytes)]);
    });
  }

  /**
   * Keeps a terminal's cancellation: the voucher stays counted, and its money returns to the account as soon as the bank is told.
   * Safe to repeat.
   * @throws {RefusedError} NOT_FOUND, OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED, OFFLINE_SIGNATURE_INVALID, IDEMPOTENCY_CONFLICT
   */
  importCancellation(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      await this.#store.write([await cancellationChange(this.#store, this.#issuers, bytes)]);
    });
  }

  /** Every voucher that its payee cancelled: what the bank is told, by `offline.cancel`. */
  async cancelled(): Promise<readonly CancelledVoucher[]> {
    const [newest] = await readCertificates(this.#store);
    return newest === undefined ? [] : readCancelled(this.#store, newest.held.certificate);
  }

  /** Whose it is, by its newest certificate. @returns undefined before the first. */
  async owner(): Promise<DeviceOwner | undefined> {
    const [newest] = await readCertificates(this.#store);
    return newest?.held.certificate;
  }

  /** What the bank must know before it grants an epoch: a certificate of one that is sealed would be refused. */
  knownEpochs(): Promise<KnownEpochs> {
    return readKnownEpochs(this.#store);
  }

  /** What the device keeps of a payment: for a dispute. @returns undefined when it was never handed out. */
  async evidence(
    payment: Pick<PaymentRecord, 'epoch' | 'counter'>,
  ): Promise<KeptEvidence | undefined> {
    const found = (await this.history()).find(
      ({ epoch, counter }) => epoch === payment.epoch && counter === payment.counter,
    );
    return found && evidenceOf(this.#store, found);
  }

  /** Waits for what is under way and closes the store. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#store.close());
  }

  #read(request: Uint8Array, epochs: readonly Epoch[]): ReadRequest {
    const channel = epochs[0]?.certificates[0].held.certificate.channel;
    if (channel === undefined)
      throw new RefusedError({
        code: 'OFFLINE_NOT_ALLOWED',
        message: 'The device has nothing reserved.',
        details: {},
      });
    return readRequest(request, { channel, issuers: this.#issuers, now: this.#clock() });
  }

  #keyOf({ state }: Epoch, { voucher }: VoucherPlan): [epoch: string, counter: string] {
    return [ordinal(state.epoch), ordinal(voucher.counter)];
  }

  async #remember(
    epoch: Epoch,
    plan: VoucherPlan,
    read: ReadRequest,
    { lines = [], again = false }: PayOptions,
  ): Promise<void> {
    ensureSum(lines, read.request);
    const history = await this.history();
    const standing = history.filter(({ state }) => state !== 'cancelled');
    if (!again) ensureNotPaid(standing, read);
    const key = this.#keyOf(epoch, plan);
    const changes: readonly Change[] = [
      states.put(plan.state, ordinal(epoch.state.epoch)),
      payments.put(recordOf(plan, epoch, read, lines), ...key),
      asked.put(askedOf(read), ...key),
    ];
    await this.#store.write(changes);
  }

  async #signed(epoch: Epoch, plan: VoucherPlan): Promise<Buffer> {
    const key = this.#keyOf(epoch, plan);
    const before = await handed.get(this.#store, ...key);
    if (before !== undefined) return Buffer.from(before, 'base64');
    const voucher = await signCose('offpay/voucher', plan.payload, this.#key.sign);
    const bytes = packPayment({ voucher, certificate: certificateOf(epoch, plan) });
    await this.#store.write([handed.put(bytes.toString('base64'), ...key)]);
    return bytes;
  }
}
