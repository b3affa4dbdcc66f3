// SPDX-License-Identifier: Apache-2.0
// Sends a one-time code. A newer code replaces the older. While a code is valid, a new one is sent only on request. The code itself is
// never stored: the call that draws it sends it, and the outbox notes only that and how it ended.
import { randomBytes } from 'node:crypto';
import { Undeliverable } from '@fabric-offline-pay/node-common/node';
import { callingCode } from '@fabric-offline-pay/node-common/person-fields';
import { BankError } from '../bank-error.js';
import { toInstant } from '../clock.js';
import type { BankContext, CallContext } from '../context.js';
import type { BankDatabase, CodeTable, Customer } from '../database/schema.js';
import type { CodeCap } from '../messages/code-caps.js';
import type { CodeKind } from '../messages/kinds.js';
import type { Language } from '../messages/language.js';
import { codeReference } from '../messages/code-reference.js';
import { messageId } from '../messages/message-ids.js';
import { Uncertain } from '../messages/message-sender.js';
import type { CodeFacts } from '../messages/texts.js';
import type { CodeSent } from '../operations.js';
import { capReached, macsOf, type NumberMacs } from '../outbox/cap-reached.js';
import { dispatch } from '../outbox/send-now.js';
import { storeMessage } from '../outbox/store-message.js';
import { lockCustomer } from '../records/customers.js';
import { codeMac, drawCode } from './one-time-code.js';
import { newestCode } from './submit-code.js';

export interface CodeRequest {
  readonly customerId: string;
  readonly loginId: string;
  readonly boundTo: string;
  /** Send a new code even while the last one is valid. */
  readonly resend: boolean;
  /** The login cannot succeed. Without a telephone nothing is sent, and the answer is the same. */
  readonly inVain?: boolean;
  readonly kind: CodeKind;
  readonly text: (language: Language, facts: CodeFacts) => string;
}

interface NewCode {
  readonly codeId: string;
  readonly code: string;
  readonly expiresAt: number;
  /** Absent for {@link CodeRequest.inVain}. */
  readonly to?: Target;
}

/** Where a code goes, unless a cap keeps it back. */
interface Target extends NumberMacs {
  readonly phone: string;
  readonly language: Language;
  readonly cap: CodeCap | undefined;
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

async function targetOf(
  db: BankDatabase,
  context: BankContext,
  { customer_id, phone, language }: Customer,
): Promise<Target | undefined> {
  if (phone === null) return undefined;
  const macs = macsOf(context, phone);
  return { phone, language, cap: await capReached(db, context, customer_id, macs), ...macs };
}

/** Codes that are not sent do not count against the caps. */
const countedFor = (to: Target | undefined): Partial<NumberMacs> =>
  to === undefined || to.cap !== undefined
    ? {}
    : { number_mac: to.number_mac, range_mac: to.range_mac };

const messageOf = ({ loginId, boundTo }: CodeRequest, codeId: string): string =>
  messageId(loginId, boundTo, codeId);

const referenceOf = ({ key }: BankContext, { loginId, boundTo }: CodeRequest): string =>
  codeReference(key, loginId, boundTo);

async function storeCode(
  db: BankDatabase,
  context: BankContext,
  request: CodeRequest,
  to: Target | undefined,
): Promise<NewCode> {
  const { customerId: customer_id, loginId: login_id, boundTo: bound_to, kind } = request;
  const now = context.clock();
  const purpose = { code_id: randomBytes(16).toString('hex'), login_id, bound_to };
  const code = drawCode(context.limits.codeDigits);
  const times = { created_at: now, expires_at: now + context.limits.codeSeconds * 1000 };
  const mac = codeMac(context.key, purpose, code);
  await db
    .insertInto('codes')
    .values({ ...purpose, customer_id, mac, ...times, ...countedFor(to), tries: 0, sent: false })
    .execute();
  const { code_id: codeId } = purpose;
  const { expires_at } = times;
  const message = { message_id: messageOf(request, codeId), customer_id, kind, happened_at: now };
  const ending = to?.cap === undefined ? {} : ({ ended_at: now, outcome: 'capped' } as const);
  if (to !== undefined) await storeMessage(db, { ...message, expires_at, ...ending });
  return { codeId, code, expiresAt: expires_at, ...(to !== undefined && { to }) };
}

const prepareCode = (context: CallContext, request: CodeRequest): Promise<Prepared> =>
  context.db.transaction().execute(async (db) => {
    const customer = await lockCustomer(db, request.customerId, context);
    const last = await newestCode(db, { login_id: request.loginId, bound_to: request.boundTo });
    if (last !== undefined && !request.resend && suffices(last, context))
      return { expiresAt: last.expires_at };
    const to = customer && (await targetOf(db, context, customer));
    if (to === undefined && request.inVain !== true)
      throw new BankError('PROFILE_INCOMPLETE', 'phone');
    await ensureFewUnused(db, request.customerId, context);
    context.caller.spend('codes');
    const fresh = await storeCode(db, context, request, to);
    return { expiresAt: fresh.expiresAt, fresh };
  });

/** Nothing is sent, and the caller learns nothing: the answer is that of a sent code, and fails when that would fail. */
async function keepBack({ messages, pace, observer }: BankContext, to?: Target): Promise<void> {
  if (to?.cap !== undefined) observer.capped({ cap: to.cap, callingCode: callingCode(to.phone) });
  await messages.ready?.();
  await pace.pretend('send');
}

/** What the deliverer refuses for good is answered like a sent code, since others would not be refused. */
async function sendTo(
  context: BankContext,
  request: CodeRequest,
  { codeId, code, expiresAt: validUntil }: NewCode,
  { phone, language }: Target,
): Promise<void> {
  const reference = referenceOf(context, request);
  const facts = { code, seconds: context.limits.codeSeconds, reference };
  const text = request.text(language, facts);
  const message = { id: messageOf(request, codeId), to: phone, text, validUntil };
  await context.pace
    .real('send', () => dispatch(context, message))
    .catch((error: unknown) => {
      if (!(error instanceof Undeliverable)) throw error;
    });
}

const handOver = (context: BankContext, request: CodeRequest, fresh: NewCode): Promise<void> =>
  fresh.to === undefined || fresh.to.cap !== undefined
    ? keepBack(context, fresh.to)
    : sendTo(context, request, fresh, fresh.to);

/** What was not sent does not count against the caps: during an outage customers try again and again. */
const uncount = ({ db }: BankContext, codeId: string) =>
  db
    .updateTable('codes')
    .set({ number_mac: null, range_mac: null })
    .where('code_id', '=', codeId)
    .execute();

async function deliverCode(
  context: BankContext,
  request: CodeRequest,
  fresh: NewCode,
): Promise<void> {
  try {
    await handOver(context, request, fresh);
  } catch (error) {
    if (!(error instanceof Uncertain)) await uncount(context, fresh.codeId);
    throw new BankError('MESSAGE_NOT_SENT', undefined, error);
  }
  await context.db
    .updateTable('codes')
    .set({ sent: true })
    .where('code_id', '=', fresh.codeId)
    .execute();
}

/**
 * A crash between storing and sending leaves a code that is marked as not sent. The next call then sends another.
 * @throws {BankError} TOO_MANY_CODES, MESSAGE_NOT_SENT.
 */
export async function sendCode(context: CallContext, request: CodeRequest): Promise<CodeSent> {
  const { expiresAt, fresh } = await prepareCode(context, request);
  if (fresh !== undefined) await deliverCode(context, request, fresh);
  return { codeExpiresAt: toInstant(expiresAt), reference: referenceOf(context, request) };
}
