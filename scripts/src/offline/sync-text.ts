// SPDX-License-Identifier: Apache-2.0
// What a synchronisation did, and what a person must do, in words.
import { formatAmount } from '@fabric-offline-pay/domain';
import type {
  CertifiedAs,
  StuckBatch,
  SyncReport,
  UnprovenFraud,
  Waiting,
} from '@fabric-offline-pay/sdk/offline';

import { timeText } from './device-text.js';

const MOST_NAMED = 10;

const namesOf = (orderNumbers: readonly string[]): string => {
  const more = orderNumbers.length - MOST_NAMED;
  const named = orderNumbers.slice(0, MOST_NAMED).join(', ');
  return more > 0 ? `${named} and ${more.toString()} more` : named;
};

const sumsText = ({ sums }: Waiting): string =>
  Object.entries(sums)
    .map(([currency, sum]) => `${formatAmount(sum, currency)} ${currency}`)
    .join(', ');

export const waitingText = (waiting: Waiting): string =>
  waiting.settleUntil === null
    ? 'nothing waits'
    : `waiting ${waiting.count.toString()}: ${sumsText(waiting)}; settle until ${new Date(waiting.settleUntil * 1000).toISOString()}`;

const stuckText = ({ orderNumbers, code, message, remedy }: StuckBatch): string =>
  `STUCK ${namesOf(orderNumbers)}: ${code}: ${message}\n  ${remedy} It waits, and every sync tries it again.`;

const unprovenText = ({ orderNumber, code, message, remedy }: UnprovenFraud): string =>
  `UNPROVEN double spend at ${orderNumber}: ${code}: ${message}\n  ${remedy} Every sync tries it again.`;

/** Early enough to renew the certificate. */
const WARNED_SECONDS = 30 * 86_400;

/** When the certificate ends, customers can no longer pay without a network. */
const certifiedText = ({ validUntil }: CertifiedAs): readonly string[] =>
  validUntil - Date.now() / 1000 > WARNED_SECONDS
    ? []
    : [
        `the certificate of this terminal ends at ${timeText(validUntil)}; offpay terminal setup --name NAME renews it`,
      ];

interface Synchronised extends SyncReport {
  /** The files of the proofs. */
  readonly files: readonly string[];
  readonly certified: CertifiedAs | null;
}

export const syncText = ({
  settled,
  refused,
  waiting,
  stuck,
  unproven,
  files,
  certified,
}: Synchronised): string =>
  [
    `settled ${settled.toString()}, refused ${refused.toString()}; ${waitingText(waiting)}`,
    ...stuck.map(stuckText),
    ...unproven.map(unprovenText),
    ...files,
    ...(certified === null ? [] : certifiedText(certified)),
  ].join('\n');

/** @returns whether a person must do something; the command then ends with code 1. */
export const needsCare = ({ stuck, unproven }: SyncReport): boolean =>
  stuck.length > 0 || unproven.length > 0;
