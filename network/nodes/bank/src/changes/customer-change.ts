// SPDX-License-Identifier: Apache-2.0
// A customer's own change of telephone or password. It needs both present factors, bound to this change. Then it waits
// and can be cancelled.
import { BankError } from '../bank-error.js';
import { toInstant } from '../clock.js';
import type { CallContext } from '../context.js';
import type { Change } from '../database/schema.js';
import { ensureBothPassed, passedFactors } from '../factors/attestations.js';
import { sendCode } from '../factors/send-code.js';
import type { Parsed } from '../inputs.js';
import { textOf } from '../messages/texts.js';
import type { Authenticated, ChangeBegun, ChangeRecord, ChangeState } from '../operations.js';
import { wordsOf } from '../outbox/text-of-row.js';
import { requireCustomer } from '../records/customers.js';
import { requireSession } from '../records/logins.js';
import {
  ensureNoOther,
  letWait,
  moveChange,
  requireChange,
  storeChange,
  tellOwner,
  toChangeRecord,
} from './changes.js';

export async function beginChange(
  context: CallContext,
  { loginId, resend = false, ...asked }: Parsed<'beginChange'>,
): Promise<ChangeBegun> {
  const { customer_id: customerId } = await requireSession(context, loginId);
  await ensureNoOther(context.db, customerId, asked.changeId);
  const begun = { kind: 'change', state: 'asked' } as const;
  const change = await storeChange(context, { ...asked, customerId, loginId }, begun);
  if (change.state !== 'asked') throw new BankError('STATE_CONFLICT', 'changeId');
  const sent = await sendCode(context, {
    customerId,
    loginId,
    boundTo: change.digest,
    resend,
    kind: 'changeCode',
    text: (language, facts) => textOf('changeCode', language, { ...facts, ...wordsOf(change) }),
  });
  return { ...sent, boundTo: change.digest };
}

const waitingAnswer = (effectiveAt: number): Authenticated => ({
  authenticated: true,
  effectiveAt: toInstant(effectiveAt),
});

/** Joins the factors of a change. @throws {BankError} AUTHENTICATION_FAILED unless both passed. */
export async function completeChange(
  context: CallContext,
  loginId: string,
  change: Change,
): Promise<Authenticated> {
  if (change.state === 'waiting' && change.effective_at !== null)
    return waitingAnswer(change.effective_at);
  if (change.state !== 'asked') throw new BankError('STATE_CONFLICT', 'boundTo');
  ensureBothPassed(await passedFactors(context, loginId, change.digest));
  await ensureNoOther(context.db, change.customer_id, change.change_id);
  const seconds = context.limits.changeWaitSeconds;
  return waitingAnswer(
    await letWait(context, change, { from: 'asked', seconds, field: 'boundTo' }),
  );
}

const CANCELLABLE: readonly ChangeState[] = ['asked', 'unconfirmed', 'waiting'];

async function cancel(
  context: CallContext,
  customerId: string,
  changeId: string,
): Promise<{ readonly cancelled: true }> {
  const change = await requireChange(context.db, customerId, changeId);
  const moved = await moveChange(context, change, CANCELLABLE, { state: 'cancelled' });
  const { state } = await requireChange(context.db, customerId, changeId);
  if (!moved && state !== 'cancelled') throw new BankError('STATE_CONFLICT', 'changeId');
  await tellOwner(context, change, 'changeCancelled');
  return { cancelled: true };
}

export async function cancelChange(
  context: CallContext,
  { loginId, changeId }: Parsed<'cancelChange'>,
): Promise<{ readonly cancelled: true }> {
  const { customer_id } = await requireSession(context, loginId);
  return cancel(context, customer_id, changeId);
}

export const stopChange = (
  context: CallContext,
  { customerId, changeId }: Parsed<'stopChange'>,
): Promise<{ readonly cancelled: true }> => cancel(context, customerId, changeId);

export async function listChanges(context: CallContext, loginId: string): Promise<ChangeRecord[]> {
  const { customer_id } = await requireSession(context, loginId);
  // Changes that are due take effect first.
  await requireCustomer(context, customer_id);
  const rows = await context.db
    .selectFrom('credential_changes')
    .selectAll()
    .where('customer_id', '=', customer_id)
    .orderBy('seq', 'desc')
    .execute();
  return rows.map(toChangeRecord);
}
