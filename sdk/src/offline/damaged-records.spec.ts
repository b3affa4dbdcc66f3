// SPDX-License-Identifier: Apache-2.0
// Every record of a device and of a terminal, damaged in every way: the damage is found when the store is opened, or when the
// record is read, and a damaged record is never used. OFFPAY_SEED repeats a run.
import {
  memoryMark,
  memoryStore,
  restoreStore,
  sealedStore,
} from '@fabric-offline-pay/sdk/offline';
import { copyOf, mortalSealed, type Disk } from '../../../test/support/crash-points';
import { itemWhere, valueFor } from '../../../test/support/defined.js';
import { AMOUNT, contradictions, SealedLife } from '../../../test/support/sealed-life';
import { SEED, seeded } from '../../../test/support/seeded';
import { codeOfError } from '../guards.js';

let life: SealedLife;

beforeAll(async () => {
  console.log(`damaged records: seed ${SEED}`);
  life = await SealedLife.lived();
});

type Kind = 'device' | 'terminal';
const KINDS: readonly Kind[] = ['device', 'terminal'];

/** A change of a disk's contents. */
interface Damage {
  readonly name: string;
  readonly key: string;
  readonly values: ReadonlyMap<string, string | undefined>;
}

const set = (name: string, key: string, value: string | undefined): Damage => ({
  name,
  key,
  values: new Map([[key, value]]),
});

/** Another seven-bit character, so that the value stays text. */
const flipped = (value: string, at: number, bit: number): string =>
  value.slice(0, at) + String.fromCharCode(value.charCodeAt(at) ^ (1 << bit)) + value.slice(at + 1);

function olderValues(kind: Kind, key: string): readonly string[] {
  const now = life.disks[kind].contents.get(key);
  const found = life.moments.map((moment) => moment[kind].contents.get(key));
  return [...new Set(found)].filter((value) => value !== undefined && value !== now) as string[];
}

function swaps(contents: ReadonlyMap<string, string>, key: string): readonly Damage[] {
  const value = valueFor(contents, key);
  return [...contents]
    .filter(([other, its]) => other > key && its !== value)
    .map(([other, its]) => ({
      name: `swapped with ${other}`,
      key,
      values: new Map([
        [key, its],
        [other, value],
      ]),
    }));
}

/** @param flips how many bytes of each value; Infinity for every one */
function damagesOf(kind: Kind, flips: number): readonly Damage[] {
  const random = seeded();
  const { contents } = life.disks[kind];
  return [...contents].flatMap(([key, value]) => {
    const all = flips >= value.length;
    const places = Array.from({ length: Math.min(flips, value.length) }, (_, index) =>
      all ? index : random(value.length),
    );
    return [
      ...places.map((at) => set(`flipped at ${at}`, key, flipped(value, at, random(7)))),
      set('deleted', key, undefined),
      ...[0, random(value.length), value.length - 1].map((length) =>
        set(`cut to ${length}`, key, value.slice(0, length)),
      ),
      ...olderValues(kind, key).map((older) => set('older', key, older)),
      ...swaps(contents, key),
    ];
  });
}

function inflict({ contents }: Disk, { values }: Damage): void {
  for (const [key, value] of values)
    if (value === undefined) contents.delete(key);
    else contents.set(key, value);
}

/** The result of the work, or the code of its error. */
async function answered(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return codeOfError(error) ?? error;
  }
}

