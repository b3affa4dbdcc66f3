// SPDX-License-Identifier: Apache-2.0
// Keeps a request under its key before anybody is asked for anything, and answers a repetition from what is kept.
import { toUnits } from '@fabric-offline-pay/domain';
import type { Selectable } from 'kysely';
import { HostUnavailable, refused, type Answer, type RefusalCode } from '../core-banking.js';
import type { CoreBankingDatabase, HostRequestTable } from '../tables.js';
import {
  contentDigest,
  isDigestOf,
  type FirstRequest,
  type LaterRequest,
  type Request,
} from './content.js';

/** A request as it is kept. */
export type HostRequest = Selectable<HostRequestTable>;

/** Either the answer that stands, or the request to carry out. */
export type Begun =
  | { readonly answer: Answer; readonly request?: never }
  | { readonly request: HostRequest; readonly answer?: never };

export interface BeginParts {
  /** A transaction. */
  readonly db: CoreBankingDatabase;
  /** Who carries out what is new. */
  readonly adapter: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type What = Pick<
  HostRequest,
  'kind' | 'token' | 'currency' | 'authorisation' | 'state' | 'refusal' | 'adapter'
>;

const isOver = ({ state }: Pick<HostRequest, 'state'>): boolean =>
  state === 'done' || state === 'refused';

const requestRow = (db: CoreBankingDatabase, key: string) =>
  db.selectFrom('host_requests').selectAll().where('request_key', '=', key);

export const findRequest = (
  db: CoreBankingDatabase,
  key: string,
): Promise<HostRequest | undefined> => requestRow(db, key).executeTakeFirst();

/** @returns the request's row, locked until the transaction ends. */
const lockRequest = (db: CoreBankingDatabase, key: string): Promise<HostRequest | undefined> =>
  requestRow(db, key).forUpdate().executeTakeFirst();

/** @returns undefined while the request has no answer */
export function answerOf({ state, reference, refusal }: HostRequest): Answer | undefined {
  if (state === 'done') return { outcome: 'done', reference: reference ?? '' };
  return state === 'refused' ? refused(refusal ?? 'REFUSED_BY_HOST') : undefined;
}

function repeated(row: HostRequest, request: Request): Begun {
  if (!isDigestOf(row.digest, request)) return { answer: refused('KEY_REUSED') };
  const answer = answerOf(row);
  return answer === undefined ? { request: row } : { answer };
}

/** How much of an authorisation each kind of request may still move; minor units. */
type Rest = Readonly<Record<LaterRequest['kind'], bigint>>;

/** What waits for its answer counts as done. */
function restOf(authorisation: HostRequest, later: readonly HostRequest[]): Rest {
  const sum = (kind: HostRequest['kind']): bigint =>
    later
      .filter((row) => row.kind === kind && row.state !== 'refused')
      .reduce((total, { amount }) => total + toUnits(amount), 0n);
  const completed = sum('complete');
  const reserved = toUnits(authorisation.amount) - completed - sum('release');
  return { complete: reserved, release: reserved, refund: completed - sum('refund') };
}

const laterOf = (db: CoreBankingDatabase, authorisation: string): Promise<HostRequest[]> =>
  db.selectFrom('host_requests').selectAll().where('authorisation', '=', authorisation).execute();

const refusalFor = ({ kind, amount }: LaterRequest, rest: Rest): RefusalCode | null =>
  toUnits(amount) <= rest[kind] ? null : 'AMOUNT_EXCEEDED';

const stateFor = (refusal: RefusalCode | null): What['state'] =>
  refusal === null ? 'asked' : 'refused';

/** Another request of the same authorisation has no answer yet, and nothing happened to this one. */
export class ComesFirst extends HostUnavailable {
  /** The one that has none. */
  readonly request: HostRequest;

  constructor(request: HostRequest) {
    super('Another request of this authorisation has no answer yet.');
    this.request = request;
  }
}

/**
 * Requests of one authorisation take turns, since a host that hears them in another order may count otherwise.
 * @throws {ComesFirst} while another one has no answer.
 */
async function whatLater({ db }: BeginParts, request: LaterRequest): Promise<What | undefined> {
  const authorisation = await lockRequest(db, request.authorisation);
  if (authorisation?.kind !== 'authorise') return undefined;
  if (!isOver(authorisation)) throw new HostUnavailable('The authorisation has no answer yet.');
  const { token, currency, adapter } = authorisation;
  const { kind } = request;
  const about = { kind, token, currency, adapter, authorisation: authorisation.request_key };
  if (authorisation.state === 'refused')
    return { ...about, state: 'refused', refusal: 'AUTHORISATION_UNKNOWN' };
  const later = await laterOf(db, authorisation.request_key);
  const open = later.find((row) => !isOver(row));
  if (open !== undefined) throw new ComesFirst(open);
  const refusal = refusalFor(request, restOf(authorisation, later));
  return { ...about, state: stateFor(refusal), refusal };
}

const whatFirst = ({ adapter }: BeginParts, { kind, token, currency }: FirstRequest): What => ({
  kind,
  token,
  currency,
  adapter,
  authorisation: null,
  state: 'asked',
  refusal: null,
});

const isLater = (request: Request): request is LaterRequest => 'authorisation' in request;

const insert = (
  { db, now }: BeginParts,
  request: Request,
  what: What,
): Promise<HostRequest | undefined> =>
  db
    .insertInto('host_requests')
    .values({
      ...what,
      request_key: request.key,
      digest: contentDigest(request),
      amount: request.amount,
      attempt: 0,
      stan: null,
      undo_stan: null,
      rrn: null,
      approval: null,
      sent_at: null,
      reference: null,
      asked_at: now,
      ended_at: what.refusal === null ? null : now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();

/** @throws {HostUnavailable} when it must wait for another request. */
export async function begin(parts: BeginParts, request: Request): Promise<Begun> {
  const before = await lockRequest(parts.db, request.key);
  if (before !== undefined) return repeated(before, request);
  const what = isLater(request) ? await whatLater(parts, request) : whatFirst(parts, request);
  // Without an authorisation there is nothing to which the request could be kept.
  if (what === undefined) return { answer: refused('AUTHORISATION_UNKNOWN') };
  const row = (await insert(parts, request, what)) ?? (await lockRequest(parts.db, request.key));
  return row === undefined ? begin(parts, request) : repeated(row, request);
}
