// SPDX-License-Identifier: Apache-2.0
// What was asked for is done, at least once, whatever happens in between.
import { sql, type Kysely, type KyselyPlugin } from 'kysely';
import { openDatabase } from '../database/open-database.js';
import { waitUntil } from '../system/wait-until.js';
import { testPlace, urlOf } from '../testing/test-place.js';
import type { JobData, JobKind } from './job-kind.js';
import { Jobs } from './jobs.js';

let db: Kysely<object>;
let url: string | undefined;
let running: Jobs[] = [];
let failures: string[] = [];

beforeAll(async () => {
  const place = await testPlace();
  url = urlOf(place);
  db = await openDatabase<object>(place, {});
});

afterEach(async () => {
  await Promise.all(running.map((jobs) => jobs.stop()));
  [running, failures] = [[], []];
});

afterAll(() => db.destroy());

const startJobs = (...kinds: readonly JobKind[]): Promise<Jobs> => startJobsOn(db, kinds);

async function startJobsOn(on: Kysely<object>, kinds: readonly JobKind[]): Promise<Jobs> {
  const observer = {
    failed: ({ job, key }: { job: string; key: string }) => void failures.push(`${job} ${key}`),
    broken: (error: unknown) => void failures.push(String(error)),
  };
  const jobs = new Jobs({ db: on, ...(url !== undefined && { url }), kinds, observer });
  running.push(jobs);
  await jobs.start();
  return jobs;
}

const askIn = (on: Kysely<object>, jobs: Jobs, kind: JobKind, key: string): Promise<void> =>
  jobs.askAll(on, kind, new Map([[key, { data: { key } }]]));

const ask = (jobs: Jobs, kind: JobKind, key: string): Promise<void> =>
  db.transaction().execute((transaction) => askIn(transaction, jobs, kind, key));

const until = (what: string, holds: () => boolean): Promise<true> =>
  waitUntil(what, () => holds() || undefined, { deadlineMs: 20_000 });

/** Notes what it is run with. */
const noting = (name: string, then?: (key: unknown) => Promise<void> | void) => {
  const ran: unknown[] = [];
  const kind: JobKind = {
    name,
    run: async ({ key }: JobData) => {
      ran.push(key);
      await then?.(key);
    },
  };
  return { kind, ran };
};

const idle = (name: string): JobKind => ({ name, atOnce: 0, run: () => Promise.resolve() });

test('a run is asked for by the transaction that has the reason: undone, nothing runs', async () => {
  const { kind, ran } = noting('reasons');
  const jobs = await startJobs(kind);
  const undone = db.transaction().execute(async (transaction) => {
    await askIn(transaction, jobs, kind, 'undone');
    throw new Error('undo');
  });
  await expect(undone).rejects.toThrow('undo');
  await ask(jobs, kind, 'done');
  jobs.wake(kind);
  await until('the run', () => ran.length > 0);
  expect(ran).toEqual(['done']);
});

test('asked for again while it waits it runs once; while it runs, once more', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { kind, ran } = noting('again', () => held);
  const jobs = await startJobs(kind);
  await ask(jobs, kind, 'a');
  await until('the first run', () => ran.length === 1);
  for (let times = 0; times < 3; times += 1) await ask(jobs, kind, 'a');
  expect(await jobs.states()).toMatchObject([{ name: 'again', waiting: 1, running: 1 }]);
  release();
  await until('the second run', () => ran.length === 2);
  await ask(jobs, kind, 'last');
  await until('another', () => ran.includes('last'));
  expect(ran).toEqual(['a', 'a', 'last']);
});

test('a backlog is worked off without a pause between two', async () => {
  const keys = Array.from({ length: 40 }, (_, index) => index.toString());
  const { kind, ran } = noting('backlog');
  const asking = await startJobs({ ...kind, atOnce: 0 });
  const asked = new Map(keys.map((key) => [key, { data: { key } }]));
  await db.transaction().execute((transaction) => asking.askAll(transaction, kind, asked));
  await startJobs(kind);
  // With a pause of half a second after each it would take 20.
  await waitUntil('all runs', () => ran.length === keys.length || undefined, {
    deadlineMs: 10_000,
  });
  expect(ran.map(String).sort()).toEqual([...keys].sort());
});

