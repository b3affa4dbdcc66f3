// SPDX-License-Identifier: Apache-2.0
// What an answer means (ISO 8583:1987): its response code, field 39, and the money that it is about, fields 4, 49 and 95.
import type { RefusalCode } from '../core-banking.js';
import type { Fields } from './codec.js';
import { currencyNumber } from './messages.js';

/** What was said to the host, and what it answered. */
export interface Exchanged {
  readonly asked: Fields;
  readonly answer: Fields;
  /** Of a release: what is released, as field 4 writes it. The message itself names there what was authorised first. */
  readonly released?: string | undefined;
}

/** `partial`: another amount was approved than asked for. `unclear`: it does not say whether anything happened, or not to this money. */
export type Verdict = 'done' | 'partial' | 'unclear' | RefusalCode;

const CODES: readonly (readonly [Verdict, readonly string[]])[] = [
  ['done', ['00', '08', '11', '16']],
  // Approved in part, completed in part.
  ['partial', ['10', '32']],
  // Blank, error, in progress, re-enter, invalid response, suspected malfunction.
  ['unclear', ['  ', '06', '09', '19', '20', '22']],
  // Late, cut-off, inoperative, no route, duplicate, malfunction.
  ['unclear', ['68', '90', '91', '92', '94', '96']],
  ['INSUFFICIENT_FUNDS', ['51']],
  // Pick up, expired, restricted, lost, stolen, suspected fraud.
  ['INSTRUMENT_BLOCKED', ['04', '07', '33', '34', '36', '37', '41', '43', '54', '59', '62']],
  // No such card, issuer, credit, cheque or savings account, card record.
  ['INSTRUMENT_UNKNOWN', ['14', '15', '39', '42', '52', '53', '56', '78']],
  ['LIMIT_EXCEEDED', ['13', '61', '65']],
];

const VERDICTS = new Map(
  CODES.flatMap(([verdict, codes]) => codes.map((code) => [code, verdict] as const)),
);

/** Hosts write field 49 in digits or in letters. */
const numberOf = (currency: string): string => currencyNumber(currency) ?? currency;

/** What stays authorised; empty in any message but that of a release. */
const restIn = ({ 95: text = '' }: Fields): string => text.slice(0, 12);

const isRestAsAsked = ({ asked, answer }: Exchanged): boolean =>
  restIn(asked) === '' || ['', restIn(asked)].includes(restIn(answer));

/** What an answer leaves out is as it was asked for. */
function doneVerdict(exchanged: Exchanged): Verdict {
  const { asked, answer, released } = exchanged;
  const { 4: amount = asked[4], 49: currency = asked[49] } = answer;
  if (numberOf(currency ?? '') !== numberOf(asked[49] ?? '')) return 'unclear';
  return [asked[4], released].includes(amount) && isRestAsAsked(exchanged) ? 'done' : 'partial';
}

/** Without field 39 nothing is known. */
export function verdictOf(exchanged: Exchanged): Verdict {
  const { 39: code } = exchanged.answer;
  if (code === undefined) return 'unclear';
  const verdict = VERDICTS.get(code) ?? 'REFUSED_BY_HOST';
  return verdict === 'done' ? doneVerdict(exchanged) : verdict;
}

/**
 * Of the answer to a reversal: it was undone, or there is nothing to undo (25: no such record, 21: no action taken). A host that had approved
 * another amount may name that one: a reversal without field 95 takes back all of it.
 */
export const isUndone = ({ answer: { 39: code } }: Exchanged): boolean =>
  code !== undefined && ['00', '21', '25'].includes(code);
