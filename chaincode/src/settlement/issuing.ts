// SPDX-License-Identifier: Apache-2.0
// Currency between a customer's account and its linked instrument. One teller issues it up to a sum, two tellers above it.
// It can be paid out again.
import {
  ensure,
  found,
  isAtLeast,
  limitsIn,
  ROWS,
  sha256Hex,
  type ParsedInputOf as InputOf,
  type PendingIssueRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { credit, debit } from '../shared/accounts.js';
import { policyRow } from '../shared/rows.js';
import { putSupply } from '../shared/supply.js';

type Issue = InputOf<'settlement', 'issue'>;

/** Links a token. It stands for an account at the bank, which belongs to one customer. */
export async function linkInstrument(call: Call<InputOf<'settlement', 'linkInstrument'>>) {
  const { customerId, token, kind } = call.input;
  const bankId = call.caller.actor;
  const taken = await call.store.get('instrument', bankId, token);
  ensure(taken === undefined, 'INSTRUMENT_TAKEN', { token });
  call.store.put('instrument', { bankId, token, customerId, kind });
  return {};
}

/** @throws {DomainError} INSTRUMENT_UNKNOWN, also for another customer's instrument. */
async function ensureLinked(
  call: Call,
  { customerId, token }: Pick<Issue, 'customerId' | 'token'>,
): Promise<void> {
  const instrument = await call.store.get('instrument', call.caller.actor, token);
  ensure(instrument?.customerId === customerId, 'INSTRUMENT_UNKNOWN', { token });
}

async function carryOutIssue(call: Call, { issueId, customerId, currency, amount }: Issue) {
  putSupply(call, 'issue', issueId, { account: customerId, currency, amount });
  await credit(call, customerId, currency, amount);
  return { state: 'issued' as const };
}

/** The caller in a form that the ledger may keep. It is the same for every certificate of one person. */
const callerDigest = (call: Call): string => sha256Hex(call.caller.registeredName());

export async function issue(call: Call<Issue>) {
  const { currency, amount } = call.input;
  const policy = await policyRow(call);
  const { issue: alone } = limitsIn(policy, currency);
  await ensureLinked(call, call.input);
  if (isAtLeast(alone, amount)) return carryOutIssue(call, call.input);
  call.store.put('pendingIssue', {
    ...call.input,
    bankId: call.caller.actor,
    proposedBy: callerDigest(call),
    until: call.now + policy.voteSeconds,
  });
  return { state: 'proposed' as const };
}

/** Both tellers must have seen the same issue. */
function ensureSame(pending: PendingIssueRow, confirmed: Issue): void {
  const fields = ['customerId', 'token', 'amount'] as const;
  const field = fields.find((name) => pending[name] !== confirmed[name]);
  ensure(field === undefined, 'IDEMPOTENCY_CONFLICT', { issueId: pending.issueId, field });
}

export async function confirmIssue(call: Call<Issue>) {
  const { currency, issueId } = call.input;
  const key = [call.caller.actor, currency, issueId] as const;
  const pending = found(await call.store.get('pendingIssue', ...key), 'NOT_FOUND', {
    row: 'pendingIssue',
  });
  ensureSame(pending, call.input);
  // First: whoever proposed it must learn, too, that it never comes about.
  ensure(call.now < pending.until, 'ISSUE_EXPIRED', { until: pending.until });
  ensure(pending.proposedBy !== callerDigest(call), 'SECOND_TELLER_REQUIRED', { issueId });
  call.store.remove(ROWS.pendingIssue.key(...key));
  return carryOutIssue(call, call.input);
}

/** Pays the customer's own money back to its instrument. */
export async function withdraw(call: Call<InputOf<'settlement', 'withdraw'>>) {
  const { withdrawId, customerId, currency, amount } = call.input;
  await ensureLinked(call, call.input);
  await debit(call, customerId, currency, amount);
  putSupply(call, 'withdraw', withdrawId, { account: customerId, currency, amount });
  return {};
}
