// SPDX-License-Identifier: Apache-2.0
// Whose loss a double spend is, beside the policy: who accepted what a terminal that kept the rules would have refused bears
// it.
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

/** The verdict that the ledger would have given, had the voucher not contradicted another; the first that applies. */
const CARELESS: readonly (readonly [Verdict, Rule])[] = [
  ['revoked', wasAnnounced],
  ['claimedLate', (_, reserve, claimedAt) => isClaimingOver(claimedAt, reserve)],
  ['expired', isExpired],
  ['overLimit', (payment, reserve) => isOverAllowance(payment, allowanceOf(reserve))],
];

/**
 * @param claimedAt when the contradicting voucher was brought
 * @returns why a terminal that kept the rules would have refused the payment, or undefined when it had no reason to.
 */
export const carelessness = (
  payment: Payment,
  reserve: ReserveRow,
  claimedAt: number,
): Verdict | undefined => CARELESS.find(([, applies]) => applies(payment, reserve, claimedAt))?.[0];
