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

function answerOfTransaction(found: TransactionObject): Answer {
  const status = STATUSES[found.transactionStatus.toLowerCase()];
  if (status === undefined) throw uncertain('The mobile-money host has not decided yet.');
  return status === 'done' ? done(found.transactionReference) : refused('REFUSED_BY_HOST');
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
    return (await this.#read(answer)) ?? this.#ofError(request, answer);
  }

  /** @returns undefined when it is no object of the API */
  async #read({ status, body }: HttpAnswer): Promise<Answer | undefined> {
    if (status !== 200 && status !== 201 && status !== 202) return undefined;
    const state = requestState.safeParse(body);
    if (state.success) return this.#follow(state.data);
    const made = transaction.safeParse(body);
    return made.success ? answerOfTransaction(made.data) : undefined;
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
  async #lookUp({ request_key: key }: HostRequest): Promise<Answer | undefined> {
    const { status, body } = await this.#get(`/responses/${correlationId(key)}`);
    if (status === 404) return undefined;
    const read = responseLink.safeParse(body);
    if (status !== 200 || !read.success || !LINK.test(read.data.link))
      throw uncertain(`The mobile-money host answered with status ${status}.`);
    const answer = await this.#read(await this.#get(read.data.link));
    if (isFinal(answer)) return answer;
    throw uncertain('The mobile-money host shows something else than it was asked for.');
  }

  /** The host took the request up, and decides by and by. */
  async #follow(first: RequestStateObject): Promise<Answer> {
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
    return done(state.objectReference);
  }

  #get(path: string): Promise<HttpAnswer> {
    return askHttp(this.#parts.http, { method: 'GET', path, headers: { 'x-date': this.#date() } });
  }

  #date(): string {
    return new Date(this.#parts.clock()).toISOString();
  }
}
