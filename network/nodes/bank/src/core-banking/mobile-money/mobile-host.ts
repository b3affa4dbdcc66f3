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
const STATUSES: Readonly<Record<string, 'done' | 'refused'>> = {
  completed: 'done',
  failed: 'refused',
  declined: 'refused',
  cancelled: 'refused',
  rejected: 'refused',
};

/** @throws {HostUncertain} when other money was moved: somebody must look at it, and nothing is booked before */
function doneAsAsked(request: HostRequest, found: TransactionObject): Answer {
  if (isAsAsked(found, request)) return done(found.transactionReference);
  throw uncertain('The mobile-money host moved other money than it was asked to.');
}

function answerOfTransaction(request: HostRequest, found: TransactionObject): Answer {
  const status = STATUSES[found.transactionStatus.toLowerCase()];
  if (status === undefined) throw uncertain('The mobile-money host has not decided yet.');
  if (status === 'refused') return refused('REFUSED_BY_HOST');
  return doneAsAsked(request, found);
}

function answerOfFailure({ error }: RequestStateObject): Answer {
  const meaning = error === undefined ? 'unclear' : meaningOf(error);
  return refused(meaning === 'unclear' || meaning === 'duplicate' ? 'REFUSED_BY_HOST' : meaning);
}

const isFinal = (answer: Answer | undefined): answer is Answer => answer !== undefined;

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
      return { request: kept, answer: await this.#resume(kept, original) };
    const request = await advance(this.#parts.db, kept, {
      state: 'sent',
      attempt: 1,
      sent_at: this.#parts.clock(),
    });
    return { request, answer: await this.#begin(request, original) };
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

  async #begin(request: HostRequest, original: string | null): Promise<Answer> {
    try {
      return await this.#post(request, original);
    } catch (error) {
      if (!(error instanceof NoHttpAnswer)) throw error;
      if (!error.isUnsent) throw uncertain(error.message, error);
      await advance(this.#parts.db, request, { state: 'asked' });
      throw unavailable(error);
    }
  }

  async #resume(request: HostRequest, original: string | null): Promise<Answer> {
    try {
      const found = await this.#lookUp(request);
      return isFinal(found) ? found : await this.#post(request, original);
    } catch (error) {
      throw error instanceof NoHttpAnswer ? uncertain(error.message, error) : error;
    }
  }

  async #post(request: HostRequest, original: string | null): Promise<Answer> {
    const { path, body } = postOf(request, this.#parts.account, original);
    const id = correlationId(request.request_key);
    const headers = { 'x-correlationid': id, 'x-date': this.#date() };
    const answer = await askHttp(this.#parts.http, { method: 'POST', path, headers, body });
    return (await this.#read(request, answer)) ?? this.#ofError(request, answer);
  }

  /** @returns undefined when it is no object of the API */
  async #read(request: HostRequest, { status, body }: HttpAnswer): Promise<Answer | undefined> {
    if (status !== 200 && status !== 201 && status !== 202) return undefined;
    const state = requestState.safeParse(body);
    if (state.success) return this.#follow(request, state.data);
    const made = transaction.safeParse(body);
    return made.success ? answerOfTransaction(request, made.data) : undefined;
  }

  async #ofError(request: HostRequest, { status, body }: HttpAnswer): Promise<Answer> {
    const read = errorObject.safeParse(body);
    const meaning = status < 500 && read.success ? meaningOf(read.data) : 'unclear';
    if (meaning === 'unclear')
      throw uncertain(
        `The mobile-money host answered with status ${status}, and not as its API says.`,
      );
    if (meaning !== 'duplicate') return refused(meaning);
    const found = await this.#lookUp(request);
    if (isFinal(found)) return found;
    throw uncertain('The mobile-money host knows a request and does not show it.');
  }

  /** Asks what became of the request. @returns undefined when the host does not know it */
  async #lookUp(request: HostRequest): Promise<Answer | undefined> {
    const id = correlationId(request.request_key);
    const { status, body } = await this.#get(`/responses/${id}`);
    if (status === 404) return undefined;
    const read = responseLink.safeParse(body);
    if (status !== 200 || !read.success || !LINK.test(read.data.link))
      throw uncertain(`The mobile-money host answered with status ${status}.`);
    const answer = await this.#read(request, await this.#get(read.data.link));
    if (isFinal(answer)) return answer;
    throw uncertain('The mobile-money host shows something else than it was asked for.');
  }

  /** The host took the request up, and decides by and by. */
  async #follow(request: HostRequest, first: RequestStateObject): Promise<Answer> {
    const { everyMs, times } = this.#parts.poll;
    let state = first;
    for (let turn = 0; state.status === 'pending' && turn < times; turn += 1) {
      await pause(everyMs);
      const { body } = await this.#get(`/requeststates/${first.serverCorrelationId}`);
      const read = requestState.safeParse(body);
      if (read.success) state = read.data;
    }
    if (state.status === 'failed') return answerOfFailure(state);
    if (state.status === 'pending' || state.objectReference === undefined)
      throw uncertain('The mobile-money host has not decided yet.');
    return this.#madeAs(request, state.objectReference);
  }

  /** Only the transaction itself says how much was moved. A host that does not show it says nothing else than what was asked for. */
  async #madeAs(request: HostRequest, made: string): Promise<Answer> {
    const { body } = await this.#get(`/transactions/${encodeURIComponent(made)}`);
    const found = transaction.safeParse(body);
    return found.success ? doneAsAsked(request, found.data) : done(made);
  }

  #get(path: string): Promise<HttpAnswer> {
    return askHttp(this.#parts.http, { method: 'GET', path, headers: { 'x-date': this.#date() } });
  }

  #date(): string {
    return new Date(this.#parts.clock()).toISOString();
  }
}