test('so many run at the same time as the kind allows, though one is woken', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { kind, ran } = noting('together', () => held);
  const jobs = await startJobs({ ...kind, atOnce: 3 });
  const asked = new Map(['a', 'b', 'c', 'd'].map((key) => [key, { data: { key } }]));
  await db.transaction().execute((transaction) => jobs.askAll(transaction, kind, asked));
  jobs.wake(kind);
  await until('three runs', () => ran.length === 3);
  expect(await jobs.states()).toMatchObject([{ waiting: 1, running: 3 }]);
  release();
  await until('the fourth', () => ran.length === 4);
});

describe('lanes of a kind', () => {
  const lanes = { names: ['left', 'right'], of: ({ lane }: JobData) => String(lane) };

  /** What is asked for in the left one does not end until it is released. */
  function held(name: string, atOnce: number) {
    let release = (): void => undefined;
    const waits = new Promise<void>((resolve) => (release = resolve));
    const ran: string[] = [];
    const run = async ({ key, lane }: JobData): Promise<void> => {
      ran.push(`${String(key)} ${String(lane)}`);
      if (lane === 'left') await waits;
    };
    return { kind: { name, atOnce, lanes, run }, ran, release: () => release() };
  }

  const askIn = async (jobs: Jobs, kind: JobKind, lane: string, ...keys: readonly string[]) => {
    const asked = new Map(keys.map((key) => [key, { data: { key, lane } }]));
    await db.transaction().execute((transaction) => jobs.askAll(transaction, kind, asked));
    jobs.wake(kind);
  };

  test('do not wait for each other, and each has its own that run at the same time', async () => {
    const { kind, ran, release } = held('lanes', 2);
    const jobs = await startJobs(kind);
    await askIn(jobs, kind, 'left', 'a', 'b', 'c');
    await until('two on the left', () => ran.length === 2);
    await askIn(jobs, kind, 'right', 'd', 'e', 'f');
    await until('all on the right', () => ran.length === 5);
    expect(await jobs.states()).toMatchObject([{ waiting: 1, running: 2 }]);
    release();
    await until('the last on the left', () => ran.length === 6);
    expect([...ran].sort()).toEqual([
      'a left',
      'b left',
      'c left',
      'd right',
      'e right',
      'f right',
    ]);
  });

  test('keep one run for each key, in the lane in which it was asked for last', async () => {
    const { kind, ran, release } = held('last-lane', 1);
    const jobs = await startJobs(kind);
    await askIn(jobs, kind, 'left', 'a');
    await until('the first', () => ran.length === 1);
    await askIn(jobs, kind, 'left', 'b');
    await askIn(jobs, kind, 'right', 'b');
    await until('the second', () => ran.length === 2);
    expect(ran).toEqual(['a left', 'b right']);
    expect(await jobs.states()).toMatchObject([{ waiting: 0, running: 1 }]);
    release();
  });

  test('are found by the node, whoever asked; what was asked for before there were any runs in the first', async () => {
    const { kind, ran, release } = held('found-lanes', 1);
    const before = await startJobs(idle('found-lanes'));
    await ask(before, kind, 'old');
    const asking = await startJobs({ ...kind, atOnce: 0 });
    await askIn(asking, kind, 'right', 'new');
    await startJobs(kind);
    await until('both', () => ran.length === 2);
    expect([...ran].sort()).toEqual(['new right', 'old undefined']);
    release();
  });
});

test('however many kinds rest, a look is one statement', async () => {
  const at: number[] = [];
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => {
      at.push(Date.now());
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  };
  const kinds = Array.from({ length: 30 }, (_, index) => noting(`rest-${index}`).kind);
  await startJobsOn(db.withPlugin(counting), kinds);
  const [started] = at.slice(-1);
  // Two a second, and now and then one of the queue's own; with a look of each worker's own it were sixty.
  await until('a second with few statements', () => {
    const since = Date.now() - 1000;
    return since > (started ?? 0) && at.filter((each) => each > since).length <= 5;
  });
});

test('of several keys, those that wait run once, and those that run already once more', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const { kind, ran } = noting('several', () => held);
  const jobs = await startJobs(kind);
  await ask(jobs, kind, 'a');
  await until('the first run', () => ran.length === 1);
  await ask(jobs, kind, 'b');
  const asked = new Map(['c', 'b', 'a'].map((key) => [key, { data: { key } }]));
  await db.transaction().execute((transaction) => jobs.askAll(transaction, kind, asked));
  expect(await jobs.states()).toMatchObject([{ name: 'several', waiting: 3, running: 1 }]);
  release();
  await until('the other runs', () => ran.length === 4);
  expect([...ran].sort()).toEqual(['a', 'a', 'b', 'c']);
});

