// SPDX-License-Identifier: Apache-2.0
// The configuration of the stand-ins, and what their desk takes and answers.
import * as z from 'zod';

const port = z.int().min(1).max(65_535);
const path = z.string().min(1);

/** The content of the program's configuration file; paths are absolute. */
export const standInsConfig = z.strictObject({
  /** Where the hosts keep what they did. */
  folder: path,
  /** Written when all of them listen. */
  readyFile: path,
  /** On the loopback interface. */
  ports: z.strictObject({ card: port, mobile: port, sms: port, desk: port }),
  /** Files with what whoever calls must show. */
  secrets: z.strictObject({ mobile: path, sms: path, desk: path }),
  /** Where the card host leaves each day's statement. */
  statementFolder: path,
  /** The vendor tag under which the message centre recognises a repeated message. */
  referenceTag: z.int(),
});

export type StandInsConfig = z.output<typeof standInsConfig>;

/** An account behind an instrument; the balance in minor units. */
export const newAccount = z.strictObject({
  kind: z.enum(['card', 'mobile']),
  token: z.string().min(1),
  currency: z.string().length(3),
  balance: z.string().regex(/^\d{1,18}$/),
});

/** What the hosts and the message centre did since their first start, counted by themselves. */
export interface StandInFigures {
  /** Authorisations of the card host, and payments of the mobile host. */
  readonly approvals: number;
  /** At the card host: the mobile host takes the money when it approves. */
  readonly completions: number;
  /** What was released or refunded. */
  readonly reversals: number;
  readonly payOuts: number;
  /** Short messages that the message centre took; a long text has several. */
  readonly texts: number;
  /** Delivery receipts that the bank has taken. */
  readonly receipts: number;
}
