// SPDX-License-Identifier: Apache-2.0
// Whatever ends a follower and wherever: afterwards its tables say what the blocks say, each once.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { rowChange, type CommittedBlock } from '@fabric-offline-pay/sdk';
import { sql, type Kysely, type Transaction } from 'kysely';
import { openDatabase, type Migrations } from '../database/open-database.js';
import { testPlace } from '../testing/test-place.js';
import { Follower, type BlockSource, type Projection } from './follower.js';
import { createFollowedTables } from './followed-tables.js';
import { createPosition, readPosition, type PositionTables } from './position.js';

interface Tables extends PositionTables {
  readonly states: { readonly id: string; readonly state: string; readonly times: number };
  readonly sent: { readonly id: string };
  readonly counts: { readonly id: number; readonly blocks: number };
}

const MIGRATIONS: Migrations = {
  '0001-position': { up: createPosition },
  '0002-tables': {
    async up(db: Kysely<unknown>) {
      await sql`create table states (id text primary key, state text, times integer)`.execute(db);
      await sql`create table sent (id text primary key)`.execute(db);
      await sql`create table counts (id integer primary key, blocks integer)`.execute(db);
    },
  },
  '0003-followed-tables': { up: createFollowedTables },
};

const blockOf = (number: number, state: string, ledger = 'a'): CommittedBlock => ({
  number: BigInt(number),
  hash: `${ledger}${number.toString()}`,
  previousHash: number === 0 ? '' : `${ledger}${(number - 1).toString()}`,
  transactions: [
    {
      ...{ transactionId: `tx-${number.toString()}`, index: 0, mspId: 'BankMSP', events: [] },
      changes: [{ key: 'order/m/1', value: JSON.stringify({ state }) }],
    },
  ],
});

const STATES = ['authorised', 'matched', 'captured', 'released'];
const LEDGER = STATES.map((state, number) => blockOf(number, state));

class OrderStates implements Projection<Tables> {
  readonly tables = ['states'] as const;
  failsAt = '';

  async apply(transaction: Transaction<Tables>, { transactions }: CommittedBlock): Promise<void> {
    for (const { changes } of transactions)
      for (const change of changes.map(rowChange))
        if (change?.kind === 'order' && change.row !== null)
          await this.#note(transaction, change.parts.join('/'), change.row.state);
  }

  async #note(transaction: Transaction<Tables>, id: string, state: string): Promise<void> {
    await transaction
      .insertInto('states')
      .values({ id, state, times: 1 })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ state, times: sql`states.times + 1` }),
      )
      .execute();
    await transaction
      .insertInto('sent')
      .values({ id: `${id}/${state}` })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    if (state === this.failsAt) throw new Error('the power went');
  }
}

/** The blocks, then nothing more until the signal ends it. */
const sourceOf = (blocks: readonly CommittedBlock[]): BlockSource => ({
  async *committedBlocks(from, signal) {
    yield* blocks.filter(({ number }) => number >= from);
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  },
});

let db: Kysely<Tables>;
let projection: OrderStates;

beforeAll(async () => {
  db = await openDatabase<Tables>(await testPlace(), MIGRATIONS);
});

afterAll(() => db.destroy());

beforeEach(async () => {
  projection = new OrderStates();
  for (const table of ['ledger_position', 'states', 'sent', 'counts'] as const)
    await db.deleteFrom(table).execute();
});

const followerOf = (
  blocks = LEDGER,
  projections: readonly Projection<Tables>[] = [projection],
): Follower<Tables> => new Follower({ db, source: sourceOf(blocks), projections });

async function follow(follower: Follower<Tables>, until: bigint): Promise<void> {
  const stop = new AbortController();
  const running = follower.run(stop.signal);
  const failed = running.then(() => undefined);
  await Promise.race([failed, follower.reached(until, AbortSignal.timeout(10_000))]);
  stop.abort();
  await running;
}

const tables = async () => ({
  states: await db.selectFrom('states').selectAll().execute(),
  sent: (await db.selectFrom('sent').select('id').execute()).map(({ id }) => id).sort(),
  position: await readPosition(db),
});

const WHOLE = {
  states: [{ id: 'm/1', state: 'released', times: 4 }],
  sent: STATES.map((state) => `m/1/${state}`).sort(),
  position: { nextBlock: 4, lastHash: 'a3', firstHash: 'a0' },
};

