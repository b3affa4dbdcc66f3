// SPDX-License-Identifier: Apache-2.0
// The tables of automatic deduction. What was asked of host and ledger is written here before it is asked, so that a crash is a delay.
import type { Generated } from 'kysely';

// Instants are milliseconds since 1970, amounts minor units as text.

/** Cards and mobile-payment accounts that the ledger links with customers of this bank. */
export interface InstrumentTable {
  token: string;
  customer_id: string;
  kind: 'card' | 'mobile';
  /** Block in which it was linked. */
  linked_in: number;
}

/** From which instrument a customer's orders are funded. Without a row: the one that was linked first. */
export interface FundingChoiceTable {
  customer_id: string;
  /** Null: none, the customer wants no automatic deduction. */
  token: string | null;
}

/**
 * `asked`: it is not decided yet. `ready`: the money is on the account. `refused`: no instrument gave the money; it may be asked for again.
 * `unneeded`: the account had enough. `returned`: the order did not hold the money in time, so that it goes back; it may be asked for again.
 */
export const FUNDING_STATES = ['asked', 'ready', 'refused', 'unneeded', 'returned'] as const;

export type FundingState = (typeof FUNDING_STATES)[number];

/**
 * An order whose money comes from an instrument, as far as the account is short. By the customer, too: whoever asks for an order number need
 * not be who orders.
 */
export interface FundingTable {
  merchant_id: string;
  order_number: string;
  customer_id: string;
  currency: string;
  /** What the order holds. */
  total: string;
  state: FundingState;
  /** Why it was refused. */
  refusal: string | null;
  asked_at: number;
  /** Code of the failure that it waits for to pass, and since when; null while all goes well. */
  trouble: string | null;
  troubled_at: number | null;
  /** Whether the order has not held its money yet, so that it counts on the account. */
  is_waiting: Generated<boolean>;
  /** Rises with each reason to look at the funding again. */
  wanted: Generated<number>;
  /** What `wanted` was when it was looked at last. */
  handled: Generated<number>;
}

/**
 * `planned` → `authorised` by the host → `issued` on the ledger; or `refused` by the host. `unissued`: the ledger refused the issue for good,
 * and the host releases what it reserved. `returned`: it was issued, and all of it goes back, because the order did not hold it in time; what
 * the order holds later is none of it.
 */
export type LegState = 'planned' | 'authorised' | 'issued' | 'refused' | 'unissued' | 'returned';

/** Of a leg whose money came from the instrument, wherever it is now. */
export const DEDUCTED_LEG_STATES = [
  ...(['issued', 'unissued', 'returned'] as const),
] satisfies readonly LegState[];

/** Of a leg that the node still works on. */
export const OPEN_LEG_STATES = ['planned', 'authorised'] as const satisfies readonly LegState[];

/** One deduction for an order. There are several when one was refused, or not enough. */
export interface FundingLegTable {
  merchant_id: string;
  order_number: string;
  customer_id: string;
  /** 1, 2, … of the order number, whoever asked: keys at the host are made from it. */
  leg: number;
  token: string;
  amount: string;
  state: LegState;
}

/** `complete`: the host takes it. `release`: it was not needed and goes back. `refund`: the merchant gave it back, and so does the bank. */
export type MoveKind = 'complete' | 'release' | 'refund';

/**
 * `planned` → `done`. What goes back leaves the ledger first (`withdrawn`). `kept`: the customer has spent it otherwise; a release is then
 * completed instead, so that what is on the ledger stays backed. `keeping`: the host is asked for that; it is no longer withdrawn,
 * whatever comes onto the account.
 */
export type MoveState = 'planned' | 'withdrawn' | 'keeping' | 'done' | 'kept';

/** Of a move that the node still works on. */
export const OPEN_MOVE_STATES = [
  'planned',
  'withdrawn',
  'keeping',
] as const satisfies readonly MoveState[];

/** A part of a leg that is final at the host, or goes back. */
export interface FundingMoveTable {
  merchant_id: string;
  order_number: string;
  customer_id: string;
  leg: number;
  kind: MoveKind;
  /** 1, 2, … of this kind and leg. */
  number: number;
  amount: string;
  state: MoveState;
  /** Rises when the host refused what it had agreed to: it is asked anew, under another key. */
  attempt: Generated<number>;
  /** Of the request of this attempt; null while it is the first. */
  host_key: Generated<string | null>;
}

/** An order of which was decided, once it was placed, whether it is funded by itself: read again, the ledger does not decide anew. */
export interface PlacedOrderTable {
  merchant_id: string;
  order_number: string;
  customer_id: string;
}

export interface FundingTables {
  instruments: InstrumentTable;
  funding_choices: FundingChoiceTable;
  fundings: FundingTable;
  funding_legs: FundingLegTable;
  funding_moves: FundingMoveTable;
  placed_orders: PlacedOrderTable;
}
