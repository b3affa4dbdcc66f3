// SPDX-License-Identifier: Apache-2.0
// Crashes of device or terminal at every step, one after the other: no counter is used for two payments, no accepted
// payment is lost, and repeating the work ends in exactly one payment for each order.
import {
  protectedHeader,
  sigStructure,
  textToBytes,
  verifyDeviceCertificate,
  verifyVoucher,
  type DeviceState,
} from '@fabric-offline-pay/domain';
import { softwareKey, type OfflineKey } from '@fabric-offline-pay/sdk/offline';
import {
  Crash,
  emptyDisk,
  Life,
  mortalKey,
  mortalLedger,
  mortalSealed,
} from '../../../test/support/crash-points';
import { OfflineRoom } from '../../../test/support/offline-room';
import {
  newKey,
  OFFLINE_MERCHANT,
  VECTOR_KEYS,
  unpacked,
} from '../../../test/support/offline-world';

const AMOUNT = '1250';

/** What survives a crash, and what left device and terminal. */
class World {
  readonly room = new OfflineRoom();
  readonly deviceDisk = emptyDisk();
  readonly terminalDisk = emptyDisk();
  readonly deviceKey = softwareKey(newKey());
  /** Everything that a device ever handed out. */
  readonly released: Buffer[] = [];
  /** The orders whose goods a terminal ever handed over. */
  readonly shown = new Set<string>();
  readonly lost: string[] = [];
  /** What a device signed before it was durable. */
  readonly unkept: Buffer[] = [];

  constructor(readonly orders: readonly string[]) {}

  /** Runs the work from an empty disk, or from what a crash left, to the end. */
  async live(life: Life): Promise<void> {
    await this.prepare(life);
    await this.pay(life);
    const terminal = await this.#terminal(life);
    await terminal.sync(mortalLedger(this.room.ledger, life));
  }

  /** Gives the device its certificate, and the terminal its issuers and bulletin. */
  async prepare(life: Life): Promise<void> {
    const { room } = this;
    const device = await this.#device(life);
    await device.importCertificate(await this.#certificate(), [room.issuer.row]);
    const bulletin = room.ledger.newestBulletin ?? (await room.publish());
    const terminal = await this.#terminal(life);
    await terminal.learn({ issuers: [room.issuer.row], bulletin });
  }

  async pay(life: Life): Promise<void> {
    const [device, terminal] = [await this.#device(life), await this.#terminal(life)];
    await this.#lookForLost(terminal);
    for (const orderNumber of this.orders) {
      const request = await terminal.request({ orderNumber, amount: AMOUNT, currency: 'EUR' });
      const { bytes } = await device.pay(request.bytes);
      this.released.push(bytes);
      life.step();
      const acceptance = await terminal.accept(orderNumber, bytes);
      if (!acceptance.accepted) throw new Error(acceptance.code);
      this.shown.add(orderNumber);
      life.step();
    }
  }

  async #lookForLost(terminal: Awaited<ReturnType<OfflineRoom['openTerminal']>>): Promise<void> {
    for (const orderNumber of this.shown)
      if ((await terminal.payment(orderNumber)) === undefined) this.lost.push(orderNumber);
  }

  async #device(life: Life) {
    const store = await mortalSealed(this.deviceDisk, life);
    const key: OfflineKey = {
      publicKey: this.deviceKey.publicKey,
      sign: (bytes) => {
        if (!this.#isKept(bytes)) this.unkept.push(Buffer.from(bytes));
        return this.deviceKey.sign(bytes);
      },
    };
    return this.room.openDevice(store, mortalKey(key, life));
  }

  /** Whether the disk holds the answer that the device is about to sign. */
  #isKept(toSign: Uint8Array): boolean {
    const state =
      [...this.deviceDisk.contents].find(([key]) => key.startsWith('state/'))?.[1] ?? '{}';
    const { answers = {} } = JSON.parse(state) as Partial<DeviceState>;
    return Object.values(answers).some((payload) =>
      sigStructure(protectedHeader('offpay/voucher'), textToBytes(payload)).equals(toSign),
    );
  }

  async #terminal(life: Life) {
    const key = mortalKey(softwareKey(VECTOR_KEYS.terminal), life);
    const store = await mortalSealed(this.terminalDisk, life);
    return this.room.openTerminal(store, OFFLINE_MERCHANT, key);
  }

  #bytes: Buffer | undefined;

  async #certificate(): Promise<Buffer> {
    this.#bytes ??= (await this.room.certify(this.deviceKey)).bytes;
    return this.#bytes;
  }

  /** @returns digests by counter of everything that was handed out. */
  digests(): ReadonlyMap<number, ReadonlySet<string>> {
    const found = new Map<number, Set<string>>();
    for (const bytes of this.released) {
      const { voucher, certificate } = unpacked(bytes);
      const held = verifyDeviceCertificate(certificate, [this.room.issuer.row]);
      const { voucher: content, voucherDigest } = verifyVoucher(held, voucher);
      const digests = found.get(content.counter) ?? new Set();
      found.set(content.counter, digests.add(voucherDigest.toString('hex')));
    }
    return found;
  }
}

/** @returns whether the work was completed. */
async function ends(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

function expectOneOfEach(world: World): void {
  const counters = [...world.digests()];
  expect(counters.map(([counter]) => counter).sort()).toEqual(world.orders.map((_, at) => at + 1));
  for (const [, digests] of counters) expect(digests.size).toBe(1);
  expect(world.lost).toEqual([]);
  expect(world.unkept).toEqual([]);
  expect([...world.room.ledger.paid].sort()).toEqual(world.orders);
  const device = { customerId: 'customer-1', deviceId: 'phone', epoch: 1 };
  expect(world.room.ledger.reserveOf(device)).toMatchObject({ status: 'active' });
}

test('a crash at every step, from the empty stores to the settlement of two payments', async () => {
  let points = 0;
  for (let ended = false; !ended; points += 1) {
    const world = new World(['ORD-1', 'ORD-2']);
    ended = await ends(world.live(new Life(points + 1)));
    if (!ended) await world.live(new Life());
    expectOneOfEach(world);
  }
  expect(points).toBeGreaterThan(50);
});

test('a crash at every step of a payment, and another at every step of its repetition', async () => {
  let pairs = 0;
  for (let first = 1, whole = false; !whole; first += 1)
    for (let second = 1, ended = false; !ended; second += 1, pairs += 1) {
      const world = new World(['ORD-1']);
      await world.prepare(new Life());
      whole = await ends(world.pay(new Life(first)));
      ended = await ends(world.pay(new Life(second)));
      await world.live(new Life());
      expectOneOfEach(world);
    }
  expect(pairs).toBeGreaterThan(100);
});
