// SPDX-License-Identifier: Apache-2.0
// The kinds of messages to customers (unit 19), and how each is treated.

/** What happened to an order, as the ledger tells it. */
export type NoticeKind =
  | 'deducted'
  | 'refunded'
  | 'returned'
  | 'alarm'
  | 'alarmResolved'
  | 'alarmUpheld'
  | 'delivered'
  | 'deliveredUnproven'
  | 'disputed'
  | 'disputeUpheld'
  | 'disputeRejected';

/** What became of an order's funding from an instrument. */
export type FundingKind = 'declined' | 'givenBack';

/** About an order. */
export type OrderKind = NoticeKind | FundingKind | 'paidOffline';

/** About a change of telephone or password. */
export type ChangeMessageKind = 'changeWaits' | 'recoveryAsked' | 'changeCancelled';

/** About a passkey that came or went. */
export type PasskeyMessageKind = 'passkeyAdded' | 'passkeyRemoved';

/** Carries a one-time code. */
export type CodeKind = 'loginCode' | 'stepUpCode' | 'changeCode';

export type MessageKind = OrderKind | ChangeMessageKind | PasskeyMessageKind | CodeKind;

export interface Treatment {
  /** It may wait until quiet hours are over. What protects the customer's money or account never waits. */
  readonly canWait: boolean;
  /**
   * `caller`: the call that has the reason sends it, and fails when it cannot; nobody sends it later. `job`: it is sent until it is
   * sent or expired.
   */
  readonly sentBy: 'caller' | 'job';
}

const NEWS: Treatment = { canWait: true, sentBy: 'job' };
const WARNING: Treatment = { canWait: false, sentBy: 'job' };
const OF_CALL: Treatment = { canWait: false, sentBy: 'caller' };

export const TREATMENT: Readonly<Record<MessageKind, Treatment>> = {
  deducted: NEWS,
  refunded: NEWS,
  returned: NEWS,
  alarm: WARNING,
  alarmResolved: NEWS,
  alarmUpheld: NEWS,
  delivered: NEWS,
  deliveredUnproven: WARNING,
  disputed: NEWS,
  disputeUpheld: NEWS,
  disputeRejected: NEWS,
  // Whoever stands in the shop needs it now.
  declined: WARNING,
  givenBack: NEWS,
  paidOffline: WARNING,
  changeWaits: OF_CALL,
  recoveryAsked: OF_CALL,
  changeCancelled: OF_CALL,
  passkeyAdded: OF_CALL,
  passkeyRemoved: OF_CALL,
  loginCode: OF_CALL,
  stepUpCode: OF_CALL,
  changeCode: OF_CALL,
};

const CODES: readonly MessageKind[] = ['loginCode', 'stepUpCode', 'changeCode'];
const CHANGES: readonly MessageKind[] = ['changeWaits', 'recoveryAsked', 'changeCancelled'];

const PASSKEYS: readonly MessageKind[] = ['passkeyAdded', 'passkeyRemoved'];

export const isCodeKind = (kind: MessageKind): kind is CodeKind => CODES.includes(kind);

export const isChangeKind = (kind: MessageKind): kind is ChangeMessageKind =>
  CHANGES.includes(kind);

export const isPasskeyKind = (kind: MessageKind): kind is PasskeyMessageKind =>
  PASSKEYS.includes(kind);
