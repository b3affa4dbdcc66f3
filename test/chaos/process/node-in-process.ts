// SPDX-License-Identifier: Apache-2.0
// A node that is killed: what its program is made of, on a database in a folder and a ledger in another process.
import {
  folderEngine,
  type JobKind,
  NodeMetrics,
  openDatabase,
  Work,
  type Migrations,
  type NodeBase,
  type PositionTables,
  type Projection,
  type SqlEngine,
  type WorkParts,
} from '@fabric-offline-pay/node-common/node';
import { pino } from 'pino';
import type { Line } from '../line.js';
import { CountedEngine } from './counted-engine.js';
import type { Crossings } from './crossings.js';
import { remoteBlocks } from './remote-ledger.js';

/** What a node is built with, besides its base. */
export interface Surroundings {
  readonly line: Line;
  readonly crossings: Crossings;
  /** The node's settings, as its history gives them. */
  readonly settings: never;
}

/** One node's work. */
export interface BuiltNode<Tables> {
  readonly parts: WorkParts<Tables>;
  /** How much of its own waits, beside jobs. */
  waiting(): Promise<number>;
  /** What the node says of what left it. */
  facts(): Promise<unknown>;
  close(): Promise<void>;
}

export interface NodeKind<Tables extends PositionTables> {
  readonly migrations: Migrations;
  /** Rows that stand before the history, and that no block makes. */
  seed(db: NodeBase<Tables>['db'], surroundings: Surroundings): Promise<void>;
  build(base: NodeBase<Tables>, surroundings: Surroundings): BuiltNode<Tables>;
}

/** Rows by table, as text, sorted. */
export type Rows = Readonly<Record<string, readonly string[]>>;

async function rowsOf<Tables>(
  engine: SqlEngine,
  projections: readonly Projection<Tables>[],
): Promise<Rows> {
  const tables = [...projections.flatMap((projection) => projection.tables), 'ledger_position'];
  const all: Record<string, readonly string[]> = {};
  for (const table of tables) {
    const { rows } = await engine.query(`select * from ${table}`, []);
    all[table] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return all;
}

/** Kept by whoever started the process, for the case that it breaks. */
const logger = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }));

interface Place {
  readonly folder: string;
  readonly line: Line;
  readonly crossings: Crossings;
  readonly settings: never;
}

export class NodeInProcess<Tables extends PositionTables> {
  readonly #kind: NodeKind<Tables>;
  readonly #place: Place;
  readonly #base: NodeBase<Tables>;
  readonly #built: BuiltNode<Tables>;
  readonly #engine: SqlEngine;

  private constructor(
    kind: NodeKind<Tables>,
    place: Place,
    engine: SqlEngine,
    base: NodeBase<Tables>,
  ) {
    this.#kind = kind;
    this.#place = place;
    this.#engine = engine;
    this.#base = base;
    this.#built = kind.build(base, place);
  }

  static async open<Tables extends PositionTables>(
    kind: NodeKind<Tables>,
    place: Place,
  ): Promise<NodeInProcess<Tables>> {
    const engine = new CountedEngine(await folderEngine(place.folder), place.crossings);
    const db = await openDatabase<Tables>({ engine }, kind.migrations);
    const metrics = new NodeMetrics('chaos');
    const onEnd = (error: unknown) => void place.line.call('ended', String(error));
    const work = new Work<Tables>({ db, logger, metrics, blocks: remoteBlocks(place.line), onEnd });
    const base = { db, work, logger, metrics, clock: Date.now };
    return new NodeInProcess(kind, place, engine, base);
  }

  /** Makes the tables of node and queue, and what stands in them before the history. */
  async seed(): Promise<void> {
    const { db, work } = this.#base;
    await this.#kind.seed(db, this.#place);
    await work.start({ projections: [], jobs: this.#built.parts.jobs.map(unscheduled) });
  }

  work(): Promise<void> {
    const { projections, jobs } = this.#built.parts;
    return this.#base.work.start({ projections, jobs: jobs.map(unscheduled) });
  }

  /** Runs a kind of work, as the clock does. */
  async run(name: string): Promise<void> {
    const kind = this.#built.parts.jobs.find((job) => job.name === name);
    if (kind === undefined) throw new Error(`The node has no work ${name}.`);
    await kind.run({}, new AbortController().signal);
  }

  /** Whether the tables have so many blocks, and nothing waits. */
  async isQuiet(blocks: number): Promise<boolean> {
    const { rows } = await this.#engine.query('select next_block from ledger_position', []);
    const [position] = rows as readonly { readonly next_block: number }[];
    if ((position?.next_block ?? 0) < blocks) return false;
    const states = await this.#base.work.jobStates();
    const jobs = states.reduce((sum, { waiting, running }) => sum + waiting + running, 0);
    return jobs + (await this.#built.waiting()) === 0;
  }

  /** What waits, for whoever waits in vain. */
  async state(): Promise<unknown> {
    const { rows } = await this.#engine.query('select next_block from ledger_position', []);
    const states = await this.#base.work.jobStates();
    return { position: rows, jobs: states.filter(({ waiting, running }) => waiting + running > 0) };
  }

  rows(): Promise<Rows> {
    return rowsOf(this.#engine, this.#built.parts.projections);
  }

  facts(): Promise<unknown> {
    return this.#built.facts();
  }

  /** Follows the ledger into these tables from block 0, and does nothing else. The node must not work yet. */
  async rebuild(blocks: number): Promise<Rows> {
    const { projections, jobs } = this.#built.parts;
    await this.#base.work.rebuild(
      { projections, jobs: jobs.map(unscheduled) },
      BigInt(blocks) - 1n,
      AbortSignal.timeout(60_000),
    );
    return this.rows();
  }

  async close(): Promise<void> {
    await this.#base.work.close();
    await this.#built.close();
    await this.#base.db.destroy();
  }
}

/** The minute of the wall clock is no part of a history: what the clock asks for, the history asks for. */
function unscheduled(kind: JobKind): JobKind {
  const { schedule, ...rest } = kind;
  return schedule === undefined ? kind : rest;
}
