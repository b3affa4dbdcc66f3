// SPDX-License-Identifier: Apache-2.0
// Step-up: both factors once more, for one order only, whose payee and amount the customer reads with the code.
import { digestOf } from '@fabric-offline-pay/domain';
import { BankError } from './bank-error.js';
import type { BankContext } from './context.js';
import type { BankDatabase, StepUpTable } from './database/schema.js';
import { sendCode } from './factors/send-code.js';
import type { Parsed } from './inputs.js';
import { stepUpText } from './messages/texts.js';
import type { CodeSent } from './operations.js';
import { ensureState, requireLogin } from './records/logins.js';

type Input = Parsed<'beginStepUp'>;

/** What the customer is shown must be what the digest stands for. @throws {BankError} INPUT_INVALID. */
function ensureTermsAgree({ terms, orderDigest, payee, amount, currency }: Input): void {
  if (terms === undefined) return;
  const fields = {
    orderDigest: digestOf(terms) === orderDigest,
    payee: terms.merchantId === payee,
    amount: terms.total === amount,
    currency: terms.currency === currency,
  };
  const wrong = Object.entries(fields).find(([, agrees]) => !agrees);
  if (wrong !== undefined) throw new BankError('INPUT_INVALID', wrong[0]);
}

/** @returns the step-up for that digest. @throws {BankError} NOT_FOUND. */
export async function requireStepUp(
  db: BankDatabase,
  loginId: string,
  orderDigest: string,
): Promise<StepUpTable> {
  const row = await db
    .selectFrom('step_ups')
    .selectAll()
    .where('login_id', '=', loginId)
    .where('order_digest', '=', orderDigest)
    .executeTakeFirst();
  if (row === undefined) throw new BankError('NOT_FOUND', 'boundTo');
  return row;
}

/** @throws {BankError} IDEMPOTENCY_CONFLICT when the digest was shown with another payee or amount. */
async function storeStepUp(db: BankDatabase, input: Input): Promise<void> {
  const { loginId, orderDigest, payee, amount, currency } = input;
  await db
    .insertInto('step_ups')
    .values({ login_id: loginId, order_digest: orderDigest, payee, amount, currency })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const shown = await requireStepUp(db, loginId, orderDigest);
  if (shown.payee !== payee || shown.amount !== amount || shown.currency !== currency)
    throw new BankError('IDEMPOTENCY_CONFLICT', 'orderDigest');
}

export async function beginStepUp(context: BankContext, input: Input): Promise<CodeSent> {
  ensureTermsAgree(input);
  const login = await requireLogin(context.db, input.loginId);
  ensureState(login, 'authenticated');
  await storeStepUp(context.db, input);
  return sendCode(context, {
    customerId: login.customer_id,
    loginId: input.loginId,
    boundTo: input.orderDigest,
    resend: input.resend ?? false,
    text: (code, seconds) => stepUpText(code, seconds, input),
  });
}