test('it reads the ledger from its beginning, and goes on where it was', async () => {
  await follow(followerOf(LEDGER.slice(0, 2)), 1n);
  expect(await tables()).toMatchObject({ position: { nextBlock: 2, lastHash: 'a1' } });
  await follow(followerOf(), 3n);
  expect(await tables()).toEqual(WHOLE);
});

test.each(STATES)(
  'a crash in the block of %s leaves nothing of it, and it is done once',
  async (state) => {
    projection.failsAt = state;
    await expect(follow(followerOf(), 3n)).rejects.toThrow('the power went');
    const { states, position } = await tables();
    expect(states[0]?.times ?? 0).toBe(position.nextBlock);
    projection.failsAt = '';
    await follow(followerOf(), 3n);
    expect(await tables()).toEqual(WHOLE);
  },
);

test('a rebuild from block 0 makes the same tables, and causes nothing again', async () => {
  const follower = followerOf();
  await follow(follower, 3n);
  await db.deleteFrom('sent').where('id', '=', 'm/1/matched').execute();
  await db.insertInto('sent').values({ id: 'm/1/matched' }).execute();
  await follower.rebuild();
  expect(await tables()).toMatchObject({
    states: [],
    position: { nextBlock: 0, lastHash: '', firstHash: '' },
  });
  await follow(follower, 3n);
  expect(await tables()).toEqual(WHOLE);
});

test('another ledger, or one that began anew, is refused and changes nothing', async () => {
  await follow(followerOf(), 3n);
  const other = [...LEDGER, blockOf(4, 'refunded', 'b')];
  await expect(follow(followerOf(other), 4n)).rejects.toMatchObject({ code: 'LEDGER_DIFFERS' });
  expect(await tables()).toEqual(WHOLE);
});

test('a ledger that began anew and is still shorter than the tables is refused at once', async () => {
  await follow(followerOf(), 3n);
  const shorter = [blockOf(0, 'authorised', 'b')];
  const running = followerOf(shorter).run(AbortSignal.timeout(10_000));
  await expect(running).rejects.toMatchObject({ code: 'LEDGER_DIFFERS' });
  expect(await tables()).toEqual(WHOLE);
});

test('a stream that fails while blocks are applied fails the run, and nothing else', async () => {
  const source: BlockSource = {
    async *committedBlocks() {
      for (let number = 0; number < 100; number += 1) yield blockOf(number, 'authorised');
      await nextTurn();
      throw new Error('the peer is gone');
    },
  };
  const follower = new Follower({ db, source, projections: [projection] });
  await expect(follower.run(AbortSignal.timeout(10_000))).rejects.toThrow('the peer is gone');
  expect((await tables()).position.nextBlock).toBe(100);
});

test('who waits for a block is told when the wait ends without it', async () => {
  const signal = AbortSignal.timeout(20);
  await expect(followerOf().reached(9n, signal)).rejects.toMatchObject({ name: 'AbortError' });
});

