// SPDX-License-Identifier: Apache-2.0
// The outbox in the bank's database: each message to a customer is a row before anything is sent.
import type { MessageKind } from './kinds.js';
import type { Language } from './language.js';

// Instants are milliseconds since 1970 (bigint columns), amounts minor units as text.

/**
 * `sent`: safe with whoever delivers it; `delivered`, `failed`: what its receipt said, or it was refused for good; `expired`: its time
 * was over before it was sent; `nowhere`: the customer has no such address; `capped`: it was not sent, because too many were, see
 * `code-caps` and `notice-caps`.
 */
export type MessageOutcome = 'sent' | 'delivered' | 'failed' | 'expired' | 'nowhere' | 'capped';

export type MessageChannel = 'sms' | 'mail';

/** A message holds no text: it is made when it is sent or read. So no code is ever stored. */
export interface MessageTable {
  message_id: string;
  customer_id: string;
  channel: MessageChannel;
  kind: MessageKind;
  merchant_id: string | null;
  order_number: string | null;
  currency: string | null;
  amount: string | null;
  /** A code: why a funding was declined. */
  reason: string | null;
  change_id: string | null;
  /** How long a change waits. */
  wait_seconds: number | null;
  happened_at: number;
  expires_at: number;
  /** When it is to be taken up again; null when a job was asked for, or its caller sends it. */
  resume_at: number | null;
  /** In which it was sent. */
  language: Language | null;
  ended_at: number | null;
  outcome: MessageOutcome | null;
  /** Keyed digest of the telephone for which it counts against the caps, and since when; null before it is sent, and for codes. */
  number_mac: string | null;
  counted_at: number | null;
}

/** What the deliverer calls each part of a message, and what it said about it later. */
export interface MessagePartTable {
  message_id: string;
  /** From 1. */
  part: number;
  carrier_id: string;
  accepted_at: number;
  state: 'delivered' | 'failed' | null;
}

export interface MessageTables {
  messages: MessageTable;
  message_parts: MessagePartTable;
}
