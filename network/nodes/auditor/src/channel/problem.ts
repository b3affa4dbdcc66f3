// SPDX-License-Identifier: Apache-2.0
// A broken rule before it has a place: whoever asked knows block and transaction.
import type { Finding } from '../findings/finding.js';

/** What of a finding does not say where it was found. */
export type Problem = Pick<Finding, 'rule' | 'subject' | 'expected' | 'found'>;

/** @returns the text; of a long one, its beginning: whoever writes a block chooses the names in it */
export const shortened = (text: string, most = 200): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;