test('what fails is told without its data, and tried again', async () => {
  let kept = '';
  const { kind, ran } = noting('failing', async () => {
    if (ran.length === 1) throw new Error('of somebody');
    kept = JSON.stringify((await sql`select output from jobs.job`.execute(db)).rows);
  });
  const jobs = await startJobs(kind);
  await ask(jobs, kind, 'm/1');
  await until('the second try', () => kept !== '');
  expect(failures).toEqual(['failing m/1']);
  expect(kept).toContain('see the log');
  expect(kept).not.toContain('of somebody');
});

test('a run that is given up hears it before another begins', async () => {
  const heard: boolean[] = [];
  const kind: JobKind = {
    name: 'given-up',
    atOnce: 2,
    givenUpAfterSeconds: 1,
    run: async (_, signal) => {
      const isFirst = heard.length === 0;
      heard.push(signal.aborted);
      if (!isFirst) return;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      heard[0] = signal.aborted;
    },
  };
  const jobs = await startJobs(kind);
  await ask(jobs, kind, 'a');
  await until('the second run', () => heard.length === 2);
  expect(heard).toEqual([true, false]);
});

test('what waits when the node ends is done by the next one', async () => {
  const { kind, ran } = noting('kept');
  const first = await startJobs({ ...idle('other'), atOnce: 1 }, idle('kept'));
  await ask(first, kind, 'a');
  await first.stop();
  running = [];
  await startJobs(kind);
  await until('the run', () => ran.length === 1);
  expect(ran).toEqual(['a']);
});

/** As it stands when the process is killed while it runs. */
const leaveRunning = (name: string) =>
  sql`update jobs.job set state = 'active', started_on = now() where name = ${name}`.execute(db);

test('what ran when the process was killed runs again at once, unless another process may still run it', async () => {
  const { kind, ran } = noting('killed');
  const first = await startJobs(idle('killed'));
  await ask(first, kind, 'once');
  await leaveRunning('killed');
  await ask(first, kind, 'asked again');
  await leaveRunning('killed');
  await ask(first, kind, 'asked again');
  await first.stop();
  const next = await startJobs(kind);
  if (url !== undefined) {
    await ask(next, kind, 'of another key');
    // A run has told of itself before the queue notes that it ended.
    const ended = async () => {
      const [state] = await next.states();
      return (ran.length > 0 && state?.running === 2 && state.waiting === 1) || undefined;
    };
    await waitUntil('the end of the run', ended, { deadlineMs: 20_000 });
    expect(ran).toEqual(['of another key']);
    return;
  }
  await until('the runs', () => ran.length === 2);
  await eventuallyIdle(next);
  expect([...ran].sort()).toEqual(['asked again', 'once']);
});

const eventuallyIdle = (jobs: Jobs): Promise<true> =>
  waitUntil(
    'the end of all runs',
    async () =>
      (await jobs.states()).every(({ running, waiting }) => running + waiting === 0) || undefined,
    { deadlineMs: 20_000 },
  );

test('a start takes over what the last one made, and changes only what is new', async () => {
  const { kind: unclocked } = noting('clocked');
  const plain = noting('plain').kind;
  await (await startJobs({ ...unclocked, schedule: '0 3 * * *' }, plain)).stop();
  const settingsOf = async () => {
    const { rows } = await sql`
      select queue.name, queue.policy, queue.expire_seconds::integer as seconds, retry_limit as attempts, cron
      from jobs.queue left join jobs.schedule on schedule.name = queue.name
      where queue.name in ('clocked', 'plain') order by queue.name
    `.execute(db);
    return rows;
  };
  const [first, second] = await settingsOf();
  const common = { policy: 'stately', seconds: 300, attempts: 180 };
  expect(first).toEqual({ name: 'clocked', cron: '0 3 * * *', ...common });
  expect(second).toEqual({ name: 'plain', cron: null, ...common });
  await (await startJobs(unclocked, { ...plain, givenUpAfterSeconds: 60 })).stop();
  expect(await settingsOf()).toEqual([
    { name: 'clocked', cron: null, ...common },
    { name: 'plain', cron: null, ...common, seconds: 60 },
  ]);
});

