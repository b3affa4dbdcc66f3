// SPDX-License-Identifier: Apache-2.0
// Carries requests to a card host by ISO 8583. An authorisation whose answer got lost is reversed until the host confirms that, and then made
// anew; an advice is repeated until it is answered.
import { toUnits } from '@fabric-offline-pay/domain';
import { sql } from 'kysely';
import type { Clock } from '../../clock.js';
import { HostUnavailable, HostUncertain, refused, type Answer } from '../core-banking.js';
import { readStatement } from './statement-files.js';
import type { HostRequest } from '../requests/begin.js';
import { advance, type CarriedOut, type Host } from '../requests/recorded-core-banking.js';
import type { CoreBankingDatabase } from '../tables.js';
import { NoAnswer, NotSent, type HostLine } from './host-line.js';
import {
  cardMessage,
  currencyNumber,
  fitsAmount,
  referenceNumber,
  releasedField,
  repetitionOf,
  type About,
  type Acquirer,
} from './messages.js';
import { isUndone, verdictOf, type Exchanged, type Verdict } from './response-codes.js';

export interface CardHostParts {
  readonly db: CoreBankingDatabase;
  readonly line: HostLine;
  readonly acquirer: Acquirer;
  readonly clock: Clock;
  /** How often an advice or a reversal is sent again in one call before the caller is told to come back. */
  readonly repeats: number;
  /** Where the host leaves its statement of each day, when it does. */
  readonly statementFolder?: string | undefined;
}

async function nextStan(db: CoreBankingDatabase): Promise<string> {
  const { rows } = await sql<{ stan: string }>`
    select lpad(nextval('host_stan')::text, 6, '0') as stan
  `.execute(db);
  return rows[0]?.stan ?? '';
}

const uncertain = (why: string, cause?: unknown): HostUncertain =>
  new HostUncertain(`${why} Repeat the request under the same key.`, { cause });

const unavailable = (why: string, cause?: unknown): HostUnavailable =>
  new HostUnavailable(`${why} Repeat the request later.`, { cause });

const unsendable = ({ amount, currency }: HostRequest): Answer | undefined => {
  if (!fitsAmount(amount)) return refused('LIMIT_EXCEEDED');
  return currencyNumber(currency) === undefined ? refused('INSTRUMENT_UNKNOWN') : undefined;
};

const isSilence = (error: unknown): boolean =>
  error instanceof NotSent || error instanceof NoAnswer;

/** Of an answer whose outcome is clear. */
const answerFor = (verdict: Exclude<Verdict, 'unclear' | 'partial'>, rrn: string | null): Answer =>
  verdict === 'done' ? { outcome: 'done', reference: rrn ?? '' } : refused(verdict);

export class CardHost implements Host {
  readonly adapter = 'iso8583';
  readonly #parts: CardHostParts;

  constructor(parts: CardHostParts) {
    this.#parts = parts;
  }

  async carryOut(request: HostRequest): Promise<CarriedOut> {
    const answer = unsendable(request);
    if (answer !== undefined) return { request, answer };
    return request.kind === 'authorise' ? this.#authorise(request) : this.#advise(request);
  }

