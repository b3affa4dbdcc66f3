// SPDX-License-Identifier: Apache-2.0
// Tells one endpoint what waits for it. Events of one subject go one after the other, other subjects do not wait for them. A crash between
// an answer and its note sends the same id again, which receivers know by `webhook-id`. So does a run that another one replaced while it
// waited for an answer: what it hears then changes nothing that the other one has noted.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { systemCodeOf } from '@fabric-offline-pay/node-common';
import { elapsed, signedHeaders, type Elapsed } from '@fabric-offline-pay/node-common/node';
import { sql, type Selectable } from 'kysely';
import type {
  WebhookDeliveryTable,
  WebhookEndpointTable,
  WebhookEventTable,
} from '../database/schema.js';
import { waitedFor } from './backoff.js';
import type { WebhookContext } from './context.js';

type Endpoint = Selectable<WebhookEndpointTable>;
type Waiting = Pick<
  Selectable<WebhookDeliveryTable>,
  'seq' | 'subject' | 'attempts' | 'tried_since'
> &
  Pick<Selectable<WebhookEventTable>, 'event_id' | 'type' | 'data' | 'at'> & {
    readonly due_at: number;
  };

/** Subjects that are told at the same time. */
const AT_ONCE = 16;

/** Subjects that are read at the same time: finding them passes over everything that waits, which may be much after days. */
const READ_AT_ONCE = 512;

/** A run ends when nothing is due for so long, which is longer than the first wait; the clock asks for the next, each minute. */
const LINGER_MS = 7_000;

/** What comes in meanwhile is seen at least so often. */
const LOOK_AGAIN_MS = 500;

/** A run begins nothing more then, so that another process can take over, and asks for the next itself. Its last answers come in time. */
const LONGEST_RUN_MS = 120_000;

const GONE = 410;

const isAccepted = (result: string): boolean => /^2\d\d$/.test(result);

/** The body of a webhook; receivers see the ledger's time, not that of the attempt. */
const bodyOf = ({ type, at, data }: Waiting): string =>
  `{"type":${JSON.stringify(type)},"timestamp":"${new Date(at * 1000).toISOString()}","data":${data}}`;

class Deliveries {
  readonly #context: WebhookContext;
  readonly #endpointId: string;
  readonly #signal: AbortSignal;
  readonly #active = new Map<string, Promise<void>>();
  /** Due, and not begun; one a subject. */
  #ready: Waiting[] = [];
  readonly #runId = randomUUID();
  readonly #elapsed: Elapsed;
  readonly #until: number;

  constructor(context: WebhookContext, endpointId: string, signal: AbortSignal) {
    this.#context = context;
    this.#endpointId = endpointId;
    this.#signal = signal;
    this.#elapsed = context.elapsed ?? elapsed;
    this.#until = this.#elapsed() + LONGEST_RUN_MS;
  }

