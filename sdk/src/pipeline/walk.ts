// SPDX-License-Identifier: Apache-2.0
// Walks the patent's graph: a unit starts when every unit before it is done, parallel arrows really run in parallel.
import { enclosedBy, predecessorsOf, type UnitId } from '@fabric-offline-pay/domain';

/** What a unit does; a module that encloses others begins before them and joins after them. */
export interface UnitTask {
  /** Once all before it are done. */
  readonly begin: () => Promise<unknown>;
  /** Once all that the unit encloses are done, too. */
  readonly join?: () => Promise<unknown>;
}

/** What each unit does; units without a task are passed. */
export type UnitTasks = Partial<Readonly<Record<UnitId, UnitTask>>>;

/** Parts of the graph that run in one go; between them a person decides (picks, signs). */
export const PHASES = {
  login: ['2', '3', '4', '5', '6', '7'],
  basket: ['8', '9', '15', '11', '1101', '1102', '1103', '1104'],
  settlement: ['10', '12', '13', '15', '16', '14', '17'],
} as const satisfies Record<string, readonly UnitId[]>;

/** Waits for all, so that a refusal in one branch leaves nothing running in another, then throws the first refusal. */
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
 * Runs the units of a phase along the arrows between them. A unit without a task is passed through.
 * @throws the first refusal, after everything under way has ended.
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
