// SPDX-License-Identifier: Apache-2.0
// Carries requests to a mobile-money host by the GSMA Mobile Money API. A request whose answer got lost is looked up under its correlation
// id, and posted again when the host does not know it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../clock.js';
import { HostUncertain, HostUnavailable, refused, type Answer } from '../core-banking.js';
import type { HostRequest } from '../requests/begin.js';
import { advance, type CarriedOut, type Host } from '../requests/recorded-core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import { askHttp, NoHttpAnswer, type HttpAnswer, type HttpOptions } from './http.js';
import { readStatement } from './statement-pages.js';
import {
  correlationId,
  errorObject,
  heartbeat,
  isAsAsked,
  LINK,
  meaningOf,
  postOf,
  requestState,
  responseLink,
  transaction,
  type RequestStateObject,
  type TransactionObject,
} from './wire.js';

export interface MobileHostParts {
  readonly db: CoreBankingDatabase;
  readonly http: HttpOptions;
  /** The bank's own account at the host. */
  readonly account: string;
  readonly clock: Clock;
  /** How long and how often the host is asked what became of a request that it took up. */
  readonly poll: { readonly everyMs: number; readonly times: number };
}

const uncertain = (why: string, cause?: unknown): HostUncertain =>
  new HostUncertain(`${why} Repeat the request under the same key.`, { cause });

const unavailable = (cause?: unknown): HostUnavailable =>
  new HostUnavailable('The mobile-money host does not answer. Repeat the request later.', {
    cause,
  });

const done = (reference: string): Answer => ({ outcome: 'done', reference });

/** Free text in the API; whatever is not here may still change. */
const STATUSES: ReadonlyMap<string, 'done' | 'refused'> = new Map([
  ['completed', 'done'],
  ['failed', 'refused'],
  ['declined', 'refused'],
  ['cancelled', 'refused'],
  ['rejected', 'refused'],
]);

/** @throws {HostUncertain} when other money was moved: somebody must look at it, and nothing is booked before */
function doneAsAsked(request: HostRequest, found: TransactionObject): Answer {
  if (isAsAsked(found, request)) return done(found.transactionReference);
  throw uncertain('The mobile-money host moved other money than it was asked to.');
}

/** The same, however the host came to show it: at once, under the request's id, or after it took the request up. */
function answerOfTransaction(request: HostRequest, found: TransactionObject): Answer {
  const status = STATUSES.get(found.transactionStatus.toLowerCase());
  if (status === undefined) throw uncertain('The mobile-money host has not decided yet.');
  if (status === 'refused') return refused('REFUSED_BY_HOST');
  return doneAsAsked(request, found);
}

/** `duplicate`: it was received before, and what became of it is shown under its id. */
type Judged = Answer | 'duplicate';

function judgeFailure({ error }: RequestStateObject): Judged {
  const meaning = error === undefined ? 'unclear' : meaningOf(error);
  if (meaning === 'duplicate') return meaning;
  return refused(meaning === 'unclear' ? 'REFUSED_BY_HOST' : meaning);
}

/** Not about the request, whatever else is said: who asks is not known, it took too long, or too much is asked for. */
const UNCLEAR_STATUSES = [401, 408, 425, 429];

/** @throws {HostUncertain} when it says nothing about the request */
function judgeError({ status, body }: HttpAnswer): Judged {
  const read = errorObject.safeParse(body);
  const isAboutRequest = status < 500 && !UNCLEAR_STATUSES.includes(status);
  const meaning = isAboutRequest && read.success ? meaningOf(read.data) : 'unclear';
  if (meaning === 'unclear')
    throw uncertain(
      `The mobile-money host answered with status ${status}, and not as its API says.`,
    );
  return meaning === 'duplicate' ? meaning : refused(meaning);
}

/** The host does not show transactions: there is none, not by this method, or it has no such thing. Any other status may pass. */
const NOT_SHOWN = [404, 405, 501];

/** @returns undefined for anything else than the state that was asked for */
function stateShown({ status, body }: HttpAnswer): RequestStateObject | undefined {
  return status === 200 ? requestState.safeParse(body).data : undefined;
}

/** Once it may have been sent, nobody knows without an answer what happened. */
async function inDoubt(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof NoHttpAnswer ? uncertain(error.message, error) : error;
  }
}

export class MobileHost implements Host {
  readonly adapter = 'mobile-money';
  readonly #parts: MobileHostParts;

  constructor(parts: MobileHostParts) {
    this.#parts = parts;
  }

