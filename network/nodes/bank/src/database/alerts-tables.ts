// SPDX-License-Identifier: Apache-2.0
// The table of what operators are alerted to (unit 16). A row is written once for each time that something goes wrong.

import type { Generated } from 'kysely';

// Instants are milliseconds since 1970.

/** What an operator is alerted to. */
export const ALERT_KINDS = [
  /** Unit 15 found differences; the order's money is blocked until an operator decides. Subject: merchant/order. */
  'alarm',
  /** Work of one kind fails again and again. Subject: the job's name. */
  'failingJob',
  /** The host refused what it had agreed to. Subject: the job and what it is about. */
  'hostContradicts',
  /** A host has not said for some minutes what became of a request. Subject: `funding` or `payOut`, and what it is about. */
  'unansweredHost',
  /** A deduction above the policy's sum waits for a second person. Subject: merchant/order. */
  'confirmationWaits',
  /** A pay-out waits for a teller to link an account. Subject: payee/currency/id. */
  'payOutWaits',
  /** A host has not left its statement of a day, hours after its end. Subject: the host's adapter and the day. */
  'missingStatement',
  /** The newest statement of backing names less backing than supply. Subject: the currency. */
  'backingShort',
  /** A customer gets no more one-time codes: too many were not used. Subject: the customer's pseudonym. */
  'cappedCodes',
  /** A passkey's counter did not rise: it seems to be copied. Subject: the customer's pseudonym and the passkey's id. */
  'copiedPasskey',
  /** A certificate or revocation list of the node ends soon, or cannot be read. Subject: its name and the days. */
  'certificate',
] as const;

export type AlertKind = (typeof ALERT_KINDS)[number];

export interface AlertTable {
  kind: AlertKind;
  /** What it is about: identifiers joined by `/`. */
  subject: string;
  /** 1, 2, … of this kind and subject: what ended and began again is another alert. */
  number: number;
  opened_at: number;
  /** The name in the operator's certificate. */
  acknowledged_by: string | null;
  acknowledged_at: number | null;
  escalated_at: number | null;
  closed_at: number | null;
  /** Rises with each change of any alert, in the order in which they are committed. */
  change: number;
}

/** The table for queries. */
export type AlertRows = Omit<AlertTable, 'change'> & { change: Generated<number> };

export interface AlertTables {
  alerts: AlertRows;
}
