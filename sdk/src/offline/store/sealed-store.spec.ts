// SPDX-License-Identifier: Apache-2.0
// A sealed store keeps the promises of a store, and nothing leaves it before it is marked, whatever fails or crashes.
import {
  memoryMark,
  memoryStore,
  sealedStore,
  type Mark,
  type MarkCell,
  type Store,
} from '@fabric-offline-pay/sdk/offline';
import {
  copyOf,
  Crash,
  emptyDisk,
  Life,
  mortalSealed,
  type Disk,
} from '../../../../test/support/crash-points';
import { itemWhere } from '../../../../test/support/defined.js';
import { SealedLife } from '../../../../test/support/sealed-life';
import { restoreStore } from './restore.js';

const put = (key: string, value: string) => ({ key, value });

const remove = (key: string) => ({ key, value: undefined });

const opened = (disk: Disk): Promise<Store> => mortalSealed(disk);

async function written(...values: readonly string[]): Promise<Disk> {
  const disk = emptyDisk();
  const store = await opened(disk);
  for (const value of values) await store.write([put('a/1', value)]);
  return disk;
}

/** A mark that fails as often as the test says. */
function failing(cell: MarkCell, times: number): Mark {
  let left = times;
  const mark = memoryMark(cell);
  return {
    ...mark,
    write: (marked) => {
      left -= 1;
      return left < 0 ? mark.write(marked) : Promise.reject(new Error('no space left'));
    },
  };
}

test('its content is there after a restart, and the head is not part of it', async () => {
  const disk = emptyDisk();
  const store = await opened(disk);
  await store.write([put('a/1', 'one'), put('b', 'two'), put('a/2', 'gone')]);
  await store.write([remove('a/2'), put('a/1', 'first'), put('a/1', 'last'), remove('a/9')]);
  for (const at of [store, await opened(disk)]) {
    expect(await at.list('')).toEqual([
      ['a/1', 'last'],
      ['b', 'two'],
    ]);
    expect(await at.list('a/')).toEqual([['a/1', 'last']]);
    expect(await at.list('a')).toEqual([['a/1', 'last']]);
    expect(await at.get('b')).toBe('two');
    expect(await at.get('a/2')).toBeUndefined();
  }
});

test('an empty write writes nothing', async () => {
  const disk = await written('one');
  const before = copyOf(disk);
  await (await opened(disk)).write([]);
  expect(disk).toEqual(before);
});

test('nobody reads what is written but not marked', async () => {
  const disk = await written('one');
  const mark = failing(disk.cell, 2);
  const store = await sealedStore(memoryStore(disk.contents), mark);
  await expect(store.write([put('a/1', 'two')])).rejects.toThrow('no space left');
  expect(disk.contents.get('a/1')).toBe('two');
  await expect(store.get('a/1')).rejects.toThrow('no space left');
  const marked = disk.cell.marked?.sequence ?? 0;
  expect(await store.get('a/1')).toBe('two');
  expect(disk.cell.marked?.sequence).toBe(marked + 1);
  await store.write([put('a/1', 'three')]);
  expect(await (await opened(disk)).get('a/1')).toBe('three');
});

test('a reader waits for the current write and its mark', async () => {
  const disk = await written('one');
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const inner = memoryMark(disk.cell);
  const mark: Mark = { ...inner, write: (marked) => held.then(() => inner.write(marked)) };
  const store = await sealedStore(memoryStore(disk.contents), mark);
  const done: string[] = [];
  const writing = store.write([put('a/1', 'two')]).then(() => done.push('marked'));
  const reading = store.get('a/1').then((value) => done.push(`read ${String(value)}`));
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual([]);
  release();
  await Promise.all([writing, reading]);
  expect(done).toEqual(['marked', 'read two']);
});

test('a failed write leaves the store unchanged and usable', async () => {
  const disk = await written('one');
  const base = memoryStore(disk.contents);
  let full = true;
  const write: Store['write'] = (changes) =>
    full ? Promise.reject(new Error('disk full')) : base.write(changes);
  const store = await sealedStore({ ...base, write }, memoryMark(disk.cell));
  await expect(store.write([put('a/1', 'two')])).rejects.toThrow('disk full');
  expect(await store.get('a/1')).toBe('one');
  full = false;
  await store.write([put('a/1', 'three')]);
  expect(await (await opened(disk)).get('a/1')).toBe('three');
});

