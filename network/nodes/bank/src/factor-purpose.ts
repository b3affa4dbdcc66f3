// SPDX-License-Identifier: Apache-2.0
// What a factor is submitted for: the login itself, one order, or one change of telephone or password.
import { BankError } from './bank-error.js';
import { findBoundChange } from './changes/changes.js';
import type { BankContext } from './context.js';
import type { Change, LoginTable } from './database/schema.js';
import { requireLogin, requireSession } from './records/logins.js';
import { findStepUp } from './step-up.js';

export type FactorPurpose =
  { readonly kind: 'login' | 'order' } | { readonly kind: 'change'; readonly change: Change };

/** @throws {BankError} NOT_FOUND when the login began nothing with this digest. */
export async function purposeOf(
  { db }: BankContext,
  loginId: string,
  boundTo: string,
): Promise<FactorPurpose> {
  if (boundTo === 'login') return { kind: 'login' };
  if ((await findStepUp(db, loginId, boundTo)) !== undefined) return { kind: 'order' };
  const change = await findBoundChange(db, loginId, boundTo);
  if (change === undefined) throw new BankError('NOT_FOUND', 'boundTo');
  return { kind: 'change', change };
}

/** A login accepts factors only while it is open, or, for an order or a change, while it is authenticated. */
export const loginToTry = (
  context: BankContext,
  loginId: string,
  boundTo: string,
): Promise<LoginTable> =>
  boundTo === 'login'
    ? requireLogin(context.db, loginId, 'authenticating')
    : requireSession(context, loginId);
