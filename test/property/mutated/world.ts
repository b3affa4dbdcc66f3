// SPDX-License-Identifier: Apache-2.0
// The world of the mutations: a bank, devices, tills and a ledger that made real payments, built once. Whoever believes something
// is opened anew on a copy of its store for every mutation, and the ledger endorses without a block: nothing is left of a run.
import type { KeyObject } from 'node:crypto';
import {
  decodeVoucher,
  encodeBulletin,
  encodeCancellation,
  encodePayeeCertificate,
  encodePaymentRequest,
  encodePresented,
  encodeVoucher,
  parseCose,
  decodePaymentRequest,
  requestHash,
  unpackPayment,
  unpackRequest,
  type Revocation,
} from '@fabric-offline-pay/domain';
import {
  Device,
  memoryStore,
  softwareKey,
  Terminal,
  type TerminalOptions,
} from '@fabric-offline-pay/sdk/offline';
import { BANK, CURRENCY, MERCHANT, type MemoryLedger } from '@fabric-offline-pay/testing';
import { itemRound } from '../../support/defined.js';
import { CHANNEL, memoryWorld } from '../../support/memory-world.js';
import { base64, OFFLINE, timesOf } from '../../support/offline-ledger.js';
import {
  CERTIFICATES,
  ISSUER,
  newBulletin,
  newDevice,
  newKey,
  pointOf,
  VECTOR_KEYS,
  type Device as DeviceOfWorld,
} from '../../support/offline-world.js';
import type { StoppedClock } from '../clock.js';
import { Notary } from './notary.js';

export const TILL = 'till-1';
export const OTHER_TILL = 'till-2';

/** What is funded of each device on the ledger, and what its next epoch may still have. */
export const FUNDED = 15_000n;
export const NEXT_FUNDED = 5_000n;

export const ISSUER_POINT = pointOf(VECTOR_KEYS.issuer);
export const TERMINAL_POINT = pointOf(VECTOR_KEYS.terminal);

const DEVICES = 3;
const PAYMENTS = 4;
const FAR_FUTURE = 4_102_444_800;

/** Two vouchers of one device that contradict each other. */
export interface Pair {
  readonly kind: 'sameCounter' | 'previousHash' | 'cumulative';
  readonly first: Claim;
  readonly second: Claim;
}

export interface Claim {
  readonly voucher: Buffer;
  /** The payload. */
  readonly request: Buffer;
}

/** One payment, with everything that was signed for it. */
export interface Subject extends Claim {
  readonly device: DeviceOfWorld;
  readonly orderNumber: string;
  /** Packed, with its payee. */
  readonly shown: Buffer;
  readonly signedRequest: Buffer;
  readonly payee: Buffer;
  readonly certificate: Buffer;
  /** Of the device's next epoch. */
  readonly nextCertificate: Buffer;
  readonly receipt: Buffer;
  readonly cancellation: Buffer;
  readonly pair: Pair;
}

type Contents = ReadonlyMap<string, string>;

export interface MutatedWorld {
  readonly clock: StoppedClock;
  /** When all of it was made. */
  readonly seconds: number;
  readonly notary: Notary;
  readonly ledger: MemoryLedger;
  readonly subjects: readonly Subject[];
  /** On the ledger: the newest, and the next. */
  readonly bulletins: readonly [Buffer, Buffer];
  /** At the tills: the one that they have, and a later one. */
  readonly news: readonly [Buffer, Buffer];
  /** The devices' stores, by customer. */
  readonly wallets: ReadonlyMap<string, Contents>;
  readonly tills: Readonly<Record<typeof TILL | typeof OTHER_TILL, Contents>>;
}

/** A till, as its store says. */
export const tillOf = (
  clock: StoppedClock,
  contents: Contents,
  terminalId: string,
  more: Partial<TerminalOptions> = {},
): Promise<Terminal> =>
  Terminal.open({
    ...{
      store: memoryStore(new Map(contents)),
      channel: CHANNEL,
      merchantId: MERCHANT,
      terminalId,
    },
    key: softwareKey(VECTOR_KEYS.terminal),
    roots: { [BANK]: [CERTIFICATES.root] },
    clock: () => clock.seconds,
    ...more,
  });