  async carryOut(kept: HostRequest): Promise<CarriedOut> {
    const original = await this.#originalReference(kept);
    // The money was taken when it was authorised.
    if (kept.kind === 'complete') return { request: kept, answer: done(original ?? '') };
    if (kept.state !== 'asked')
      return { request: kept, answer: await inDoubt(() => this.#resume(kept, original)) };
    const request = await advance(this.#parts.db, kept, {
      state: 'sent',
      attempt: 1,
      sent_at: this.#parts.clock(),
    });
    return { request, answer: await inDoubt(() => this.#begin(request, original)) };
  }

  async echo(): Promise<void> {
    const { status, body } = await this.#get('/heartbeat').catch((error: unknown) => {
      throw unavailable(error);
    });
    const read = heartbeat.safeParse(body);
    if (status !== 200 || !read.success || read.data.serviceStatus === 'unavailable')
      throw unavailable();
  }

  statement(day: string, signal?: AbortSignal) {
    const { db, account } = this.#parts;
    return readStatement({ db, account, get: (path) => this.#get(path) }, day, signal);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #originalReference({ authorisation }: HostRequest): Promise<string | null> {
    if (authorisation === null) return null;
    const row = await this.#parts.db
      .selectFrom('host_requests')
      .select('reference')
      .where('request_key', '=', authorisation)
      .executeTakeFirstOrThrow();
    return row.reference;
  }

  /** Only a post that never left means that nothing happened: a look that did not leave comes after one that did. */
  async #begin(request: HostRequest, original: string | null): Promise<Answer> {
    const answer = await this.#post(request, original).catch(async (error: unknown) => {
      if (!(error instanceof NoHttpAnswer && error.isUnsent)) throw error;
      await advance(this.#parts.db, request, { state: 'asked' });
      throw unavailable(error);
    });
    return this.#judge(request, answer);
  }

  async #resume(request: HostRequest, original: string | null): Promise<Answer> {
    const found = await this.#lookUp(request);
    return found ?? this.#judge(request, await this.#post(request, original));
  }

  #post(request: HostRequest, original: string | null): Promise<HttpAnswer> {
    const { path, body } = postOf(request, this.#parts.account, original);
    const id = correlationId(request.request_key);
    const headers = { 'x-correlationid': id, 'x-date': this.#date() };
    return askHttp(this.#parts.http, { method: 'POST', path, headers, body });
  }

  /** Of the answer to a post. */
  async #judge(request: HostRequest, answer: HttpAnswer): Promise<Answer> {
    const judged = (await this.#read(request, answer)) ?? judgeError(answer);
    const found = judged === 'duplicate' ? await this.#lookUp(request) : judged;
    if (found !== undefined) return found;
    throw uncertain('The mobile-money host knows a request and does not show it.');
  }

  /** @returns undefined when it is no object of the API */
  async #read(request: HostRequest, { status, body }: HttpAnswer): Promise<Judged | undefined> {
    if (status !== 200 && status !== 201 && status !== 202) return undefined;
    const state = requestState.safeParse(body);
    if (state.success) return this.#follow(request, state.data);
    const made = transaction.safeParse(body);
    return made.success ? answerOfTransaction(request, made.data) : undefined;
  }

  /** Asks what became of the request. @returns undefined when the host does not know it */
  async #lookUp(request: HostRequest): Promise<Answer | undefined> {
    const id = correlationId(request.request_key);
    const { status, body } = await this.#get(`/responses/${id}`);
    if (status === 404) return undefined;
    const read = responseLink.safeParse(body);
    if (status !== 200 || !read.success || !LINK.test(read.data.link))
      throw uncertain(`The mobile-money host answered with status ${status}.`);
    const judged = await this.#read(request, await this.#get(read.data.link));
    if (judged !== undefined && judged !== 'duplicate') return judged;
    throw uncertain('The mobile-money host shows something else than it was asked for.');
  }

  /** The host took the request up, and decides by and by. */
  async #follow(request: HostRequest, first: RequestStateObject): Promise<Judged> {
    const { everyMs, times } = this.#parts.poll;
    let state = first;
    for (let turn = 0; state.status === 'pending' && turn < times; turn += 1) {
      await pause(everyMs);
      const path = `/requeststates/${first.serverCorrelationId}`;
      state = stateShown(await this.#get(path)) ?? state;
    }
    if (state.status === 'failed') return judgeFailure(state);
    if (state.status === 'pending' || state.objectReference === undefined)
      throw uncertain('The mobile-money host has not decided yet.');
    return this.#madeAs(request, state.objectReference);
  }

  /**
   * Only the transaction itself says how much was moved, and whether it stands. A host that does not show transactions says nothing else than
   * what was asked for; one that cannot show this one now may still say otherwise.
   */
  async #madeAs(request: HostRequest, made: string): Promise<Answer> {
    const { status, body } = await this.#get(`/transactions/${encodeURIComponent(made)}`);
    if (NOT_SHOWN.includes(status)) return done(made);
    const { data: found } = transaction.safeParse(body);
    if (status === 200 && found?.transactionReference === made)
      return answerOfTransaction(request, found);
    throw uncertain('The mobile-money host does not show what it did.');
  }

  #get(path: string): Promise<HttpAnswer> {
    return askHttp(this.#parts.http, { method: 'GET', path, headers: { 'x-date': this.#date() } });
  }

  #date(): string {
    return new Date(this.#parts.clock()).toISOString();
  }
}