test('a run that is asked for later begins then, and not before', async () => {
  const begun: number[] = [];
  const { kind, ran } = noting('later', () => void begun.push(Date.now()));
  const jobs = await startJobs(kind);
  const asked = new Map([
    ['later', { data: { key: 'later' }, afterSeconds: 2 }],
    ['now', { data: { key: 'now' } }],
  ]);
  const askedAt = Date.now();
  await db.transaction().execute((transaction) => jobs.askAll(transaction, kind, asked));
  jobs.wake(kind);
  await until('the later run', () => ran.length === 2);
  expect(ran).toEqual(['now', 'later']);
  expect(begun[1]).toBeGreaterThanOrEqual(askedAt + 1_900);
});

describe.each(['90 minutes', '30 days'])('after a clock that was ahead by %s', (ahead) => {
  const then = sql`now() + ${sql.lit(ahead)}::interval`;

  test('what was asked for is done, and the clock asks again', async () => {
    const { kind, ran } = noting('put-off');
    const jobs = await startJobs(kind);
    await db.transaction().execute(async (transaction) => {
      await askIn(transaction, jobs, kind, 'late');
      await sql`update jobs.job set start_after = ${then} where name = 'put-off'`.execute(
        transaction,
      );
      await sql`update jobs.version set cron_on = ${then}, flow_on = ${then}`.execute(transaction);
      await sql`update jobs.queue set monitor_claim_on = ${then}, maintain_on = ${then}`.execute(
        transaction,
      );
    });
    await jobs.stop();
    await eventuallyIdle(await startJobs(kind));
    expect(ran).toEqual(['late']);
    const { rows } = await sql`
      select (select count(*)::integer from jobs.version where greatest(cron_on, flow_on) > now()) as passes,
        (select count(*)::integer from jobs.queue where greatest(monitor_claim_on, maintain_on) > now()) as queues
    `.execute(db);
    expect(rows).toEqual([{ passes: 0, queues: 0 }]);
  });

  test('an attempt that waits its hour goes on waiting, one that waits longer does not', async () => {
    const { kind, ran } = noting('attempts');
    const jobs = await startJobs(kind);
    const wait = sql`now() + interval '59 minutes'`;
    await db.transaction().execute(async (transaction) => {
      for (const key of ['waits', 'too long']) await askIn(transaction, jobs, kind, key);
      await sql`
        update jobs.job set state = 'retry', retry_count = 12,
          start_after = case singleton_key when 'waits' then ${wait} else ${wait} + ${sql.lit(ahead)}::interval end
        where name = 'attempts'
      `.execute(transaction);
    });
    await jobs.stop();
    await startJobs(kind);
    await until('the attempt', () => ran.length > 0);
    expect(ran).toEqual(['too long']);
    await sql`delete from jobs.job where name = 'attempts'`.execute(db);
  });
});

test('what fails while an earlier attempt waits an hour is tried again as soon as any other', async () => {
  let failing = true;
  const { kind, ran } = noting('twice-asked', () => {
    if (failing) throw new Error('the host is away');
  });
  const jobs = await startJobs(kind);
  await ask(jobs, kind, 'c');
  await until('the first attempt', () => failures.length === 1);
  const putOff = sql`update jobs.job set start_after = now() + interval '55 minutes', retry_count = 12
    where name = 'twice-asked' and state = 'retry'`;
  await waitUntil(
    'the failure to be noted',
    async () => ((await putOff.execute(db)).numAffectedRows === 1n ? true : undefined),
    { deadlineMs: 5_000 },
  );
  await ask(jobs, kind, 'c');
  jobs.wake(kind);
  await until('the second attempt', () => failures.length === 2);
  failing = false;
  await until('the third attempt', () => ran.length === 3);
  await eventuallyIdle(jobs);
});

test('a database server that does not answer is told, and holds nobody who ends', async () => {
  // Inside the process it always answers.
  if (url === undefined) return;
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  const silent: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      await held;
      return result;
    },
  };
  const jobs = await startJobsOn(db.withPlugin(silent), [idle('unanswered')]);
  await until('the word of it', () => failures.some((text) => text.includes('does not answer')));
  await jobs.stop();
  answer();
});