export const walletOf = (
  clock: StoppedClock,
  contents: Contents,
  key: KeyObject,
): Promise<Device> =>
  Device.open({
    ...{ store: memoryStore(new Map(contents)), key: softwareKey(key), issuers: [ISSUER] },
    clock: () => clock.seconds,
  });

const ISSUER_ROW = {
  ...ISSUER,
  bankId: BANK,
  certificate: CERTIFICATES.issuer,
  authority: CERTIFICATES.root,
};

class Builder {
  readonly notary = new Notary();

  constructor(readonly clock: StoppedClock) {}

  bulletin(number: number, revoked: readonly Revocation[]): Buffer {
    const content = newBulletin({
      ...{ channel: CHANNEL, bankId: BANK, number, revoked, policy: OFFLINE },
      issuedAt: this.clock.seconds,
    });
    return this.notary.sign(VECTOR_KEYS.issuer, 'bulletin', encodeBulletin(content));
  }

  payee(terminalId: string): Buffer {
    const content = {
      ...{ channel: CHANNEL, bankId: BANK, merchantId: MERCHANT, terminalId },
      ...{ terminalKey: TERMINAL_POINT, name: 'Bäckerei Sørensen', licence: 'LIC-1' },
      validUntil: FAR_FUTURE,
    };
    const payload = encodePayeeCertificate(content);
    return this.notary.sign(VECTOR_KEYS.issuer, 'payee-certificate', payload);
  }

  device(key: KeyObject, customerId: string, epoch: number, total: bigint): DeviceOfWorld {
    const times = timesOf(this.clock.seconds);
    const device = newDevice(
      { customerId, deviceId: 'phone', epoch, total, channel: CHANNEL, ...times },
      key,
    );
    this.notary.witness(ISSUER_POINT, 'device-certificate', device.certificateBytes);
    return device;
  }

  /** A till with a store of its own, that knows bank and bulletin. */
  async till(contents: Map<string, string>, terminalId: string, bulletin: Buffer) {
    const till = await tillOf(this.clock, new Map(), terminalId, { store: memoryStore(contents) });
    await till.learn({ issuers: [ISSUER_ROW], bulletin });
    await till.learn({ payee: this.payee(terminalId) });
    return till;
  }
}

/** A voucher that no honest device makes beside the payment's own. */
function contradicting(
  { notary }: Builder,
  device: DeviceOfWorld,
  own: Claim,
  index: number,
): Pair {
  const content = decodeVoucher(parseCose('offpay/voucher', own.voucher).payload);
  const asked = decodePaymentRequest(own.request);
  const request = encodePaymentRequest({ ...asked, orderNumber: `${asked.orderNumber}-x` });
  const kinds = {
    sameCounter: {},
    previousHash: {
      ...{ counter: content.counter + 1, cumulative: content.cumulative + asked.amount },
      previous: Buffer.alloc(32, 9),
    },
    cumulative: {
      counter: content.counter + 2,
      previous: Buffer.alloc(32, 9),
    },
  } as const;
  const kind = itemRound(['sameCounter', 'previousHash', 'cumulative'] as const, index);
  const other = { ...content, ...kinds[kind], requestHash: requestHash(request) };
  const voucher = notary.sign(device.key, 'voucher', encodeVoucher(other));
  return { kind, first: own, second: { voucher, request } };
}

