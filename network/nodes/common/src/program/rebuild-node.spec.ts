// SPDX-License-Identifier: Apache-2.0
// A rebuild makes what blocks alone make, until the head, and nothing of the node works meanwhile.
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import { sql, type Kysely } from 'kysely';
import { pino } from 'pino';
import { openDatabase, type Migrations } from '../database/open-database.js';
import type { SqlEngine } from '../database/pglite-dialect.js';
import { createFollowedTables } from '../follower/followed-tables.js';
import type { BlockSource, Projection } from '../follower/follower.js';
import { createPosition, type PositionTables } from '../follower/position.js';
import type { JobKind } from '../jobs/job-kind.js';
import { waitUntil } from '../system/wait-until.js';
import { testEngine } from '../testing/test-place.js';
import type { NodeConfig } from './node-config.js';
import { rebuildNode, type NodeOptions } from './start-node.js';
import { Work } from './work.js';

interface Tables extends PositionTables {
  readonly seen: { readonly block: number };
}

const MIGRATIONS: Migrations = {
  '0001-position': { up: createPosition },
  '0002-followed-tables': { up: createFollowedTables },
  '0003-seen': {
    up: async (db: Kysely<unknown>) => {
      await sql`create table seen (block integer primary key)`.execute(db);
    },
  },
};

const BLOCKS = [0, 1, 2].map((number): CommittedBlock => ({
  number: BigInt(number),
  hash: `h${number}`,
  previousHash: number === 0 ? '' : `h${number - 1}`,
  transactions: [],
}));

const source: BlockSource = {
  async *committedBlocks(from, signal) {
    yield* BLOCKS.filter(({ number }) => number >= from);
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  },
};

const told: unknown[] = [];
const TELL: JobKind = {
  name: 'tell',
  run: ({ block }) => {
    told.push(block);
    return Promise.resolve();
  },
};

/** Asks somebody to be told of each block, as projections ask for messages. */
const projectionOf = (work: Work<Tables>): Projection<Tables> => ({
  tables: ['seen'],
  apply: async (db, { number }) => {
    const block = Number(number);
    await db.insertInto('seen').values({ block }).execute();
    await work.ask(db, TELL, block.toString(), { block });
  },
});

let engine: SqlEngine;
/** It outlives what is opened on it. */
let lasting: SqlEngine;

beforeAll(async () => {
  engine = await testEngine();
  lasting = {
    query: (...given) => engine.query(...given),
    exec: (text) => engine.exec(text),
    close: () => Promise.resolve(),
  };
});
afterAll(() => engine.close());

const options = (): NodeOptions<Tables, never, unknown> => ({
  name: 'node',
  config: {} as NodeConfig,
  logger: pino({ level: 'silent' }),
  migrations: MIGRATIONS,
  blocks: { ...source, height: () => Promise.resolve(BigInt(BLOCKS.length)) },
  place: { engine: lasting },
  build: ({ work }) => ({
    projections: [projectionOf(work)],
    jobs: [TELL],
    api: { operations: {} } as never,
    handlers: {} as never,
    contextOf: () => undefined,
  }),
});

const seen = async () => {
  const { rows } = await engine.query('select block from seen order by block', []);
  return rows.map((row) => (row as { readonly block: number }).block);
};

test('it reads to the head and does nothing; what blocks ask for is done by the next start', async () => {
  for (let times = 0; times < 2; times += 1) {
    expect(await rebuildNode(options(), AbortSignal.timeout(30_000))).toBe(3n);
    expect([await seen(), told]).toEqual([[0, 1, 2], []]);
  }
  const db = await openDatabase<Tables>({ engine: lasting }, MIGRATIONS);
  const work = new Work<Tables>({ db, blocks: source, logger: pino({ level: 'silent' }) });
  await work.start({ projections: [projectionOf(work)], jobs: [TELL] });
  await waitUntil('all that was asked', () => told.length === 3 || undefined, {
    deadlineMs: 30_000,
  });
  await work.close();
  expect([...told].sort()).toEqual([0, 1, 2]);
});

test('a node that does not follow the ledger has nothing to rebuild', async () => {
  const blind = { ...options(), blocks: source };
  await expect(rebuildNode(blind, AbortSignal.timeout(30_000))).rejects.toThrow('does not follow');
});
