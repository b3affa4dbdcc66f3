// SPDX-License-Identifier: Apache-2.0
// Tries what belongs to somebody else: each operation, for each role and each thing that the table limits it to.
import { limitsOf, type Limit, type Operation } from '@fabric-offline-pay/node-common/client';
import { defined } from '../support/defined.js';
import type { AttackedNode, NodeName } from './attacked-nodes.js';
import type { Door, RawAnswer } from './door.js';
import { NAMES_OF, wordsOf, type Whose } from './known-words.js';
import { requestOf } from './request-of.js';
import { sampleInput, type Input } from './sample-input.js';

/** An operation, and one thing that callers with a role have of their own only. */
export interface Trial {
  readonly name: string;
  readonly operation: Operation;
  readonly limit: Limit;
}

/**
 * Operations before a customer is known, for a login that was begun in anybody's name, with what they refuse one that was not. What they
 * answer about others is tested by itself.
 */
export const BEFORE_SESSION: Readonly<Record<string, string>> = {
  openLogin: 'none: it begins one',
  completeProfile: 'LOGIN_NOT_AUTHENTICATED',
  beginAuthentication: 'STATE_CONFLICT',
  beginPasskeyAuthentication: 'STATE_CONFLICT',
  submitPasskey: 'STATE_CONFLICT',
  submitPassword: 'STATE_CONFLICT',
  submitCode: 'STATE_CONFLICT',
  complete: 'STATE_CONFLICT',
};

export const needsNoSession = (operation: string): boolean =>
  Object.hasOwn(BEFORE_SESSION, operation);

export const trialsOf = ({ api }: Pick<AttackedNode, 'api'>): readonly Trial[] =>
  Object.entries(api.operations)
    .filter(([name]) => !needsNoSession(name))
    .flatMap(([name, operation]) =>
      limitsOf(operation, api.fields).map((limit) => ({ name, operation, limit })),
    );

/** The fields that name a thing together. A thing that is missing here fails the spec. */
const FIELDS: Readonly<Record<NodeName, Readonly<Record<string, readonly string[]>>>> = {
  bank: {
    session: ['loginId'],
    customer: ['customerId'],
    change: ['changeId'],
    device: ['deviceId'],
    instrument: ['token'],
    passkey: ['passkeyId'],
    terms: ['terms'],
  },
  merchant: {
    merchant: ['merchantId'],
    order: ['merchantId', 'orderNumber'],
    dispute: ['merchantId', 'orderNumber', 'disputeId'],
    payee: ['payeeId'],
    terms: ['terms'],
  },
  logistics: {
    merchant: ['merchantId'],
    order: ['merchantId', 'orderNumber'],
    courier: ['courierId'],
    basket: ['basket'],
  },
};

/** A courier's order differs from another's at the same merchant. */
const fieldsOf = (node: NodeName, { thing, role }: Limit): readonly string[] =>
  role === 'courier' && thing === 'order'
    ? ['orderNumber']
    : defined(FIELDS[node][thing], `fields of ${thing}`);

/** Another's session is one that was not authenticated: who has an authenticated one is its customer's channel. */
const othersWord = ({ thing }: Limit, whose: Whose, field: string): unknown =>
  thing === 'session' && whose === 'other' ? NAMES_OF.own.begunLoginId : wordsOf(whose)[field]?.[0];

function inputAbout(node: NodeName, { name, operation, limit }: Trial, whose: Whose): Input {
  const own = wordsOf('own');
  const words = { ...own };
  for (const field of fieldsOf(node, limit))
    words[field] = whose === 'own' ? (own[field] ?? []) : [othersWord(limit, whose, field)];
  // An optional filter is given, for else nothing is named.
  return { ...sampleInput(name, operation, words), [limit.field]: words[limit.field]?.[0] };
}

/** The answers to the same call about three things. */
export type Answers = Readonly<Record<Whose, RawAnswer>>;

/** What an answer says, whichever thing was asked for. */
function said({ text, ...rest }: RawAnswer): RawAnswer {
  const names = [NAMES_OF.other, NAMES_OF.absent].flatMap(
    (each) => Object.values(each) as string[],
  );
  names.push(NAMES_OF.own.begunLoginId);
  const nameless = names
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, name) => shown.replaceAll(name, '…'), text);
  return { ...rest, text: nameless };
}

/** Another's comes first: what is the caller's own may be gone after the call. */
const ORDER: readonly Whose[] = ['other', 'absent', 'own'];

export async function answersTo(node: NodeName, trial: Trial, door: Door): Promise<Answers> {
  const answers: [Whose, RawAnswer][] = [];
  for (const whose of ORDER) {
    const input = inputAbout(node, trial, whose);
    answers.push([whose, said(await door.call(requestOf(trial.operation, input)))]);
  }
  return Object.fromEntries(answers) as Record<Whose, RawAnswer>;
}
