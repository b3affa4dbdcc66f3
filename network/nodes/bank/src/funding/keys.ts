// SPDX-License-Identifier: Apache-2.0
// Keys of what is asked of host and ledger for an order: each from the one before it, so that whoever gets a repetition recognises it.
import { digestOf, type OrderKey } from '@fabric-offline-pay/domain';
import type { MoveKind } from '../database/funding-tables.js';

/** An order, and the customer for whom it is funded. */
export interface FundingKey extends OrderKey {
  readonly customerId: string;
}

/** One deduction of an order. */
export interface LegKey extends OrderKey {
  readonly leg: number;
}

/** A part of a deduction. */
export interface MoveKey extends LegKey {
  readonly kind: MoveKind;
  readonly number: number;
}

/** Of the authorisation at the host. */
export const authorisationKey = ({ merchantId, orderNumber, leg }: LegKey): string =>
  `fund/${merchantId}/${orderNumber}/${leg}`;

/** Of the completion or reversal at the host, when it is asked first. */
export const moveKey = ({ kind, number, ...leg }: MoveKey): string =>
  `${authorisationKey(leg)}/${kind}/${number}`;

/** Which request it is, of those that a part of a deduction may need. */
export interface Attempt {
  /** What was to be released is completed. That is another request than the reversal that was planned. */
  readonly isKept: boolean;
  /** From 1. What was refused under a key stays refused under it. */
  readonly attempt: number;
}

/** Of the request at the host. */
export const requestKey = (move: MoveKey, { isKept, attempt }: Attempt): string =>
  [moveKey(move), ...(isKept ? ['kept'] : []), ...(attempt > 1 ? [attempt] : [])].join('/');

const ID_DIGITS = 40;

/** Identifiers of the ledger are shorter than two of its keys together. */
const idOf = (prefix: string, key: string): string =>
  `${prefix}-${digestOf(key).slice(0, ID_DIGITS)}`;

/** The ledger's id of the issue that an authorisation backs. */
export const issueIdOf = (leg: LegKey): string => idOf('fund', authorisationKey(leg));

/** The ledger's id of the withdrawal that goes before a reversal. */
export const withdrawIdOf = (move: MoveKey): string => idOf('back', moveKey(move));
