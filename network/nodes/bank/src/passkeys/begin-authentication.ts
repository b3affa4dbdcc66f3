// SPDX-License-Identifier: Apache-2.0
// Asks a passkey to sign, for a login or for one order, instead of sending a code. The answer is the same for somebody who has no passkey,
// or is no customer.
import { toInstant } from '../clock.js';
import type { CallContext } from '../context.js';
import type { Parsed } from '../inputs.js';
import { beginFactors } from '../login.js';
import { requireSession } from '../records/logins.js';
import { ensureTermsOf, storeStepUp } from '../step-up.js';
import { issueChallenge, type ChallengeSubject } from './challenges.js';
import type { AuthenticationBegun, StepUpBegun } from './passkey-shapes.js';
import { requirePasskeys } from './passkey-store.js';

async function ask(context: CallContext, subject: ChallengeSubject): Promise<AuthenticationBegun> {
  const { rpId } = requirePasskeys(context);
  const { challenge, expiresAt } = await issueChallenge(context, subject);
  const timeout = context.limits.codeSeconds * 1000;
  return {
    options: { challenge, rpId, timeout, userVerification: 'required' },
    expiresAt: toInstant(expiresAt),
  };
}

/** @throws {BankError} PASSKEYS_OFF, STATE_CONFLICT, PROFILE_INCOMPLETE, TOO_MANY_CHALLENGES. */
export async function beginPasskeyAuthentication(
  context: CallContext,
  { loginId }: Parsed<'beginPasskeyAuthentication'>,
): Promise<AuthenticationBegun> {
  requirePasskeys(context);
  const { customer_id, login_id } = await beginFactors(context, loginId);
  return ask(context, { customer_id, login_id, bound_to: 'login' });
}

/** @throws {BankError} PASSKEYS_OFF, LOGIN_NOT_AUTHENTICATED, INPUT_INVALID, TOO_MANY_CHALLENGES. */
export async function beginPasskeyStepUp(
  context: CallContext,
  { loginId, terms }: Parsed<'beginPasskeyStepUp'>,
): Promise<StepUpBegun> {
  requirePasskeys(context);
  const login = await requireSession(context, loginId);
  ensureTermsOf(login, terms);
  const { customer_id, login_id } = login;
  const boundTo = await storeStepUp(context.db, login_id, terms);
  const begun = await ask(context, { customer_id, login_id, bound_to: boundTo });
  const { merchantId: payee, total: amount, currency } = terms;
  return { ...begun, boundTo, payment: { payee, amount, currency } };
}
