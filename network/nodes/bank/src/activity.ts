// SPDX-License-Identifier: Apache-2.0
// What the node did, counted from its tables, for operators and reports.
import { sql } from 'kysely';
import { OPEN_MOVE_STATES } from './database/funding-tables.js';
import type { CallContext } from './context.js';
import { EMBEDDED } from './core-banking/book/accounts.js';

/** Counts since the node was set up. */
export interface Activity {
  /** Orders that a customer's instrument paid, at least in part (unit 14). */
  readonly deductions: number;
  readonly completions: number;
  /** Parts that went back to an instrument. */
  readonly returns: number;
  /** Fundings and parts that are under way. */
  readonly open: number;
  /** Sent to customers about their orders (unit 19). */
  readonly messages: number;
  /** Of these, how many the telephone network or the mail server reported as delivered. */
  readonly delivered: number;
  /** Alarms and faults that an operator has looked at (unit 16). */
  readonly acknowledged: number;
  /** Pay-outs of payees that reached their account. */
  readonly payOuts: number;
  /** Messages to customers that are under way. */
  readonly untold: number;
  /** Authorisations that a host of cards or mobile accounts approved. Those of the bank's own book are not among these. */
  readonly approvals: number;
  /** What these hosts released or refunded. */
  readonly reversals: number;
  /** Short messages that the message centre took; a long text has several. */
  readonly texts: number;
  /** Of these, for how many a delivery receipt was noted. */
  readonly receipts: number;
}

export async function readActivity({ db }: Pick<CallContext, 'db'>): Promise<Activity> {
  const { rows } = await sql<Activity>`
    select
      (select count(distinct (merchant_id, order_number)) from funding_legs where state in ('issued', 'returned'))::integer as deductions,
      (select count(*) from funding_moves where kind = 'complete' and state = 'done')::integer as completions,
      (select count(*) from funding_moves where kind <> 'complete' and state = 'done')::integer as returns,
      (select (select count(*) from fundings where wanted > handled)
        + (select count(*) from funding_moves where state in (${sql.join(OPEN_MOVE_STATES)})))::integer as open,
      (select count(*) from messages where outcome in ('sent', 'delivered'))::integer as messages,
      (select count(*) from messages where outcome = 'delivered')::integer as delivered,
      (select count(*) from alerts where acknowledged_at is not null)::integer as acknowledged,
      (select count(*) from pay_outs where state = 'paid')::integer as "payOuts",
      (select count(*) from messages where ended_at is null)::integer as untold,
      (select count(*) from host_requests
        where adapter <> ${EMBEDDED} and state = 'done' and kind = 'authorise')::integer as approvals,
      (select count(*) from host_requests
        where adapter <> ${EMBEDDED} and state = 'done' and kind in ('release', 'refund'))::integer as reversals,
      (select count(*) from message_parts)::integer as texts,
      (select count(*) from message_parts where state is not null)::integer as receipts
  `.execute(db);
  const [activity] = rows;
  if (activity === undefined) throw new Error('The database counted nothing.');
  return activity;
}
