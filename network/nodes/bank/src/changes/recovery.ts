// SPDX-License-Identifier: Apache-2.0
// A new telephone or password for a customer who lost the old one. Instead of the factors it needs two persons of the front office, a
// message to the old telephone and a longer wait.
import { BankError } from '../bank-error.js';
import type { CallContext } from '../context.js';
import type { Change } from '../database/schema.js';
import type { Parsed } from '../inputs.js';
import type { ChangeRecord } from '../operations.js';
import { requireCustomer } from '../records/customers.js';
import {
  ensureNoOther,
  findChange,
  letWait,
  moveChange,
  storeChange,
  tellOwner,
  toChangeRecord,
} from './changes.js';

async function requireRecovery({ db }: CallContext, changeId: string): Promise<Change> {
  const change = await findChange(db, changeId);
  if (change?.kind !== 'recovery') throw new BankError('NOT_FOUND', 'changeId');
  return change;
}

/** Stored as requested first, so that the customer is told before the change counts as open. */
export async function startRecovery(
  context: CallContext,
  asked: Parsed<'startRecovery'>,
): Promise<ChangeRecord> {
  await requireCustomer(context, asked.customerId);
  await ensureNoOther(context.db, asked.customerId, asked.changeId);
  const begun = { kind: 'recovery', state: 'asked' } as const;
  const change = await storeChange(context, { ...asked, loginId: null }, begun);
  if (change.state === 'asked') {
    await tellOwner(context, change, 'recoveryAsked');
    await moveChange(context, change, ['asked'], { state: 'unconfirmed' });
  }
  return toChangeRecord(await requireRecovery(context, asked.changeId));
}

/** @throws {BankError} SECOND_PERSON_NEEDED for the person who started it, also with another certificate. */
export async function confirmRecovery(
  context: CallContext,
  { changeId }: Parsed<'confirmRecovery'>,
): Promise<ChangeRecord> {
  const change = await requireRecovery(context, changeId);
  const { name } = context.caller;
  if (change.asked_by === name) throw new BankError('SECOND_PERSON_NEEDED', 'changeId');
  if (change.state === 'waiting' && change.confirmed_by === name) return toChangeRecord(change);
  if (change.state !== 'unconfirmed') throw new BankError('STATE_CONFLICT', 'changeId');
  const seconds = context.limits.recoveryWaitSeconds;
  const waiting = { from: 'unconfirmed', seconds, field: 'changeId', confirmed_by: name } as const;
  await letWait(context, change, waiting);
  return toChangeRecord(await requireRecovery(context, changeId));
}