describe('a store is refused', () => {
  const reasonOf = async (disk: Disk): Promise<unknown> => {
    try {
      await opened(disk);
      return 'opened';
    } catch (error) {
      const { code, details } = error as { code: string; details: Record<string, unknown> };
      return code === 'STORE_ROLLED_BACK' ? details['reason'] : code;
    }
  };

  test('that is older, empty, another one, without its mark, or without its head', async () => {
    const [older, newest] = [await written('one'), await written('one')];
    const store = await opened(newest);
    Object.assign(older, copyOf(newest));
    await store.write([put('a/1', 'two')]);
    const { cell, contents } = newest;
    expect(await reasonOf({ contents: older.contents, cell })).toBe('older');
    expect(await reasonOf({ contents: new Map(), cell })).toBe('empty');
    expect(await reasonOf({ ...(await written('one', 'two')), cell })).toBe('foreign');
    expect(await reasonOf({ ...(await written('1', '2', '3')), cell })).toBe('foreign');
    expect(await reasonOf({ contents, cell: {} })).toBe('unmarked');
    const headless = new Map([...contents].filter(([key]) => key !== 'head'));
    expect(await reasonOf({ contents: headless, cell })).toBe('STORE_DAMAGED');
    expect(await reasonOf(newest)).toBe('opened');
  });

  test('whose mark is more than one write behind', async () => {
    const disk = await written('one');
    const cell = { ...disk.cell };
    const store = await opened(disk);
    await store.write([put('a/1', 'two')]);
    const ahead = copyOf(disk);
    await store.write([put('a/1', 'three')]);
    expect(await reasonOf({ contents: ahead.contents, cell: { ...cell } })).toBe('opened');
    expect(await reasonOf({ contents: disk.contents, cell })).toBe('foreign');
  });

  test('that is a fork with the same number of writes', async () => {
    const disk = await written('one');
    const fork = copyOf(disk);
    await (await opened(disk)).write([put('a/1', 'two')]);
    await (await opened(fork)).write([put('a/1', '2')]);
    expect(await reasonOf({ contents: fork.contents, cell: disk.cell })).toBe('foreign');
  });

  test('that has the format of a newer version', async () => {
    const disk = await written();
    const { hash } = await import('node:crypto');
    const [format, sequence, previous, epoch] = [2, 1, disk.cell.marked?.seal, null];
    const seal = hash('sha256', JSON.stringify([format, sequence, previous, epoch, '0']));
    disk.contents.set('head', JSON.stringify({ format, sequence, previous, epoch, seal }));
    await expect(opened(disk)).rejects.toMatchObject({ code: 'STORE_FAILED', details: { format } });
  });

  test('and is closed then, with its mark', async () => {
    const disk = await written('one');
    const closed: string[] = [];
    const close = (what: string) => () => Promise.resolve(void closed.push(what));
    const base = { ...memoryStore(disk.contents), close: close('store') };
    const mark = { ...memoryMark({}), close: close('mark') };
    await expect(sealedStore(base, mark)).rejects.toMatchObject({ code: 'STORE_ROLLED_BACK' });
    expect(closed).toEqual(['store', 'mark']);
  });
});

/** Runs from an empty store to two writes, with a restart. */
async function live(disk: Disk, life: Life): Promise<void> {
  for (const value of ['one', 'two']) {
    const store = await mortalSealed(disk, life);
    await store.write([put(`a/${value}`, value)]);
  }
}

async function ends(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof Crash) return false;
    throw error;
  }
}

test('after a crash at any step of opening and writing, the next opening continues with everything acknowledged', async () => {
  let points = 0;
  for (let ended = false; !ended; points += 1) {
    const disk = emptyDisk();
    ended = await ends(live(disk, new Life(points + 1)));
    await live(disk, new Life());
    expect((await (await opened(disk)).list('a/')).map(([, value]) => value)).toEqual([
      'one',
      'two',
    ]);
  }
  expect(points).toBeGreaterThan(10);
});

describe('a store from before seals', () => {
  /** Records without head and mark. */
  async function unsealed(kind: 'device' | 'terminal'): Promise<Map<string, string>> {
    const life = await SealedLife.lived();
    return new Map([...life.disks[kind].contents].filter(([key]) => key !== 'head'));
  }

  test.each(['device', 'terminal'] as const)(
    'of a %s is sealed in place, whatever crashes',
    async (kind) => {
      const records = await unsealed(kind);
      let points = 0;
      for (let ended = false; !ended; points += 1) {
        const disk = { contents: new Map(records), cell: {} as MarkCell };
        ended = await ends(mortalSealed(disk, new Life(points + 1)));
        const store = await opened(disk);
        expect(new Map(await store.list(''))).toEqual(records);
        expect(disk.cell.marked).toMatchObject({
          sequence: 1,
          epoch: kind === 'device' ? 2 : null,
        });
        await expect(opened({ contents: new Map(records), cell: disk.cell })).rejects.toMatchObject(
          {
            code: 'STORE_DAMAGED',
            details: { missing: 'head' },
          },
        );
      }
      expect(points).toBeGreaterThan(5);
    },
  );
});

test('after a crash at any step of a restoration, it is done or can be repeated', async () => {
  const life = await SealedLife.lived();
  const { publicKey } = life.deviceKey;
  const early = itemWhere(life.moments, ({ released }) => released === 1);
  const cases: readonly Disk[] = [
    { contents: early.device.contents, cell: life.disks.device.cell },
    { contents: new Map(), cell: life.disks.device.cell },
    { contents: life.disks.device.contents, cell: {} },
  ];
  for (const { contents, cell } of cases)
    for (let step = 1; step <= 4; step += 1) {
      const disk = { contents: new Map(contents), cell: { ...cell } };
      const dying = new Life(step);
      const mortal = (work: () => Promise<void>) => async () => {
        dying.step();
        await work();
        dying.step();
      };
      const [base, mark] = [memoryStore(disk.contents), memoryMark(disk.cell)];
      const restoring = restoreStore(
        { ...base, write: (changes) => mortal(() => base.write(changes))() },
        { ...mark, write: (marked) => mortal(() => mark.write(marked))() },
        { publicKey },
      );
      expect(await ends(restoring)).toBe(false);
      await restoreStore(memoryStore(disk.contents), memoryMark(disk.cell), { publicKey });
      const device = await life.openDevice(disk);
      const issuers = [life.room.issuer.row];
      for (const bytes of life.certificates)
        await expect(device.importCertificate(bytes, issuers)).rejects.toMatchObject({
          code: 'EPOCH_SEALED',
        });
    }
});
