// SPDX-License-Identifier: Apache-2.0
// Core banking at a host: a request is kept before the host is asked, and its answer before the caller hears it.
import type { Clock } from '../../clock.js';
import type { Answer, HostStatements, StatingBank } from '../core-banking.js';
import { HostUncertain } from '../core-banking.js';
import type { CoreBankingDatabase, HostRequestTable } from '../tables.js';
import { answerOf, begin, ComesFirst, findRequest, type HostRequest } from './begin.js';
import { requestsBy, type Request } from './content.js';
import { end } from './end.js';

/** What a host answered, and the request as it stands by then. */
export interface CarriedOut {
  readonly request: HostRequest;
  readonly answer: Answer;
}

/** How requests get to a host. */
export interface Host extends HostStatements {
  /** Stable: it is kept with the requests. */
  readonly adapter: string;
  /**
   * Goes on with a request from where it stands: it may have been sent before, by a process that crashed.
   * @throws {HostUnavailable | HostUncertain}
   */
  carryOut(request: HostRequest): Promise<CarriedOut>;
  echo(): Promise<void>;
  /** Ends connections. What is under way fails as uncertain. */
  close(): Promise<void>;
}

/** What changes while a request is under way. */
type Progress = Partial<
  Pick<
    HostRequestTable,
    'state' | 'attempt' | 'stan' | 'undo_stan' | 'rrn' | 'approval' | 'sent_at'
  >
>;

/**
 * Writes how far a request is, before the step that it is about.
 * @throws {HostUncertain} when somebody else went on with it meanwhile.
 */
export async function advance(
  db: CoreBankingDatabase,
  request: HostRequest,
  progress: Progress,
): Promise<HostRequest> {
  const updated = await db
    .updateTable('host_requests')
    .set(progress)
    .where('request_key', '=', request.request_key)
    .where('state', '=', request.state)
    .where('attempt', '=', request.attempt)
    .returningAll()
    .executeTakeFirst();
  if (updated === undefined)
    throw new HostUncertain('Another repetition of this request is under way.');
  return updated;
}

/** Lets calls with one key wait for each other; those of other processes meet in {@link advance}. */
class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}

export interface RecordedParts {
  readonly db: CoreBankingDatabase;
  readonly clock: Clock;
  readonly host: Host;
}

export function recordedCoreBanking({ db, clock, host }: RecordedParts): StatingBank {
  const { adapter } = host;
  const turns = new Turns();
  const carryOut = async (begun: HostRequest): Promise<Answer> => {
    const { request, answer } = await host.carryOut(begun);
    await db.transaction().execute((transaction) => end(transaction, request, answer, clock()));
    return answer;
  };
  const finish = async (key: string): Promise<void> => {
    const request = await findRequest(db, key);
    if (request !== undefined && answerOf(request) === undefined) await carryOut(request);
  };
  const perform = async (request: Request): Promise<Answer> => {
    const begun = await db
      .transaction()
      .execute((transaction) => begin({ db: transaction, adapter, now: clock() }, request));
    return begun.answer ?? carryOut(begun.request);
  };
  /** One whose answer got lost is asked for again by whoever comes after it: its own caller may be waiting for that one. */
  const performInTurn = async (request: Request): Promise<Answer> => {
    try {
      return await perform(request);
    } catch (error) {
      if (!(error instanceof ComesFirst)) throw error;
      const { request_key: first } = error.request;
      await turns.take(first, () => finish(first));
      return perform(request);
    }
  };
  return {
    ...requestsBy((request) => turns.take(request.key, () => performInTurn(request))),
    echo: () => host.echo(),
    statement: (day, signal) => host.statement(day, signal),
  };
}
