// SPDX-License-Identifier: Apache-2.0
// PostgreSQL inside the process, on files, whose every commit of a change is a crossing. A statement outside a transaction commits by itself.
import type { SqlEngine, SqlResult } from '@fabric-offline-pay/node-common/node';
import type { Crossings } from './crossings.js';

/** Also behind `with …`; not `for update of`, which only locks. */
const WRITES =
  /^\s*(?:with\b.*?)?\b(?<!for\s+)(?:insert\s+into|update|delete\s+from)\s+([\w."]+)/is;

/** What the queue notes of itself is no work of the node. */
const OF_QUEUE_ITSELF = /jobs"?\."?(queue|version|schedule|subscription|bam|job_history|instance)/i;

/** @returns the table that a statement changes, if it changes one that counts */
function tableOf(sql: string): string | undefined {
  const name = WRITES.exec(sql)?.[1]?.replaceAll('"', '');
  return name === undefined || OF_QUEUE_ITSELF.test(name) ? undefined : name;
}

const changes = ({ affectedRows = 0, rows }: SqlResult): boolean =>
  affectedRows > 0 || rows.length > 0;

export class CountedEngine implements SqlEngine {
  readonly #engine: SqlEngine;
  readonly #crossings: Crossings;
  /** Tables that the open transaction has changed; undefined outside of one. */
  #changed: Set<string> | undefined;

  constructor(engine: SqlEngine, crossings: Crossings) {
    this.#engine = engine;
    this.#crossings = crossings;
  }

  async query(sql: string, parameters: unknown[]): Promise<SqlResult> {
    const result = await this.#engine.query(sql, parameters);
    this.#note(sql, result);
    return result;
  }

  async exec(sql: string): Promise<SqlResult[]> {
    const changed = this.#changed;
    if (sql === 'commit') return this.#commit(sql, [...(changed ?? [])].sort());
    const results = await this.#engine.exec(sql);
    if (sql.startsWith('begin')) this.#changed = new Set();
    else if (sql === 'rollback') this.#changed = undefined;
    else if (results.length === 1 && results[0] !== undefined) this.#note(sql, results[0]);
    return results;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #commit(sql: string, tables: readonly string[]): Promise<SqlResult[]> {
    const name = `commit ${tables.join('+')}`;
    if (tables.length > 0) this.#crossings.pass(`before ${name}`);
    const results = await this.#engine.exec(sql);
    this.#changed = undefined;
    if (tables.length > 0) this.#crossings.pass(`after ${name}`);
    return results;
  }

  #note(sql: string, result: SqlResult): void {
    const table = tableOf(sql);
    if (table === undefined || !changes(result)) return;
    if (this.#changed === undefined) this.#crossings.pass(`after commit ${table}`);
    else this.#changed.add(table);
  }
}
