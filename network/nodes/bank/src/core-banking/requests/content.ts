// SPDX-License-Identifier: Apache-2.0
// What a request asks for, as its row keeps it.
import {
  digestOf,
  ensure,
  IDENTIFIER_PATTERN,
  isCurrency,
  toUnits,
} from '@fabric-offline-pay/domain';
import type {
  AuthoriseRequest,
  CompleteRequest,
  CoreBanking,
  PayOutRequest,
} from '../core-banking.js';

/** A request that stands for itself. */
export type FirstRequest = {
  readonly kind: 'authorise' | 'payOut';
  readonly token: string;
  readonly currency: string;
} & Content;

/** A request about an authorisation. */
export type LaterRequest = {
  readonly kind: 'complete' | 'release' | 'refund';
  readonly authorisation: string;
} & Content;

interface Content {
  readonly key: string;
  readonly amount: string;
}

export type Request = FirstRequest | LaterRequest;

/** Printable, since it goes to hosts. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/** What a field must be. */
const RULES: Record<string, (value: string) => boolean> = {
  key: (value) => KEY.test(value),
  authorisation: (value) => KEY.test(value),
  token: (value) => IDENTIFIER_PATTERN.test(value),
  currency: isCurrency,
  amount: (value) => toUnits(value) > 0n,
};

/** @throws {DomainError} INPUT_INVALID */
function checked<R extends Request>(request: R): R {
  for (const [field, value] of Object.entries<string>({ ...request }))
    ensure(RULES[field]?.(value) ?? true, 'INPUT_INVALID', { field });
  return request;
}

/** @returns the same for a repetition, and for nothing else */
export const contentDigest = (request: Request): string => digestOf(request);

/** What a request that gives back was called while the port chose by itself between release and refund. */
const FORMER_KIND = 'reverse';

/** @returns whether a row with this digest was made by the request, also by a version of the node before this one */
export const isDigestOf = (digest: string, request: Request): boolean =>
  digest === contentDigest(request) ||
  (['release', 'refund'].includes(request.kind) &&
    digest === digestOf({ ...request, kind: FORMER_KIND }));

/** Makes a {@link CoreBanking}'s five requests out of one function. */
export function requestsBy<Result>(perform: (request: Request) => Promise<Result>) {
  const later =
    (kind: LaterRequest['kind']) =>
    async ({ key, authorisation, amount }: CompleteRequest): Promise<Result> =>
      perform(checked({ kind, key, authorisation, amount }));
  return {
    authorise: async ({ key, token, currency, amount }: AuthoriseRequest): Promise<Result> =>
      perform(checked({ kind: 'authorise', key, token, currency, amount })),
    complete: later('complete'),
    release: later('release'),
    refund: later('refund'),
    payOut: async ({ key, account, currency, amount }: PayOutRequest): Promise<Result> =>
      perform(checked({ kind: 'payOut', key, token: account, currency, amount })),
  } satisfies Record<keyof Omit<CoreBanking, 'echo' | 'statement'>, unknown>;
}
