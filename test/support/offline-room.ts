// SPDX-License-Identifier: Apache-2.0
// Devices, terminals and a bank's issuer around one clock, without a network; stores outlive what opened them.
import {
  type Amount,
  type DeviceCertificate,
  type IssuerRow,
  type OfflinePolicy,
  type Revocation,
} from '@fabric-offline-pay/domain';
import {
  Device,
  Issuer,
  memoryStore,
  softwareKey,
  Terminal,
  type OfflineKey,
  type Store,
  type TerminalEvent,
  type TerminalOptions,
} from '@fabric-offline-pay/sdk/offline';
import { FakeOfflineLedger } from './fake-offline-ledger.js';
import { issuerOn } from './offline-issuer.js';
import {
  CERTIFICATES,
  CHANNEL,
  newKey,
  NOW,
  OFFLINE_BANK,
  OFFLINE_MERCHANT,
  OFFLINE_POLICY,
  VECTOR_KEYS,
} from './offline-world.js';

export const ROOTS = { [OFFLINE_BANK]: [CERTIFICATES.root] };

export interface FundOptions {
  readonly customerId?: string;
  readonly epoch?: number;
  readonly total?: Amount;
  readonly currency?: string;
  readonly policy?: OfflinePolicy;
}

export class OfflineRoom {
  now = NOW;
  readonly clock = (): number => this.now;
  readonly issuer = this.issuerOf('issuer');
  /** Whom the ledger does not list before it took over. */
  readonly nextIssuer = this.issuerOf('nextIssuer');
  readonly ledger = new FakeOfflineLedger(this.issuer.row, this.clock);
  #bulletins = 0;

  /** @param clock by which it dates what it signs */
  issuerOf(name: 'issuer' | 'nextIssuer', clock = this.clock): Issuer {
    return issuerOn(CHANNEL, {
      key: softwareKey(VECTOR_KEYS[name]),
      certificate: CERTIFICATES[name],
      clock,
    });
  }

  /** Publishes the next bulletin. */
  async publish(
    revoked: readonly Revocation[] = [],
    policy = OFFLINE_POLICY,
    issuer = this.issuer,
  ): Promise<Buffer> {
    this.#bulletins += 1;
    const bytes = await issuer.bulletin({ number: this.#bulletins, revoked, policy });
    this.ledger.newestBulletin = bytes;
    return bytes;
  }

  /** The next issuer takes over: the ledger lists it, and the newest bulletin is its word. */
  async takeOver(): Promise<Buffer> {
    this.ledger.others.push({ ...this.nextIssuer.row, retired: null });
    return this.publish([], OFFLINE_POLICY, this.nextIssuer);
  }

  async certify(key: OfflineKey, options: FundOptions = {}): Promise<DeviceCertificateBytes> {
    const policy = options.policy ?? OFFLINE_POLICY;
    const total = options.total ?? '20000';
    const signed = await this.issuer.certify({
      customerId: options.customerId ?? 'customer-1',
      deviceId: 'phone',
      epoch: options.epoch ?? 1,
      publicKey: key.publicKey,
      currency: options.currency ?? 'EUR',
      total,
      limits: { perPayment: '5000', total },
      policy,
    });
    this.ledger.fund(signed.bytes);
    return signed;
  }

  /** A device that the bank funded. */
  async device(
    options: FundOptions & {
      readonly store?: Store;
      readonly key?: OfflineKey;
      /** Who says whom a request pays: the bank's issuer unless told. */
      readonly payeesBy?: readonly IssuerRow[];
    } = {},
  ): Promise<Device> {
    const { store = memoryStore(), key = softwareKey(newKey()), payeesBy } = options;
    const device = await this.openDevice(store, key, payeesBy);
    const { bytes } = await this.certify(key, options);
    await device.importCertificate(bytes, [this.issuer.row]);
    return device;
  }

  openDevice(
    store: Store,
    key: OfflineKey,
    issuers: readonly IssuerRow[] = [this.issuer.row],
  ): Promise<Device> {
    return Device.open({ store, key, issuers, clock: this.clock });
  }

  openTerminal(
    store: Store = memoryStore(),
    merchantId = OFFLINE_MERCHANT,
    key: OfflineKey = softwareKey(VECTOR_KEYS.terminal),
    more: Partial<TerminalOptions> = {},
  ): Promise<Terminal> {
    const { clock } = this;
    const options = { store, key, channel: CHANNEL, merchantId, terminalId: 'till-1', clock };
    return Terminal.open({ ...options, roots: ROOTS, ...more });
  }

  /** A terminal that knows the bank's issuer and its newest bulletin. */
  async terminal(
    store: Store = memoryStore(),
    merchantId = OFFLINE_MERCHANT,
    more: Partial<TerminalOptions> = {},
  ): Promise<Terminal> {
    const terminal = await this.openTerminal(store, merchantId, undefined, more);
    const bulletin = this.ledger.newestBulletin ?? (await this.publish());
    await terminal.learn({ issuers: [this.issuer.row], bulletin });
    return terminal;
  }
}

interface DeviceCertificateBytes {
  readonly certificate: DeviceCertificate;
  readonly bytes: Buffer;
}

/** Two devices with the same store and key: what a thief makes. */
export async function clonesIn(room: OfflineRoom): Promise<readonly [Device, Device]> {
  const contents = new Map<string, string>();
  const key = softwareKey(newKey());
  const store = memoryStore(contents);
  const original = await room.device({ store, key, customerId: 'customer-2' });
  return [original, await room.openDevice(memoryStore(new Map(contents)), key)];
}

/** What happens at a terminal during some work. */
export async function eventsDuring(
  terminal: Terminal,
  work: () => Promise<unknown>,
): Promise<readonly TerminalEvent[]> {
  const stop = new AbortController();
  const heard: TerminalEvent[] = [];
  const events = terminal.events(stop.signal);
  const reading = (async () => {
    for await (const event of events) heard.push(event);
  })();
  await work();
  // What was told before is read before the end is.
  await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await reading;
  return heard;
}

/** One payment with both sides offline. */
export async function exchange(
  terminal: Terminal,
  device: Device,
  orderNumber: string,
  amount: Amount = '1250',
) {
  const { bytes: request } = await terminal.request({ orderNumber, amount, currency: 'EUR' });
  const payment = await device.pay(request);
  return terminal.accept(orderNumber, payment.bytes);
}
