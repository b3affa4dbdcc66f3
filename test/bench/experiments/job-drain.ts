// SPDX-License-Identifier: Apache-2.0
// How fast a node works off a backlog of jobs that take no time themselves, with one worker. Needs no network.
import { Jobs, openDatabase, type JobKind } from '@fabric-offline-pay/node-common/node';
import { urlOf } from '../../../network/nodes/common/src/testing/test-place.js';
import { onEachDatabase } from '../node-databases.js';
import type { LoneExperiment } from '../run.js';

const broken = (error: unknown): never => {
  throw error;
};

/** A kind of work that counts. @returns it, and what resolves when it ran so often */
function counting(until: number) {
  let ran = 0;
  let done = (): void => undefined;
  const finished = new Promise<void>((resolve) => (done = resolve));
  const run = (): Promise<void> => {
    ran += 1;
    if (ran === until) done();
    return Promise.resolve();
  };
  const kind: JobKind = { name: 'backlog', run };
  return { kind, finished };
}

export const jobDrain: LoneExperiment = ({ scale, parts, tell }) =>
  onEachDatabase(tell, async (name, make) => {
    const place = await make();
    const url = urlOf(place);
    const db = await openDatabase<object>(place, {});
    const base = { db, observer: { failed: broken, broken }, ...(url !== undefined && { url }) };
    const { kind, finished } = counting(scale.jobs);
    const asking = new Jobs({ ...base, kinds: [{ ...kind, atOnce: 0 }] });
    await asking.start();
    const keys = Array.from(
      { length: scale.jobs },
      (_, index) => [index.toString(), { data: {} }] as const,
    );
    await db
      .transaction()
      .execute((transaction) => asking.askAll(transaction, kind, new Map(keys)));
    await asking.stop();
    const working = new Jobs({ ...base, kinds: [kind] });
    await working.start();
    const begun = performance.now();
    await finished;
    const perSecond = (1000 * scale.jobs) / (performance.now() - begun);
    parts.absolute[`jobsPerSecond${name}`] = perSecond;
    tell(`jobs, ${name}: ${perSecond.toFixed(0)} a second`);
    await working.stop();
    await db.destroy();
  });
