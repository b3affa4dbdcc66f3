// SPDX-License-Identifier: Apache-2.0
// What field 39 of an answer means (ISO 8583:1987).
import type { RefusalCode } from '../core-banking.js';

/** `partial`: less was approved than asked for. `unclear`: it does not say whether anything happened. */
export type Verdict = 'done' | 'partial' | 'unclear' | RefusalCode;

const CODES: readonly (readonly [Verdict, readonly string[]])[] = [
  ['done', ['00', '08', '11', '16']],
  ['partial', ['10']],
  // In progress, re-enter, late, cut-off, inoperative, no route, duplicate, malfunction.
  ['unclear', ['09', '19', '68', '90', '91', '92', '94', '96']],
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

/** @param code field 39; without it nothing is known */
export const verdictOf = (code: string | undefined): Verdict =>
  code === undefined ? 'unclear' : (VERDICTS.get(code) ?? 'REFUSED_BY_HOST');

/** Of the answer to a reversal: it was undone, or there is nothing to undo (25: no such record, 21: no action taken). */
export const isUndone = (code: string | undefined): boolean =>
  code !== undefined && ['00', '21', '25'].includes(code);
