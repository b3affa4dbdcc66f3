// SPDX-License-Identifier: Apache-2.0
// The port to wherever money outside of the ledger is kept: a card host, a mobile-money host, or the bank's own book.
import { amount, isCurrency } from '@fabric-offline-pay/domain';

/** Why a request was refused. Codes are stable. */
export const REFUSALS = {
  INSUFFICIENT_FUNDS: {
    meaning: 'The account does not hold this amount.',
    remedy: 'Ask the customer for another instrument or a smaller amount.',
  },
  INSTRUMENT_BLOCKED: {
    meaning: 'The card or account is blocked, lost or expired.',
    remedy: 'Ask the customer to link another instrument.',
  },
  INSTRUMENT_UNKNOWN: {
    meaning: 'There is no card or account under this token in this currency.',
    remedy: 'Link the instrument again.',
  },
  LIMIT_EXCEEDED: {
    meaning: 'The amount is above a limit of the instrument or of the host.',
    remedy: 'Ask for a smaller amount, or wait until the limit counts anew.',
  },
  AUTHORISATION_UNKNOWN: {
    meaning: 'There is no authorisation under this key, or it was refused.',
    remedy: 'Authorise first, and name the key of that request.',
  },
  AMOUNT_EXCEEDED: {
    meaning: 'The authorisation has not so much left to complete, to release or to refund.',
    remedy: 'Release what is still reserved, and refund what was completed, by a request each.',
  },
  KEY_REUSED: {
    meaning: 'Another request was made under this key.',
    remedy: 'Repeat a request with the content that it was made with, or use a new key.',
  },
  REFUSED_BY_HOST: {
    meaning: 'The host refused for a reason of its own.',
    remedy: 'Ask whoever runs the host; the reference of the request names it there.',
  },
} as const satisfies Record<string, { readonly meaning: string; readonly remedy: string }>;

export type RefusalCode = keyof typeof REFUSALS;

/** Refused by what the bank itself has kept, before any host is asked: the same request under another key comes to the same. */
const OWN_REFUSALS: readonly RefusalCode[] = [
  ...(['AUTHORISATION_UNKNOWN', 'AMOUNT_EXCEEDED', 'KEY_REUSED'] as const),
];

/** @returns whether nobody but the bank refused, so that it is no use to ask again */
export const isOwnRefusal = (reason: RefusalCode): boolean => OWN_REFUSALS.includes(reason);

/** What became of a request. It stays so: the same request under the same key is answered alike, and nothing happens again. */
export type Answer =
  | {
      readonly outcome: 'done';
      /** Names it at the host and in its statement. */
      readonly reference: string;
    }
  | { readonly outcome: 'refused'; readonly reason: RefusalCode };

/** Reserves money of a linked instrument (a pre-authorisation). */
export interface AuthoriseRequest {
  /** Natural, such as bank, order and leg: a repetition is recognised by it. At most 200 printable characters, no blanks, no personal data. */
  readonly key: string;
  readonly token: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Minor units, above zero. */
  readonly amount: string;
}

/** Takes a part of what was authorised, or all of it. */
export interface CompleteRequest {
  readonly key: string;
  /** Key of the authorisation. */
  readonly authorisation: string;
  readonly amount: string;
}

/** Gives back to the instrument what is reserved and will not be completed. */
export type ReleaseRequest = CompleteRequest;

/** Gives back to the instrument what was completed. */
export type RefundRequest = CompleteRequest;

/** Pays money to the account of a payee. */
export interface PayOutRequest {
  readonly key: string;
  /** Token of the account. */
  readonly account: string;
  readonly currency: string;
  readonly amount: string;
}

/** Money is given back by a `release` before the completion, and by a `refund` after it: the caller says which. */
export type MovementKind = 'authorise' | 'complete' | 'release' | 'refund' | 'payOut';

/** What the host says it did. An authorisation that was undone because its answer got lost is not among it. */
export interface HostEntry {
  /** The same as in the {@link Answer}. */
  readonly reference: string;
  readonly kind: MovementKind;
  readonly token: string;
  readonly currency: string;
  /** Minor units; as the host wrote it, when that is no amount of the currency. */
  readonly amount: string;
}

const isAmount = (text: string): boolean => amount.safeParse(text).success;

/** @returns whether it can be added to others; what a host wrote otherwise is only named */
export const isSum = (entry: Pick<HostEntry, 'currency' | 'amount'>): boolean =>
  isCurrency(entry.currency) && isAmount(entry.amount);

/**
 * Money outside of the ledger. Every request may be repeated under its key, also after a crash and at any later time: it has one effect.
 * All throw {@link HostUnavailable} or {@link HostUncertain}, after which the caller repeats the same request later.
 */
export interface CoreBanking {
  authorise(request: AuthoriseRequest): Promise<Answer>;
  complete(request: CompleteRequest): Promise<Answer>;
  release(request: ReleaseRequest): Promise<Answer>;
  refund(request: RefundRequest): Promise<Answer>;
  payOut(request: PayOutRequest): Promise<Answer>;
  /** @throws {HostUnavailable} when no answer came. */
  echo(): Promise<void>;
}

/** What a host says of itself. */
export interface HostStatements {
  /**
   * What the host did on a day, for the daily reconciliation.
   * @param day UTC, `2026-11-29`
   * @param signal nobody waits for it any more
   * @throws {HostUnavailable | StatementEndless | StatementTooLong}
   */
  statement(day: string, signal?: AbortSignal): Promise<readonly HostEntry[]>;
}

/** Who keeps money, and what it says it did. */
export type StatingBank = CoreBanking & HostStatements;

/** All that keep money of this bank, by the adapter that the book names. */
export type Hosts = ReadonlyMap<string, HostStatements>;

/** A host gives page after page of its statement, and they say nothing new. It must be put right there; nothing is compared meanwhile. */
export class StatementEndless extends Error {
  override readonly name = 'StatementEndless';
  readonly code = 'STATEMENT_ENDLESS';
}

/** The most entries of a statement: it is compared in the node's memory. */
export const MOST_ENTRIES = 1_000_000;

/** A host's statement of one day has more than a day can have. Nothing of it is compared; its host must be looked at. */
export class StatementTooLong extends Error {
  override readonly name = 'StatementTooLong';
  readonly code = 'STATEMENT_TOO_LONG';
}

/** Nothing happened, or what happened was undone. The caller may repeat the request under its key, or give it up. */
export class HostUnavailable extends Error {
  override readonly name = 'HostUnavailable';
  readonly code = 'HOST_UNAVAILABLE';
}

/** It is not known what happened. The caller must repeat the request under the same key until it has an answer. */
export class HostUncertain extends Error {
  override readonly name = 'HostUncertain';
  readonly code = 'HOST_UNCERTAIN';
}

export const refused = (reason: RefusalCode): Answer => ({ outcome: 'refused', reason });
