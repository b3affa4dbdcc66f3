// SPDX-License-Identifier: Apache-2.0
// Sends a one-time code. A newer code replaces the older. While a code is valid, a new one is sent only on request.
import { randomBytes } from 'node:crypto';
import { BankError } from '../bank-error.js';
import { toInstant } from '../clock.js';
import type { BankContext, CallContext } from '../context.js';
import type { BankDatabase, CodeTable } from '../database/schema.js';
import { sendMessage } from '../messages/send-message.js';
import { messageId } from '../messages/texts.js';
import type { CodeSent } from '../operations.js';
import { codeMac, drawCode } from './one-time-code.js';
import { newestCode } from './submit-code.js';
import { lockCustomer } from '../records/customers.js';

export interface CodeRequest {
  readonly customerId: string;
  readonly loginId: string;
  readonly boundTo: string;
  /** Send a new code even while the last one is valid. */
  readonly resend: boolean;
  /** The login cannot succeed. Without a telephone nothing is sent, and the answer is the same. */
  readonly inVain?: boolean;
  /** The message to the customer; `seconds` is how long the code is valid. */
  readonly text: (code: string, seconds: number) => string;
}

interface NewCode {
  readonly codeId: string;
  readonly code: string;
  /** Absent for {@link CodeRequest.inVain}. */
  readonly phone?: string;
}

interface Prepared {
  readonly expiresAt: number;
  /** Absent when the last code is still valid. */
  readonly fresh?: NewCode;
}

type LastCode = Pick<CodeTable, 'sent' | 'tries' | 'used_at' | 'expires_at'>;

/** A used code needs no new one, and neither does a code that is still valid. */
function suffices(last: LastCode, { clock, limits }: BankContext): boolean {
  if (last.used_at !== null) return true;
  return last.sent && last.tries < limits.codeTries && clock() < last.expires_at;
}

async function ensureFewUnused(
  db: BankDatabase,
  customerId: string,
  { clock, limits }: BankContext,
) {
  const { unused } = await db
    .selectFrom('codes')
    .select((expressions) => expressions.fn.countAll().as('unused'))
    .where('customer_id', '=', customerId)
    .where('used_at', 'is', null)
    .where('created_at', '>', clock() - limits.windowSeconds * 1000)
    .executeTakeFirstOrThrow();
  if (Number(unused) >= limits.unusedCodes) throw new BankError('TOO_MANY_CODES');
}

async function storeCode(db: BankDatabase, context: BankContext, request: CodeRequest) {
  const { customerId, loginId, boundTo } = request;
  const now = context.clock();
  const purpose = {
    code_id: randomBytes(16).toString('hex'),
    login_id: loginId,
    bound_to: boundTo,
  };
  const code = drawCode(context.limits.codeDigits);
  const expiresAt = now + context.limits.codeSeconds * 1000;
  await db
    .insertInto('codes')
    .values({
      ...purpose,
      customer_id: customerId,
      mac: codeMac(context.key, purpose, code),
      created_at: now,
      expires_at: expiresAt,
      tries: 0,
      sent: false,
    })
    .execute();
  return { codeId: purpose.code_id, code, expiresAt };
}

const prepareCode = (context: CallContext, request: CodeRequest): Promise<Prepared> =>
  context.db.transaction().execute(async (db) => {
    const phone = (await lockCustomer(db, request.customerId, context))?.phone ?? undefined;
    const last = await newestCode(db, { login_id: request.loginId, bound_to: request.boundTo });
    if (last !== undefined && !request.resend && suffices(last, context))
      return { expiresAt: last.expires_at };
    if (phone === undefined && request.inVain !== true)
      throw new BankError('PROFILE_INCOMPLETE', 'phone');
    await ensureFewUnused(db, request.customerId, context);
    context.caller.spend('codes');
    const { codeId, code, expiresAt } = await storeCode(db, context, request);
    return { expiresAt, fresh: { codeId, code, ...(phone !== undefined && { phone }) } };
  });

async function deliverCode(
  context: BankContext,
  request: CodeRequest,
  { codeId, code, phone }: NewCode,
) {
  const text = request.text(code, context.limits.codeSeconds);
  const id = messageId(request.loginId, request.boundTo, codeId);
  if (phone === undefined) await context.pace.pretend('send');
  else await context.pace.real('send', () => sendMessage(context, phone, { id, text }));
  await context.db.updateTable('codes').set({ sent: true }).where('code_id', '=', codeId).execute();
}

/**
 * A crash between storing and sending leaves a code that is marked as not sent. The next call then sends another.
 * @throws {BankError} TOO_MANY_CODES, MESSAGE_NOT_SENT.
 */
export async function sendCode(context: CallContext, request: CodeRequest): Promise<CodeSent> {
  const { expiresAt, fresh } = await prepareCode(context, request);
  if (fresh !== undefined) await deliverCode(context, request, fresh);
  return { codeExpiresAt: toInstant(expiresAt) };
}
