// SPDX-License-Identifier: Apache-2.0
// The customer's device: holds what the bank reserved, and pays without a network, each request once.
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
import { fromBase64, toBase64 } from '../base64.js';
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

/** Options of {@link Device.open}. */
export interface DeviceOptions {
  readonly store: Store;
  readonly key: OfflineKey;
  /** Issuers of banks that the customer trusts to certify payees. Default: none. */
  readonly issuers?: readonly TrustedIssuer[];
  readonly clock?: Clock;
}

/** Whose device it is: channel, bank, customer, and the customer's name for the device. */
export type DeviceOwner = Pick<DeviceCertificate, 'channel' | 'bankId' | 'customerId' | 'deviceId'>;

/** What a request asks for. The customer reads it before paying. */
export interface RequestView {
  readonly merchantId: string;
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly currency: Currency;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** Whether the device has already answered this request. */
  readonly paid: boolean;
  /** The payee that a bank certified. Null: nobody certified it, and the names above may belong to anybody. */
  readonly payee: {
    readonly name: string;
    readonly licence: string;
    readonly bankId: string;
  } | null;
}

/** What the customer sees and checks before paying. */
export interface PayOptions {
  /** The lines that the till shows. Their sum must equal the amount. The device keeps them in its history. */
  readonly lines?: readonly ReceiptLine[];
  /** Pays an order number that another request has already paid. Set it only when the customer asked for it. */
  readonly again?: boolean;
}

/** What the device hands to the terminal. */
export interface Payment extends PaymentRecord {
  /** Voucher and device certificate, packed together, for one QR code or a file. */
  readonly bytes: Buffer;
  /** Whether the device had answered this request before. The bytes are then the same as before. */
  readonly repeated: boolean;
}

/** The certificate that the voucher names. A top-up may have arrived since the voucher was planned. */
function namedCertificate({ certificates: held }: Epoch, { voucher }: VoucherPlan): Buffer {
  const named = held.find(
    (entry) => Buffer.compare(entry.held.digest, voucher.certificateDigest) === 0,
  );
  if (named === undefined) throw new OfflineError('STORE_DAMAGED', { missing: 'certificate' });
  return named.bytes;
}

const payeeView = ({ certificate: { name, licence, bankId } }: CertifiedPayee) => ({
  name,
  licence,
  bankId,
});