  async echo(): Promise<void> {
    await this.#parts.line.echo().catch((error: unknown) => {
      if (!isSilence(error)) throw error;
      throw unavailable('The card host does not answer.', error);
    });
  }

  statement(day: string) {
    return readStatement(this.#parts.statementFolder, day);
  }

  close(): Promise<void> {
    return this.#parts.line.close();
  }

  async #authorise(kept: HostRequest): Promise<CarriedOut> {
    // Sent by a call that did not hear the answer: nobody knows what it was, so it is undone first.
    const open = kept.state === 'asked' ? kept : await this.#undo(kept);
    const request = await this.#number(open);
    const exchanged = await this.#exchange({ kind: 'authorise', request }, false).catch(
      async (error: unknown) => {
        if (!isSilence(error)) throw error;
        await (error instanceof NotSent
          ? advance(this.#parts.db, request, { state: 'asked' })
          : this.#undo(request));
        throw unavailable('The card host did not answer.', error);
      },
    );
    return this.#conclude(request, exchanged);
  }

  async #conclude(request: HostRequest, exchanged: Exchanged): Promise<CarriedOut> {
    const verdict = verdictOf(exchanged);
    if (verdict === 'unclear') {
      await this.#undo(request);
      throw unavailable('The card host could not say whether it authorised.');
    }
    if (verdict === 'partial')
      return { request: await this.#undo(request), answer: refused('INSUFFICIENT_FUNDS') };
    const approval = exchanged.answer[38] ?? null;
    const approved = await advance(this.#parts.db, request, { approval });
    return { request: approved, answer: answerFor(verdict, request.rrn) };
  }

  /** @returns the request as if it had never been sent. @throws {HostUncertain} when the host does not confirm that. */
  async #undo(kept: HostRequest): Promise<HostRequest> {
    const { db } = this.#parts;
    const isFirst = kept.state === 'sent';
    const request = isFirst
      ? await advance(db, kept, { state: 'undoing', undo_stan: await nextStan(db) })
      : kept;
    const about: About = { kind: 'undo', request, original: request };
    if (!isUndone(await this.#insist(about, !isFirst)))
      throw uncertain('The card host did not undo an authorisation.');
    return advance(db, request, { state: 'asked' });
  }

  async #advise(kept: HostRequest): Promise<CarriedOut> {
    const isFirst = kept.state === 'asked';
    const request = isFirst ? await this.#number(kept) : kept;
    const about = await this.#about(request);
    const exchanged = await this.#insist(about, !isFirst).catch(async (error: unknown) => {
      const nothingSent =
        isFirst && error instanceof HostUncertain && error.cause instanceof NotSent;
      if (!nothingSent) throw error;
      await advance(this.#parts.db, request, { state: 'asked' });
      throw unavailable('The card host cannot be reached.', error.cause);
    });
    const verdict = verdictOf(exchanged);
    if (verdict === 'unclear' || verdict === 'partial')
      throw uncertain('The card host could not say what it did.');
    return { request, answer: answerFor(verdict, request.rrn) };
  }

  /** Gives the request what it must have when it is sent, and keep when it is sent again. */
  async #number(request: HostRequest): Promise<HostRequest> {
    const { db, clock } = this.#parts;
    const stan = await nextStan(db);
    const sentAt = clock();
    return advance(db, request, {
      state: 'sent',
      attempt: request.attempt + 1,
      stan,
      undo_stan: null,
      rrn: referenceNumber(sentAt, stan),
      sent_at: sentAt,
    });
  }

  async #about(request: HostRequest): Promise<About> {
    const { kind, authorisation } = request;
    if (authorisation === null) return { kind, request };
    const original = await this.#parts.db
      .selectFrom('host_requests')
      .selectAll()
      .where('request_key', '=', authorisation)
      .executeTakeFirstOrThrow();
    if (kind !== 'release') return { kind, request, original };
    return { kind, request, original, remaining: await this.#remaining(request, original) };
  }

  /** What stays authorised: requests of an authorisation take turns, so that those before this one are all answered. */
  async #remaining(request: HostRequest, original: HostRequest): Promise<string> {
    const before = await this.#parts.db
      .selectFrom('host_requests')
      .select('amount')
      .where('authorisation', '=', original.request_key)
      .where('kind', '=', 'release')
      .where('state', '=', 'done')
      .execute();
    return [...before, request]
      .reduce((rest, { amount }) => rest - toUnits(amount), toUnits(original.amount))
      .toString();
  }

  /** Sends the message, and again as a repetition, until it is answered. @throws {HostUncertain} caused by the first failure */
  async #insist(about: About, wasSent: boolean): Promise<Exchanged> {
    let cause: unknown;
    for (let turn = 0; turn <= this.#parts.repeats; turn += 1) {
      try {
        return await this.#exchange(about, wasSent || turn > 0);
      } catch (error) {
        if (!isSilence(error)) throw error;
        cause ??= error;
        // A host that cannot be reached is not asked again at once.
        if (error instanceof NotSent) break;
      }
    }
    throw uncertain('The card host did not answer.', cause);
  }

  async #exchange(about: About, wasSent: boolean): Promise<Exchanged> {
    const message = cardMessage(this.#parts.acquirer, about);
    const said = wasSent ? repetitionOf(message) : message;
    const { fields: answer } = await this.#parts.line.exchange(said);
    return { asked: message.fields, answer, released: releasedField(about) };
  }
}