describe('of two followers on one database', () => {
  /** Its blocks come when they are told to, as to a process that is late. */
  function lateSource(blocks: readonly CommittedBlock[]) {
    let come = (): void => undefined;
    const told = new Promise<void>((resolve) => (come = resolve));
    const source: BlockSource = {
      async *committedBlocks(from, signal) {
        if (from > 0n) await told;
        yield* sourceOf(blocks).committedBlocks(from, signal);
      },
    };
    return { source, come };
  }

  const TIMEOUT_MS = 10_000;

  /** Runs another follower until the work is done. @throws what ends it, also before */
  async function beside(other: Follower<Tables>, work: () => Promise<unknown>): Promise<void> {
    const stop = new AbortController();
    const running = other.run(stop.signal);
    await Promise.race([running, work()]);
    stop.abort();
    await running;
  }

  test('the one that is late goes on after what the other has applied, and takes over when it ends', async () => {
    await follow(followerOf(LEDGER.slice(0, 1)), 0n);
    const { source, come } = lateSource(LEDGER);
    const onOther = jest.fn();
    const late = new Follower({ db, source, projections: [projection], onOther });
    await beside(late, async () => {
      await late.reached(0n, AbortSignal.timeout(TIMEOUT_MS));
      await follow(followerOf(LEDGER.slice(0, 3)), 2n);
      come();
      await late.reached(3n, AbortSignal.timeout(TIMEOUT_MS));
    });
    expect(await tables()).toEqual(WHOLE);
    expect(onOther).toHaveBeenCalledTimes(1);
  });

  test('both begin an empty database at the same time, and each block is applied once', async () => {
    await db.deleteFrom('followed_tables').execute();
    const both = [followerOf(), followerOf()];
    await Promise.all(both.map((follower) => follow(follower, 3n)));
    expect(await tables()).toEqual(WHOLE);
  });

  test('one that comes to another block of the same number is refused', async () => {
    await follow(followerOf(LEDGER.slice(0, 1)), 0n);
    const { source, come } = lateSource([
      ...LEDGER.slice(0, 1),
      ...STATES.slice(1).map((state, index) => blockOf(index + 1, state, 'b')),
    ]);
    const late = new Follower({ db, source, projections: [projection] });
    const running = beside(late, async () => {
      await late.reached(0n, AbortSignal.timeout(TIMEOUT_MS));
      await follow(followerOf(), 3n);
      come();
      await late.reached(9n, AbortSignal.timeout(TIMEOUT_MS));
    });
    await expect(running).rejects.toMatchObject({ code: 'LEDGER_DIFFERS' });
    expect(await tables()).toEqual(WHOLE);
  });

  test('one reads again what the other has emptied to make it anew', async () => {
    await follow(followerOf(LEDGER.slice(0, 3)), 2n);
    const { source, come } = lateSource(LEDGER);
    const late = new Follower({ db, source, projections: [projection] });
    await beside(late, async () => {
      await late.reached(2n, AbortSignal.timeout(TIMEOUT_MS));
      await followerOf().rebuild();
      come();
      await late.reached(3n, AbortSignal.timeout(TIMEOUT_MS));
    });
    expect(await tables()).toEqual(WHOLE);
  });

  test('an older version ends when a newer one has begun to fill the tables', async () => {
    await follow(followerOf(LEDGER.slice(0, 2), [counting()]), 1n);
    const { source, come } = lateSource(LEDGER);
    const old = new Follower({ db, source, projections: [counting()] });
    const running = beside(old, async () => {
      await old.reached(1n, AbortSignal.timeout(TIMEOUT_MS));
      const newer = followerOf(LEDGER.slice(0, 2), [counting(2)]);
      await newer.rebuild();
      await follow(newer, 1n);
      come();
      await old.reached(3n, AbortSignal.timeout(TIMEOUT_MS));
    });
    await expect(running).rejects.toMatchObject({ code: 'TABLES_OUTDATED' });
    expect(await counted()).toBe(2);
  });
});

/** What a later version of a node has beside the states. */
const counting = (version?: number): Projection<Tables> => ({
  tables: ['counts'],
  ...(version !== undefined && { version }),
  apply: async (transaction) => {
    await transaction
      .insertInto('counts')
      .values({ id: 1, blocks: 1 })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ blocks: sql`counts.blocks + 1` }),
      )
      .execute();
  },
});

const counted = async () => (await db.selectFrom('counts').select('blocks').execute())[0]?.blocks;

describe('a database that another version of the node has filled', () => {
  const outdated = (tables: readonly string[]) => ({
    code: 'TABLES_OUTDATED',
    details: { tables },
  });

  test('is refused when it lacks a table, until a rebuild makes it; and causes nothing again', async () => {
    await follow(followerOf(LEDGER.slice(0, 2)), 1n);
    const newer = followerOf(LEDGER, [projection, counting()]);
    await expect(newer.run(new AbortController().signal)).rejects.toMatchObject(
      outdated(['counts']),
    );
    await newer.rebuild();
    await follow(newer, 3n);
    expect(await counted()).toBe(LEDGER.length);
    expect(await tables()).toEqual(WHOLE);
  });

  test('is refused when the projection writes something else, until a rebuild', async () => {
    await follow(followerOf(LEDGER, [counting()]), 3n);
    const newer = followerOf(LEDGER, [counting(2)]);
    await expect(newer.ensureUpToDate()).rejects.toMatchObject(outdated(['counts']));
    await newer.rebuild();
    await newer.ensureUpToDate();
  });

  test('may lack what nobody follows any more, which is made anew when somebody does again', async () => {
    const both = [projection, counting()];
    await follow(followerOf(LEDGER.slice(0, 2), both), 1n);
    await follow(followerOf(), 3n);
    await expect(followerOf(LEDGER, both).ensureUpToDate()).rejects.toMatchObject(
      outdated(['counts']),
    );
    expect(await counted()).toBe(2);
  });
});
