// SPDX-License-Identifier: Apache-2.0
// What an operator is told of one alert (unit 16). Identifiers only: no text of an error, no sum, nobody's name.
import type { AlertKind, AlertTable } from '../database/alerts-tables.js';

/** What is new of an alert. */
export type AlertNews = 'opened' | 'acknowledged' | 'escalated' | 'closed';

/** Names one alert. */
export interface AlertKey {
  readonly kind: AlertKind;
  readonly subject: string;
  readonly number: number;
}

/** As operators and their systems see it. Seconds since 1970. */
export interface ShownAlert {
  /** `kind/subject/number`. */
  readonly alertId: string;
  readonly kind: AlertKind;
  readonly subject: string;
  readonly openedAt: number;
  readonly acknowledgedBy: string | null;
  readonly acknowledgedAt: number | null;
  readonly escalatedAt: number | null;
  readonly closedAt: number | null;
}

const seconds = (milliseconds: number | null): number | null =>
  milliseconds === null ? null : Math.floor(milliseconds / 1000);

export const alertIdOf = ({ kind, subject, number }: AlertKey): string =>
  `${kind}/${subject}/${number}`;

/** The parts of an alert's id, as somebody sent it. */
export interface AlertName {
  readonly kind: string;
  readonly subject: string;
  readonly number: number;
}

/** As the database counts alerts. */
const MOST_NUMBER = 2_147_483_647;

/** @returns the parts of an id; undefined when no alert can have it */
export function alertNameOf(alertId: string): AlertName | undefined {
  const [kind = '', ...rest] = alertId.split('/');
  const digits = rest.pop() ?? '';
  const number = /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : Infinity;
  return number <= MOST_NUMBER ? { kind, subject: rest.join('/'), number } : undefined;
}

export const shownAlert = (row: AlertTable): ShownAlert => ({
  alertId: alertIdOf(row),
  kind: row.kind,
  subject: row.subject,
  openedAt: Math.floor(row.opened_at / 1000),
  acknowledgedBy: row.acknowledged_by,
  acknowledgedAt: seconds(row.acknowledged_at),
  escalatedAt: seconds(row.escalated_at),
  closedAt: seconds(row.closed_at),
});

/** What it is, and what to do. */
export const ALERT_TEXTS: Readonly<Record<AlertKind, { meaning: string; remedy: string }>> = {
  alarm: {
    meaning: 'The records of an order differ. Its money is blocked.',
    remedy: 'Read the error report of the order, then resolve or uphold its alarm.',
  },
  failingJob: {
    meaning: 'Work of the node fails again and again.',
    remedy: "Look for this job in the node's log, and at what it needs: ledger, host, gateway.",
  },
  hostContradicts: {
    meaning: 'The core banking host refused what it had agreed to.',
    remedy: "Compare the host's entries with the node's, and correct them at the host.",
  },
  unansweredHost: {
    meaning: 'A core banking host has not said for some minutes what became of a request.',
    remedy: 'Ask whoever runs the host. The node goes on asking, and does nothing twice.',
  },
  confirmationWaits: {
    meaning: 'The money of an order is above the sum that one person may issue.',
    remedy: 'Let a second teller confirm the issue; the order then goes on by itself.',
  },
  payOutWaits: {
    meaning: 'A pay-out has no account, or the host refused the one that is linked.',
    remedy: "Link the payee's account, or the same one again when the host is put right.",
  },
  missingStatement: {
    meaning: 'A host has given no statement of a day. Nothing of it was compared.',
    remedy: 'Ask whoever runs the host for it. The node compares the day again when it is there.',
  },
  backingShort: {
    meaning:
      'The newest statement of backing names less backing than there is money on the ledger.',
    remedy:
      'Read the statement and the reconciliation of the days before it, and make good what is missing. The alert ends with a statement that does not fall short.',
  },
  cappedCodes: {
    meaning: 'A customer gets no more one-time codes: too many were sent and not used.',
    remedy: "Look at the tries of the customer's logins: somebody may try to get in.",
  },
  copiedPasskey: {
    meaning: 'Two devices seem to have the key of one passkey. It is no longer accepted.',
    remedy:
      'Call the customer. Look at the tries of its logins; the alert ends when the passkey is removed.',
  },
  certificate: {
    meaning: 'A certificate or revocation list of the node ends soon, or cannot be read.',
    remedy: 'Renew it at the authority, put it into the same file, and start the node again.',
  },
};
