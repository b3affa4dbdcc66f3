// SPDX-License-Identifier: Apache-2.0
// A device and a terminal that pay each other over two epochs and a top-up, and what their disks held at every step.
import { verifyDeviceCertificate, verifyVoucher } from '@fabric-offline-pay/domain';
import { softwareKey, type Device, type Terminal } from '@fabric-offline-pay/sdk/offline';
import { copyOf, emptyDisk, Life, mortalSealed, type Disk } from './crash-points.js';
import { OfflineRoom } from './offline-room.js';
import {
  newKey,
  OFFLINE_MERCHANT,
  OFFLINE_POLICY,
  VECTOR_KEYS,
  unpacked,
} from './offline-world.js';

export const AMOUNT = '1250';

/** Of one epoch; a top-up is one payment more. */
const TWO_PAYMENTS = '2500';

/** What was on the disks between two effects, and what had already left. */
export interface Moment {
  readonly device: Disk;
  readonly terminal: Disk;
  /** How many vouchers the device had handed out. */
  readonly released: number;
  /** How many orders the terminal had shown as paid. */
  readonly shown: number;
}

class Watched extends Life {
  constructor(readonly onStep: () => void) {
    super();
  }

  override step(): void {
    this.onStep();
  }
}

export class SealedLife {
  readonly room = new OfflineRoom();
  readonly deviceKey = softwareKey(newKey());
  readonly terminalKey = softwareKey(VECTOR_KEYS.terminal);
  readonly disks = { device: emptyDisk(), terminal: emptyDisk() };
  readonly moments: Moment[] = [];
  readonly certificates: Buffer[] = [];
  readonly requests: Buffer[] = [];
  readonly released: Buffer[] = [];
  readonly shown: string[] = [];
  readonly #life = new Watched(() => this.#remember());

  /** From empty disks to five payments, of which three are settled. */
  static async lived(): Promise<SealedLife> {
    const life = new SealedLife();
    const device = await life.openDevice(life.disks.device, life.#life);
    const terminal = await life.openTerminal(life.disks.terminal, life.#life);
    await life.#live(device, terminal);
    life.#remember();
    return life;
  }

  async openDevice(disk: Disk, life = new Life()): Promise<Device> {
    return this.room.openDevice(await mortalSealed(disk, life), this.deviceKey);
  }

  async openTerminal(disk: Disk, life = new Life()): Promise<Terminal> {
    const store = await mortalSealed(disk, life);
    return this.room.openTerminal(store, OFFLINE_MERCHANT, this.terminalKey);
  }

  readonly #granted = new Map<number, Buffer>();

  /** A new epoch, as the bank grants it once. */
  async certify(epoch: number): Promise<Buffer> {
    const before = this.#granted.get(epoch);
    if (before !== undefined) return before;
    const { bytes } = await this.room.certify(this.deviceKey, { epoch, total: TWO_PAYMENTS });
    this.#granted.set(epoch, bytes);
    return bytes;
  }

  async #live(device: Device, terminal: Terminal): Promise<void> {
    const { room } = this;
    const issuers = [room.issuer.row];
    const first = await room.certify(this.deviceKey, { total: TWO_PAYMENTS });
    await terminal.learn({ issuers, bulletin: await room.publish() });
    await device.importCertificate(this.#kept(first.bytes), issuers);
    for (const order of ['ORD-1', 'ORD-2']) await this.#pay(device, terminal, order);
    const more = await room.issuer.topUp(first.certificate, AMOUNT, OFFLINE_POLICY);
    room.ledger.fund(more.bytes);
    await device.importCertificate(this.#kept(more.bytes), issuers);
    await this.#pay(device, terminal, 'ORD-3');
    await terminal.sync(room.ledger);
    await device.importCertificate(this.#kept(await this.certify(2)), issuers);
    for (const order of ['ORD-4', 'ORD-5']) await this.#pay(device, terminal, order);
  }

  #kept(certificate: Buffer): Buffer {
    this.certificates.push(certificate);
    return certificate;
  }

  async #pay(device: Device, terminal: Terminal, orderNumber: string): Promise<void> {
    const asked = { orderNumber, amount: AMOUNT, currency: 'EUR' };
    const { bytes: request } = await terminal.request(asked);
    this.requests.push(request);
    const { bytes } = await device.pay(request);
    this.released.push(bytes);
    const acceptance = await terminal.accept(orderNumber, bytes);
    if (!acceptance.accepted) throw new Error(acceptance.code);
    this.shown.push(orderNumber);
  }

  #remember(): void {
    this.moments.push({
      device: copyOf(this.disks.device),
      terminal: copyOf(this.disks.terminal),
      released: this.released.length,
      shown: this.shown.length,
    });
  }
}

/** @returns the counters of vouchers for which there are two digests. */
export function contradictions(room: OfflineRoom, vouchers: readonly Buffer[]): string[] {
  const found = new Map<string, Set<string>>();
  for (const bytes of vouchers) {
    const { voucher, certificate } = unpacked(bytes);
    const held = verifyDeviceCertificate(certificate, [room.issuer.row]);
    const { voucher: content, voucherDigest } = verifyVoucher(held, voucher);
    const counter = `${held.certificate.epoch}/${content.counter}`;
    found.set(counter, (found.get(counter) ?? new Set()).add(voucherDigest.toString('hex')));
  }
  return [...found].filter(([, digests]) => digests.size > 1).map(([counter]) => counter);
}

const textOf = ({ contents, cell }: Disk): string => JSON.stringify([[...contents].sort(), cell]);

/** @returns the moments whose disks differ, each once, by what had left when it was last seen. */
export function distinct(
  moments: readonly Moment[],
  diskOf: (moment: Moment) => Disk,
): readonly Moment[] {
  return [...new Map(moments.map((moment) => [textOf(diskOf(moment)), moment])).values()];
}
