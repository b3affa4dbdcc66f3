// SPDX-License-Identifier: Apache-2.0
// Careless payees. A payee bears the loss of a double spend, regardless of the policy, when a terminal that kept the rules
// would have refused the voucher.
import type { ReserveRow } from '../ledger/offline-rows.js';
import { allowanceOf } from './allowance.js';
import {
  isClaimingOver,
  isExpired,
  isOverAllowance,
  wasAnnounced,
  type Payment,
} from './payment-rules.js';
import type { Verdict } from './verdicts.js';

type Rule = (payment: Payment, reserve: ReserveRow, claimedAt: number) => boolean;

/** The verdicts that the ledger would have given without the contradiction. The first one that applies counts. */
const CARELESS: readonly (readonly [Verdict, Rule])[] = [
  ['revoked', wasAnnounced],
  ['claimedLate', (_, reserve, claimedAt) => isClaimingOver(claimedAt, reserve)],
  ['expired', isExpired],
  ['overLimit', (payment, reserve) => isOverAllowance(payment, allowanceOf(reserve))],
];

/**
 * @param claimedAt when the payee brought the contradicting voucher
 * @returns why a terminal that kept the rules would have refused the payment, or undefined.
 */
export const carelessness = (
  payment: Payment,
  reserve: ReserveRow,
  claimedAt: number,
): Verdict | undefined => CARELESS.find(([, applies]) => applies(payment, reserve, claimedAt))?.[0];
