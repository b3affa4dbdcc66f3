// SPDX-License-Identifier: Apache-2.0
// Walks the patent's graph: a unit starts when all units before it are done, and parallel arrows run in parallel.
import { enclosedBy, predecessorsOf, type UnitId } from '@fabric-offline-pay/domain';

/** The work of a unit. A module that encloses other units begins before them and joins after them. */
export interface UnitTask {
  /** Runs once all units before this one are done. */
  readonly begin: () => Promise<unknown>;
  /** Runs once all enclosed units are done, too. */
  readonly join?: () => Promise<unknown>;
}

/** The work of each unit. Units without a task are skipped. */
export type UnitTasks = Partial<Readonly<Record<UnitId, UnitTask>>>;

/** Parts of the graph that run in one go. Between them, a person decides (picks goods, signs). */
export const PHASES = {
  login: ['2', '3', '4', '5', '6', '7'],
  basket: ['8', '9', '15', '11', '1101', '1102', '1103', '1104'],
  settlement: ['10', '12', '13', '15', '16', '14', '17'],
} as const satisfies Record<string, readonly UnitId[]>;

/** Waits for all tasks, so that a refusal in one branch leaves nothing running in another. Then throws the first refusal. */
async function all(tasks: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(tasks);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function runUnit(unit: UnitId, units: readonly UnitId[], tasks: UnitTasks): Promise<void> {
  const task = tasks[unit];
  await task?.begin();
  const enclosed = enclosedBy(unit).filter((entry) => units.includes(entry));
  await all(enclosed.map((entry) => runUnit(entry, units, tasks)));
  await task?.join?.();
}

/**
 * Runs the units of a phase along the arrows between them. Units without a task are skipped.
 * @throws the first refusal, after all units in progress have ended
 */
export async function walk(units: readonly UnitId[], tasks: UnitTasks): Promise<void> {
  const enclosed = new Set(units.flatMap((unit) => enclosedBy(unit)));
  const started = new Map<UnitId, Promise<void>>();
  const start = (unit: UnitId): Promise<void> => {
    const running = started.get(unit);
    if (running !== undefined) return running;
    const before = predecessorsOf(unit).filter(
      (entry) => units.includes(entry) && !enclosed.has(entry),
    );
    const run = Promise.resolve().then(async () => {
      await all(before.map(start));
      await runUnit(unit, units, tasks);
    });
    started.set(unit, run);
    return run;
  };
  await all(units.filter((unit) => !enclosed.has(unit)).map(start));
}
