// SPDX-License-Identifier: Apache-2.0
// What a device may spend, how often and until when: under one certificate, or from its whole reserve.
import { toUnits } from '../base/money.js';
import type { ReserveRow } from '../ledger/offline-rows.js';
import type { DeviceCertificate } from './objects.js';

/** What may be spent. A certificate is one. */
export type Allowance = Pick<
  DeviceCertificate,
  'total' | 'perPayment' | 'highestCounter' | 'spendUntil' | 'claimUntil'
>;

type ReserveTerms = Pick<
  ReserveRow,
  'funded' | 'perPayment' | 'highestCounter' | 'spendUntil' | 'claimUntil'
>;

/** @returns what the reserve backs: the most that any of its certificates allows. */
export const allowanceOf = (reserve: ReserveTerms): Allowance => ({
  total: toUnits(reserve.funded),
  perPayment: toUnits(reserve.perPayment),
  highestCounter: reserve.highestCounter,
  spendUntil: reserve.spendUntil,
  claimUntil: reserve.claimUntil,
});