describe.each(KINDS)('a %s', (kind) => {
  test('with a damaged record cannot be opened or restored', async () => {
    const { publicKey } = kind === 'device' ? life.deviceKey : life.terminalKey;
    const found = new Set<string>();
    for (const damage of damagesOf(kind, Infinity)) {
      const disk = copyOf(life.disks[kind]);
      inflict(disk, damage);
      const code = await answered(() => mortalSealed(disk));
      if (code !== 'STORE_DAMAGED') found.add(`${damage.key} ${damage.name}: ${String(code)}`);
    }
    expect([...found]).toEqual([]);
    for (const damage of damagesOf(kind, 1)) {
      const disk = copyOf(life.disks[kind]);
      inflict(disk, damage);
      const restoring = restoreStore(memoryStore(disk.contents), memoryMark(disk.cell), {
        publicKey,
      });
      expect(await answered(() => restoring)).toBe('STORE_DAMAGED');
    }
  });

  test('finds a record that is damaged while the store is open at the next read, and then reads nothing more', async () => {
    for (const damage of damagesOf(kind, 3)) {
      const { key } = damage;
      if (key === 'head') continue;
      const disk = copyOf(life.disks[kind]);
      const prefix = `${key.split('/')[0] ?? ''}/`;
      const others = [...disk.contents.keys()].filter((other) => !damage.values.has(other));
      const other = itemWhere(others, (name) => name !== 'head');
      const reads = [(store: typeof first) => store.get(key)];
      if (key.includes('/')) reads.push((store) => store.list(prefix).then(() => undefined));
      const first = await mortalSealed(disk);
      const stores = [first, await mortalSealed(disk)];
      inflict(disk, damage);
      for (const [index, read] of reads.entries()) {
        const store = stores[index] ?? first;
        expect(await answered(() => read(store))).toBe('STORE_DAMAGED');
        expect(await answered(() => store.get(other))).toBe('STORE_DAMAGED');
        expect(await answered(() => store.write([{ key: 'any', value: 'thing' }]))).toBe(
          'STORE_DAMAGED',
        );
      }
    }
  });
});

test('a device whose record is damaged while it is open pays correctly or not at all', async () => {
  const orderNumber = 'ORD-6';
  const terminal = await life.room.terminal();
  const asked = await terminal.request({ orderNumber, amount: '100', currency: 'EUR' });
  const whole = copyOf(life.disks.device);
  const fund = async (disk: Disk) => {
    const device = await life.openDevice(disk);
    await device.importCertificate(await life.certify(3), [life.room.issuer.row]);
    return device;
  };
  const right = await (await fund(whole)).pay(asked.bytes);
  const outcomes = { paid: 0, refused: 0 };
  for (const damage of damagesOf('device', 2)) {
    const disk = copyOf(life.disks.device);
    const device = await fund(disk);
    if (damage.key === 'head') continue;
    inflict(disk, damage);
    const answer = await answered(() => device.pay(asked.bytes));
    if (answer === 'STORE_DAMAGED') outcomes.refused += 1;
    else {
      outcomes.paid += 1;
      const { bytes, epoch, counter } = answer as typeof right;
      expect({ epoch, counter }).toEqual({ epoch: right.epoch, counter: right.counter });
      expect(contradictions(life.room, [right.bytes, bytes])).toEqual([]);
    }
  }
  console.log('a device damaged while open:', outcomes);
  expect(outcomes.refused).toBeGreaterThan(0);
});

test('a terminal whose record is damaged while it is open never reports too little that waits', async () => {
  const whole = await life.openTerminal(copyOf(life.disks.terminal));
  const right = { waiting: await whole.waiting(), payments: await whole.payments() };
  expect(right.waiting).toMatchObject({
    count: 2,
    sums: { EUR: (2n * BigInt(AMOUNT)).toString() },
  });
  for (const damage of damagesOf('terminal', 2)) {
    const disk = copyOf(life.disks.terminal);
    const terminal = await life.openTerminal(disk);
    inflict(disk, damage);
    const waiting = await answered(() => terminal.waiting());
    if (waiting !== 'STORE_DAMAGED') expect(waiting).toEqual(right.waiting);
    const payments = await answered(() => terminal.payments());
    if (payments !== 'STORE_DAMAGED') expect(payments).toEqual(right.payments);
  }
});

test('the details of the error say where', async () => {
  const disk = copyOf(life.disks.device);
  const where = { folder: 'somewhere' };
  const open = () => sealedStore(memoryStore(disk.contents), memoryMark(disk.cell), where);
  const store = await open();
  disk.contents.delete('state/00000001');
  await expect(store.get('state/00000001')).rejects.toMatchObject({
    details: { folder: 'somewhere', key: 'state/00000001' },
  });
  await expect(open()).rejects.toMatchObject({ details: { folder: 'somewhere' } });
});
