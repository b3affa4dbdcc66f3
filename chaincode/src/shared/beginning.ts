// SPDX-License-Identifier: Apache-2.0
// Writes the terms that a customer signed for an order.
import type { TermsRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/**
 * Puts the signed terms and the device that signed them. In an order paid offline, a voucher takes the place of the
 * signature.
 * @returns the row
 */
export function putTerms(call: Call, signed: Omit<TermsRow, 'placedAt' | 'receipt'>): TermsRow {
  const row = { ...signed, placedAt: call.now, receipt: null };
  call.store.put('terms', row);
  return row;
}