/** Builds the world; the clock must be installed. */
export async function openMutatedWorld(clock: StoppedClock): Promise<MutatedWorld> {
  const builder = new Builder(clock);
  const { notary } = builder;
  const { ledger, world, clientFor } = await memoryWorld({ now: clock.now });
  const operator = clientFor('bank', 'operator', BANK).offline;
  const node = clientFor('bank', 'bank-node', BANK).offline;
  const { issuer: certificate, root: authority } = CERTIFICATES;
  await operator.registerIssuer({ bankId: BANK, certificate, authority });
  const bulletins = [builder.bulletin(1, []), builder.bulletin(2, [])] as const;
  await node.publishBulletin({ bankId: BANK, bulletin: base64(bulletins[0]) });

  const lost = { customerId: 'customer-7', deviceId: 'phone', epoch: 3 };
  const gone = { ...lost, customerId: 'customer-8' };
  const news = [
    builder.bulletin(1, [lost, gone]),
    builder.bulletin(3, [gone, { ...lost, epoch: 'all' }]),
  ] as const;
  const contents = new Map<string, string>();
  const others = new Map<string, string>();
  const till = await builder.till(contents, TILL, news[0]);
  await builder.till(others, OTHER_TILL, news[0]);

  const wallets = new Map<string, Map<string, string>>();
  const paid: Omit<Subject, 'receipt' | 'cancellation' | 'pair'>[] = [];
  for (let index = 0; index < DEVICES; index += 1) {
    const customerId = `customer-${index}`;
    const { privateKey } = await world.customer(customerId);
    const device = builder.device(privateKey, customerId, 1, FUNDED);
    const next = builder.device(privateKey, customerId, 2, NEXT_FUNDED);
    const key = { customerId, deviceId: 'phone', epoch: 1 };
    await node.fund({ ...key, certificate: base64(device.certificateBytes) });
    const store = new Map<string, string>();
    wallets.set(customerId, store);
    const wallet = await Device.open({
      ...{ store: memoryStore(store), key: softwareKey(privateKey), issuers: [ISSUER] },
      clock: () => clock.seconds,
    });
    await wallet.importCertificate(device.certificateBytes, [ISSUER]);
    for (let bought = 0; bought < PAYMENTS; bought += 1) {
      const orderNumber = `ORD-${index}-${bought}`;
      const amount = `${500 + 37 * index + bought}`;
      const { bytes: shown } = await till.request({ orderNumber, amount, currency: CURRENCY });
      const { request: signedRequest } = unpackRequest(shown, CHANNEL);
      notary.witness(TERMINAL_POINT, 'payment-request', signedRequest);
      const { payload } = parseCose('offpay/payment-request', signedRequest);
      const { voucher } = unpackPayment((await wallet.pay(shown)).bytes, payload);
      notary.witness(device.certificate.deviceKey, 'voucher', voucher);
      paid.push({
        ...{ device, orderNumber, shown, signedRequest, request: payload },
        payee: builder.payee(TILL),
        voucher: Buffer.from(voucher),
        certificate: device.certificateBytes,
        nextCertificate: next.certificateBytes,
      });
    }
  }
  const subjects: Subject[] = [];
  for (const [index, each] of paid.entries())
    subjects.push({
      ...each,
      receipt: await receiptOf(builder, contents, each),
      cancellation: notary.sign(
        VECTOR_KEYS.terminal,
        'cancellation',
        encodeCancellation({ requestHash: requestHash(each.request), cancelledAt: clock.seconds }),
      ),
      pair: contradicting(builder, each.device, each, index),
    });
  const tills = { [TILL]: contents, [OTHER_TILL]: others };
  const { seconds } = clock;
  return { clock, seconds, notary, ledger, subjects, bulletins, news, wallets, tills };
}

/** The till that asked accepts it, on a copy of its store. */
async function receiptOf(
  { clock, notary }: Builder,
  contents: Contents,
  { orderNumber, voucher, certificate }: Pick<Subject, 'orderNumber' | 'voucher' | 'certificate'>,
): Promise<Buffer> {
  const till = await tillOf(clock, contents, TILL);
  const accepted = await till.accept(orderNumber, encodePresented({ voucher, certificate }));
  if (!accepted.accepted) throw new Error(`${orderNumber}: ${accepted.code}`);
  return notary.witness(TERMINAL_POINT, 'receipt', accepted.receipt);
}

/** Nobody's key. */
export const STRANGER = newKey();