const askedOf = ({ bytes, payee }: ReadRequest): AskedRecord => ({
  request: toBase64(bytes),
  payee: payee === undefined ? null : toBase64(payee.bytes),
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

/** A customer's device. It pays a terminal while neither side is online, out of money that the customer's bank reserved. */
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
   * @param options its store must hold this device alone. Never open a copy of the store: it would spend the same money twice
   * @throws {OfflineError} STORE_FOREIGN when the store belongs to another key
   */
  static async open(options: DeviceOptions): Promise<Device> {
    await claimStore(options.store, { kind: 'device', publicKey: options.key.publicKey });
    return new Device(options);
  }

  /** Base64 DER SubjectPublicKeyInfo. The bank registers it. */
  get publicKey(): string {
    return this.#key.publicKey;
  }

  /**
   * Keeps a certificate of the bank: a new epoch, or a top-up of one. Safe to repeat.
   * @param bytes the signed certificate
   * @param issuers the issuers that the customer trusts to sign for the bank
   * @returns what can be spent of the certificate's epoch
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
        certificates.put(toBase64(checked.bytes), ordinal(epoch), ordinal(sequence)),
      ]);
      const balances = await this.balances();
      const balance = balances.find((entry) => entry.epoch === epoch);
      if (balance === undefined) throw new OfflineError('STORE_DAMAGED', { epoch });
      return balance;
    });
  }

  /**
   * Reads a request for the customer.
   * @param request the bytes that the terminal showed
   * @throws {RefusedError} OFFLINE_MALFORMED when it is not a payment request; OFFLINE_PAYEE_UNTRUSTED when it pays somebody other than
   * its certificate says; OFFLINE_NOT_ALLOWED while nothing is reserved
   */
  async view(request: Uint8Array): Promise<RequestView> {
    const epochs = await readEpochs(this.#store);
    const { request: read, hash, payee } = this.#read(request, epochs);
    const { merchantId, orderNumber, currency, expiresAt } = read;
    return {
      merchantId,
      orderNumber,
      currency,
      expiresAt,
      amount: toAmount(read.amount),
      paid: epochs.some(({ state }) => Object.hasOwn(state.answers, hash)),
      payee: payee === undefined ? null : payeeView(payee),
    };
  }

  /**
   * Answers a payment request. The device stores counter and payload before it signs them, and the signed bytes before it returns
   * them. Asked again, it returns the same bytes.
   * @param request the bytes that the terminal showed
   * @throws {RefusedError} OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED, OFFLINE_NOT_ALLOWED and what `planVoucher` refuses
   * @throws {OfflineError} ORDER_PAID_BEFORE, RECEIPT_MISMATCH, EPOCH_SEALED, STORE_…: nothing left the device
   */
  pay(request: Uint8Array, options: PayOptions = {}): Promise<Payment> {
    return this.#inTurn(async () => {
      const epochs = await readEpochs(this.#store);
      const read = this.#read(request, epochs);
      const { epoch, plan } = planPayment(epochs, read, this.#clock());
      if (!plan.repeated) await this.#remember(epoch, plan, read, options);
      const bytes = await this.#sign(epoch, plan);
      const record = await payments.get(this.#store, ...this.#keyOf(epoch, plan));
      if (record === undefined) throw new OfflineError('STORE_DAMAGED', { missing: 'payment' });
      return { ...record, bytes, repeated: plan.repeated };
    });
  }

  /** What can be spent, by epoch, the oldest epoch first. */
  async balances(): Promise<readonly Balance[]> {
    const now = this.#clock();
    return (await readEpochs(this.#store)).map((epoch) => balanceOf(epoch, now));
  }

  /** Every payment and what became of it: by epoch, and within an epoch in the order in which they were made. */
  history(): Promise<readonly PaymentHistory[]> {
    return readHistory(this.#store);
  }

  /**
   * Keeps a terminal's receipt. It proves that the payment was accepted, if the merchant asks for it again. Safe to repeat.
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
   * Keeps a terminal's cancellation. The voucher stays counted; its money returns to the account once the bank hears of it.
   * Safe to repeat.
   * @throws {RefusedError} NOT_FOUND, OFFLINE_MALFORMED, OFFLINE_PAYEE_UNTRUSTED, OFFLINE_SIGNATURE_INVALID, IDEMPOTENCY_CONFLICT
   */
  importCancellation(bytes: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      await this.#store.write([await cancellationChange(this.#store, this.#issuers, bytes)]);
    });
  }

  /** Every voucher that its payee cancelled. Report them to the bank by `offline.cancel`. */
  async cancelled(): Promise<readonly CancelledVoucher[]> {
    const [newest] = await readCertificates(this.#store);
    return newest === undefined ? [] : readCancelled(this.#store, newest.held.certificate);
  }

  /** Whose device it is, by its newest certificate. @returns undefined before the first certificate. */
  async owner(): Promise<DeviceOwner | undefined> {
    const [newest] = await readCertificates(this.#store);
    return newest?.held.certificate;
  }

  /** The epochs that the bank must know before it grants a new one: the device refuses certificates of a sealed epoch. */
  knownEpochs(): Promise<KnownEpochs> {
    return readKnownEpochs(this.#store);
  }

  /** What the device keeps of a payment, for a dispute. @returns undefined when the payment never left the device. */
  async evidence(
    payment: Pick<PaymentRecord, 'epoch' | 'counter'>,
  ): Promise<KeptEvidence | undefined> {
    const found = (await this.history()).find(
      ({ epoch, counter }) => epoch === payment.epoch && counter === payment.counter,
    );
    return found && evidenceOf(this.#store, found);
  }

  /** Waits for calls in progress, then closes the store. */
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

  async #sign(epoch: Epoch, plan: VoucherPlan): Promise<Buffer> {
    const key = this.#keyOf(epoch, plan);
    const before = await handed.get(this.#store, ...key);
    if (before !== undefined) return fromBase64(before);
    const voucher = await signCose('offpay/voucher', plan.payload, this.#key.sign);
    const bytes = packPayment({ voucher, certificate: namedCertificate(epoch, plan) });
    await this.#store.write([handed.put(toBase64(bytes), ...key)]);
    return bytes;
  }
}
