// SPDX-License-Identifier: Apache-2.0
// A broken rule before it has a place: whoever asked knows block and transaction.
import type { Finding } from '../findings/finding.js';

/** What of a finding does not say where it was found. */
export type Problem = Pick<Finding, 'rule' | 'subject' | 'expected' | 'found'>;
