// SPDX-License-Identifier: Apache-2.0
// What happens to an order after the ordinary way: the column `then` of the orders file.
import type { Amount, Currency } from '@fabric-offline-pay/domain';
import type * as z from 'zod';
import { cell, DECIMAL, matching, orEmpty } from './cells.js';
import { toMinorUnits } from './row-definition.js';

/** Stars from 1 to 5; what is absent is not rated. */
export interface RatingFollowUp {
  readonly verb: 'rate';
  readonly goods: number | null;
  readonly merchant: number | null;
  readonly courier: number | null;
  /** The customer reports the goods defective. */
  readonly defect: boolean;
}

/** Follow-ups that need no more said. */
const ALONE = ['expire', 'undelivered', 'unproven'] as const;

/** One follow-up. Amounts are minor units of the order's currency. */
export type FollowUp =
  | { readonly verb: 'capture' | 'refund'; readonly amount: Amount }
  | { readonly verb: 'dispute'; readonly outcome: 'uphold' | 'reject' }
  | { readonly verb: 'alarm'; readonly outcome: 'resolve' | 'uphold' }
  | { readonly verb: (typeof ALONE)[number] }
  | RatingFollowUp;

const RATING = '(?:(?:goods|merchant|courier)=[1-5]|defect)';
const VERB = [
  `(?:capture|refund):${DECIMAL}`,
  'dispute:(?:uphold|reject)',
  'alarm:(?:resolve|uphold)',
  ...ALONE,
  `rate:${RATING}(?:,${RATING})*`,
].join('|');

/** Only one of each group makes sense: what comes later would find the order otherwise. */
const ONE_OF: readonly (readonly FollowUp['verb'][])[] = [
  ['expire', 'capture'],
  ['expire', 'refund'],
  ['expire', 'dispute'],
  ['expire', 'undelivered', 'unproven'],
];

const isOnce = (names: readonly string[]): boolean => new Set(names).size === names.length;

/** Each verb once, each subject rated once, and none that another one rules out. */
function fitTogether(text: string): boolean {
  const parts = text.split(';').map((part) => part.split(':'));
  const verbs = parts.map(([verb]) => verb ?? '');
  const rated = parts.flatMap(([verb, argument = '']) =>
    verb === 'rate' ? argument.split(',').map((each) => each.split('=')[0] ?? '') : [],
  );
  const isRuledOut = ONE_OF.some(
    (group) => group.filter((verb) => verbs.includes(verb)).length > 1,
  );
  return isOnce(verbs) && isOnce(rated) && !isRuledOut;
}

/** The column: null when empty, else text that {@link toFollowUps} reads. */
export const followUps = (description: string) =>
  cell(
    orEmpty(matching(new RegExp(`^(?:${VERB})(?:;(?:${VERB}))*$`)).refine(fitTogether)),
    'INPUT_BAD_FOLLOW_UP',
    description,
  );

function toRating(text: string): RatingFollowUp {
  const stars = new Map(text.split(',').map((part) => [part.split('=')[0], part.split('=')[1]]));
  const of = (subject: string): number | null => {
    const given = stars.get(subject);
    return given === undefined ? null : Number(given);
  };
  return {
    verb: 'rate',
    goods: of('goods'),
    merchant: of('merchant'),
    courier: of('courier'),
    defect: stars.has('defect'),
  };
}

function toFollowUp(context: z.core.$RefinementCtx, part: string, currency: Currency): FollowUp {
  const [verb, argument = ''] = part.split(':');
  switch (verb) {
    case 'capture':
    case 'refund':
      return { verb, amount: toMinorUnits(context, 'then', argument, currency) };
    case 'dispute':
      return { verb, outcome: argument === 'uphold' ? 'uphold' : 'reject' };
    case 'alarm':
      return { verb, outcome: argument === 'uphold' ? 'uphold' : 'resolve' };
    case 'rate':
      return toRating(argument);
    default:
      return { verb: ALONE.find((each) => each === verb) ?? 'undelivered' };
  }
}

/** Reads the column, or reports amounts that do not fit the currency against the column `then`. */
export const toFollowUps = (
  context: z.core.$RefinementCtx,
  text: string | null,
  currency: Currency,
): FollowUp[] =>
  (text ?? '')
    .split(';')
    .filter(Boolean)
    .map((part) => toFollowUp(context, part, currency));
