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
  /** It tells of what leaves or comes back, or of who gets in: a customer must see what it did not cause. Has the higher cap. */
  readonly protects: boolean;
  /** What it tells of must not happen untold: over the cap, the call is refused. */
  readonly mustBeTold: boolean;
}

const NEWS: Treatment = { canWait: true, sentBy: 'job', protects: false, mustBeTold: false };
const MONEY: Treatment = { ...NEWS, protects: true };
const WARNING: Treatment = { ...MONEY, canWait: false };
const OF_CALL: Treatment = { ...WARNING, sentBy: 'caller' };
const BEFORE: Treatment = { ...OF_CALL, mustBeTold: true };

export const TREATMENT: Readonly<Record<MessageKind, Treatment>> = {
  deducted: MONEY,
  refunded: MONEY,
  returned: MONEY,
  alarm: WARNING,
  alarmResolved: NEWS,
  alarmUpheld: MONEY,
  delivered: NEWS,
  deliveredUnproven: WARNING,
  disputed: NEWS,
  disputeUpheld: MONEY,
  disputeRejected: MONEY,
  // Whoever stands in the shop needs it now.
  declined: { ...NEWS, canWait: false },
  givenBack: NEWS,
  paidOffline: WARNING,
  changeWaits: BEFORE,
  recoveryAsked: BEFORE,
  changeCancelled: OF_CALL,
  passkeyAdded: BEFORE,
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