  /** @returns whether something may still be due */
  async run(): Promise<boolean> {
    await this.#takeOver();
    try {
      for (;;) {
        if ((await this.#endpoint()) === undefined) return false;
        if (this.#isOver()) return true;
        if (!(await this.#step())) return false;
      }
    } finally {
      await Promise.all(this.#active.values());
    }
  }

  async #takeOver(): Promise<void> {
    await this.#context.db
      .updateTable('webhook_endpoints')
      .set({ run_id: this.#runId })
      .where('endpoint_id', '=', this.#endpointId)
      .execute();
  }

  /** @returns the endpoint as it is now; undefined when this run must tell it nothing more */
  async #endpoint(): Promise<Endpoint | undefined> {
    if (this.#signal.aborted) return undefined;
    return this.#context.db
      .selectFrom('webhook_endpoints')
      .selectAll()
      .where('endpoint_id', '=', this.#endpointId)
      .where('state', '=', 'active')
      .where('run_id', '=', this.#runId)
      .executeTakeFirst();
  }

  #isOver(): boolean {
    return this.#elapsed() >= this.#until;
  }

  /** @returns false when nothing is under way, and nothing is due soon */
  async #step(): Promise<boolean> {
    // Also one that ends meanwhile: what was read of it may be what was just told.
    const busy = new Set(this.#active.keys());
    const wait = this.#ready.length === 0 ? await this.#look(busy) : Infinity;
    while (this.#active.size < AT_ONCE && this.#ready.length > 0) this.#start(this.#ready.shift());
    if (this.#active.size === 0) {
      // What ended while the others were read may be due again, and was left out of them.
      if (busy.size > 0) return true;
      if (wait > LINGER_MS) return false;
    }
    await this.#news(Math.min(wait, LOOK_AGAIN_MS));
    return true;
  }

  /** Reads what is due of all subjects but these. @returns milliseconds until something else is due */
  async #look(busy: ReadonlySet<string>): Promise<number> {
    const heads = (await this.#heads()).filter(({ subject }) => !busy.has(subject));
    const now = this.#context.clock();
    this.#ready = heads.filter(({ due_at }) => due_at <= now);
    const later = heads.find(({ due_at }) => due_at > now);
    return later === undefined ? Infinity : later.due_at - now;
  }

  /** The first waiting event of each subject, those that are due longest first. */
  async #heads(): Promise<readonly Waiting[]> {
    const { rows } = await sql<Waiting>`
      select heads.*, event.event_id, event.type, event.data, event.at from (
        select distinct on (subject) seq, subject, attempts, tried_since, due_at
        from webhook_deliveries
        where endpoint_id = ${this.#endpointId} and due_at is not null order by subject, seq
      ) heads join webhook_events event on event.seq = heads.seq
      order by heads.due_at limit ${READ_AT_ONCE + this.#active.size}
    `.execute(this.#context.db);
    return rows;
  }

  #start(head: Waiting | undefined): void {
    if (head === undefined) return;
    const { subject } = head;
    const work = this.#tellAll(head).finally(() => this.#active.delete(subject));
    this.#active.set(subject, work);
  }

  /** Waits until a subject has ended, or for a time. */
  async #news(ms: number): Promise<void> {
    const enough = new AbortController();
    const signal = AbortSignal.any([enough.signal, this.#signal]);
    const timer = pause(ms, undefined, { signal }).catch(() => undefined);
    await Promise.race([timer, ...this.#active.values()]);
    enough.abort();
  }

  /** The event and what follows it, until one is not accepted. */
  async #tellAll(head: Waiting): Promise<void> {
    let waiting: Waiting | undefined = head;
    while (waiting !== undefined && !this.#isOver())
      waiting = (await this.#tell(waiting)) ? await this.#next(waiting) : undefined;
  }

  async #next({ subject, seq }: Waiting): Promise<Waiting | undefined> {
    const { rows } = await sql<Waiting>`
      select delivery.seq, delivery.subject, attempts, tried_since, due_at,
        event.event_id, event.type, event.data, event.at
      from webhook_deliveries delivery join webhook_events event on event.seq = delivery.seq
      where endpoint_id = ${this.#endpointId} and delivery.subject = ${subject}
        and delivery.seq > ${seq} and due_at is not null
      order by delivery.seq limit 1
    `.execute(this.#context.db);
    const [next] = rows;
    return next !== undefined && next.due_at <= this.#context.clock() ? next : undefined;
  }

  /** @returns whether the next one of the subject may follow */
  async #tell(waiting: Waiting): Promise<boolean> {
    const endpoint = await this.#endpoint();
    if (endpoint === undefined) return false;
    const triedSince = waiting.tried_since ?? this.#context.clock();
    const result = await this.#attempt(endpoint, waiting);
    if (isAccepted(result)) {
      const at = this.#context.clock();
      return this.#note(waiting, { due_at: null, delivered_at: at, last_result: result });
    }
    return this.#failed({ ...waiting, tried_since: triedSince }, result);
  }

  async #attempt(endpoint: Endpoint, waiting: Waiting): Promise<string> {
    const { post, clock } = this.#context;
    const body = bodyOf(waiting);
    const telling = { id: waiting.event_id, body, sentAt: clock() };
    // A secret that does not open is no failure of the endpoint: it fails the run, which whoever operates the node sees.
    const headers = signedHeaders(telling, this.#secretsOf(endpoint));
    try {
      return (await post(endpoint.url, headers, body)).toString();
    } catch (error) {
      return systemCodeOf(error) ?? (error instanceof Error ? error.name : 'Error');
    }
  }

  #secretsOf({ endpoint_id, secret, previous_secret, previous_until }: Endpoint): string[] {
    const { seal, clock } = this.#context;
    const isValid = previous_secret !== null && (previous_until ?? 0) > clock();
    return [secret, ...(isValid ? [previous_secret] : [])].map((each) =>
      seal.open(each, endpoint_id),
    );
  }

  async #failed(waiting: Waiting & { tried_since: number }, result: string): Promise<boolean> {
    const { backoff, clock } = this.#context;
    const attempts = waiting.attempts + 1;
    const { tried_since } = waiting;
    const failed = { tried_since, last_result: result };
    if (result === GONE.toString()) return this.#turnOff(waiting, failed);
    if (!this.#isTriedForLong(tried_since, attempts)) {
      await this.#note(waiting, { ...failed, due_at: clock() + backoff(attempts) });
      return false;
    }
    if (!(await this.#acceptedSince(tried_since))) return this.#turnOff(waiting, failed);
    if (!(await this.#note(waiting, { ...failed, due_at: null }))) return false;
    const { event_id: eventId } = waiting;
    this.#context.observer.eventGivenUp({ endpointId: this.#endpointId, eventId, result });
    return true;
  }

  /**
   * By the clock, and half of that by the waits between the attempts: a clock that jumped ahead, and a node that was off, have not seen that
   * the endpoint was away for days.
   */
  #isTriedForLong(since: number, attempts: number): boolean {
    const { backoff, clock, giveUpMs } = this.#context;
    return clock() - since >= giveUpMs && waitedFor(backoff, attempts) >= giveUpMs / 2;
  }

  /** @returns false when another run has noted an attempt meanwhile: that one counts */
  async #note(
    { seq, attempts }: Waiting,
    changes: Partial<Omit<WebhookDeliveryTable, 'seq' | 'endpoint_id'>>,
  ): Promise<boolean> {
    const noted = await this.#context.db
      .updateTable('webhook_deliveries')
      .set({ ...changes, attempts: attempts + 1 })
      .where('endpoint_id', '=', this.#endpointId)
      .where('seq', '=', seq)
      .where('attempts', '=', attempts)
      .where('due_at', 'is not', null)
      .returning('seq')
      .executeTakeFirst();
    return noted !== undefined;
  }

  /** What a clock that was ahead has noted lies in the future, and says nothing. */
  async #acceptedSince(since: number): Promise<boolean> {
    const accepted = await this.#context.db
      .selectFrom('webhook_deliveries')
      .select('seq')
      .where('endpoint_id', '=', this.#endpointId)
      .where('delivered_at', '>=', since)
      .where('delivered_at', '<=', this.#context.clock())
      .limit(1)
      .executeTakeFirst();
    return accepted !== undefined;
  }

  /** Nothing is lost: what waits goes on when somebody enables it. */
  async #turnOff(
    waiting: Waiting,
    failed: { readonly tried_since: number; readonly last_result: string },
  ): Promise<boolean> {
    if (!(await this.#note(waiting, failed))) return false;
    const turned = await this.#context.db
      .updateTable('webhook_endpoints')
      .set({ state: 'failing' })
      .where('endpoint_id', '=', this.#endpointId)
      .where('state', '=', 'active')
      .returning('endpoint_id')
      .executeTakeFirst();
    const result = failed.last_result;
    if (turned !== undefined)
      this.#context.observer.endpointFailing({ endpointId: this.#endpointId, result });
    return false;
  }
}

/**
 * Tells an endpoint everything that is due, in the place of an earlier run that still goes on.
 * @returns whether something may still be due
 */
export const deliverDue = (
  context: WebhookContext,
  endpointId: string,
  signal: AbortSignal,
): Promise<boolean> => new Deliveries(context, endpointId, signal).run();
