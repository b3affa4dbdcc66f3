// SPDX-License-Identifier: Apache-2.0
// What a customer signed becomes the terms of an order.
import type { TermsRow } from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';

/**
 * Puts what was signed, by which device. A voucher stands where the signature of an order that was paid online would.
 * @returns the row
 */
export function putTerms(call: Call, signed: Omit<TermsRow, 'placedAt' | 'receipt'>): TermsRow {
  const row = { ...signed, placedAt: call.now, receipt: null };
  call.store.put('terms', row);
  return row;
}
