// SPDX-License-Identifier: Apache-2.0
// Step-up: both factors once more, for one order. Digest and message are made here from the same terms, so that no caller can make
// a customer confirm another payment than the one in the message.
import { ensureTermsAddUp, termsDigest } from '@fabric-offline-pay/domain';
import { BankError } from './bank-error.js';
import type { CallContext } from './context.js';
import type { BankDatabase, LoginTable, StepUpTable } from './database/schema.js';
import { sendCode } from './factors/send-code.js';
import type { Parsed } from './inputs.js';
import { textOf } from './messages/texts.js';
import type { CodeSent } from './operations.js';
import { requireSession } from './records/logins.js';

type Terms = Parsed<'beginStepUp'>['terms'];

/** @throws {BankError} INPUT_INVALID unless the terms are of this login and its customer. */
export function ensureTermsOf(login: LoginTable, terms: Terms): void {
  if (terms.loginId !== login.login_id) throw new BankError('INPUT_INVALID', 'terms.loginId');
  if (terms.customerId !== login.customer_id)
    throw new BankError('INPUT_INVALID', 'terms.customerId');
  ensureTermsAddUp(terms);
}

/** @returns the step-up with this digest, or undefined. */
export const findStepUp = (
  db: BankDatabase,
  loginId: string,
  orderDigest: string,
): Promise<StepUpTable | undefined> =>
  db
    .selectFrom('step_ups')
    .selectAll()
    .where('login_id', '=', loginId)
    .where('order_digest', '=', orderDigest)
    .executeTakeFirst();

/** @returns the digest of the terms, to which the factors are bound. */
export async function storeStepUp(
  db: BankDatabase,
  loginId: string,
  terms: Terms,
): Promise<string> {
  const digest = termsDigest(terms);
  const { merchantId: payee, total: amount, currency } = terms;
  await db
    .insertInto('step_ups')
    .values({ login_id: loginId, order_digest: digest, payee, amount, currency })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return digest;
}

export async function beginStepUp(
  context: CallContext,
  { loginId, terms, resend = false }: Parsed<'beginStepUp'>,
): Promise<CodeSent> {
  const login = await requireSession(context, loginId);
  ensureTermsOf(login, terms);
  return sendCode(context, {
    customerId: login.customer_id,
    loginId,
    boundTo: await storeStepUp(context.db, loginId, terms),
    resend,
    kind: 'stepUpCode',
    text: (language, facts) => textOf('stepUpCode', language, { ...facts, ...terms }),
  });
}
