// SPDX-License-Identifier: Apache-2.0
// The operations for one caller: checks the input, counts the call against the caps, then calls the operation.
import { BankError } from './bank-error.js';
import {
  beginChange,
  cancelChange,
  completeChange,
  listChanges,
  stopChange,
} from './changes/customer-change.js';
import { confirmRecovery, startRecovery } from './changes/recovery.js';
import type { CallContext } from './context.js';
import type { Attestations, PassedFactor } from './factors/attestations.js';
import { loginToTry, purposeOf } from './factor-purpose.js';
import { submitCode } from './factors/submit-code.js';
import { submitPassword } from './factors/submit-password.js';
import type { TrySubject } from './factors/tries.js';
import { parseInput, type OperationName, type Parsed } from './inputs.js';
import { beginAuthentication, completeLogin, completeStepUp, openLogin } from './login.js';
import type { Authenticated, BankOperations, Factor, Received } from './operations.js';
import { offerAddresses } from './records/addresses.js';
import { beginPasskeyAuthentication, beginPasskeyStepUp } from './passkeys/begin-authentication.js';
import {
  beginPasskey,
  listPasskeys,
  registerPasskey,
  removePasskey,
  renamePasskey,
} from './passkeys/own-passkeys.js';
import { submitPasskey } from './passkeys/submit-passkey.js';
import { completeProfile, updateProfile } from './records/change-profile.js';
import { enrol, registerDevice } from './records/customers.js';
import { listAttempts, listLogins, requireSession } from './records/logins.js';
import { listPurchases, recordPurchase } from './records/purchases.js';
import { beginStepUp } from './step-up.js';
import { readActivity } from './activity.js';
import { openAccount } from './core-banking/book/open-account.js';
import { fundOrder } from './fund-terms.js';

type Handlers = {
  readonly [Name in OperationName]: (
    context: CallContext,
    input: Parsed<Name>,
  ) => ReturnType<BankOperations[Name]>;
};

type Try = (context: CallContext, subject: TrySubject) => Promise<PassedFactor | undefined>;

/** One try of a factor. A factor that passed is attested on the ledger, unless the login is in vain, or the factor is for a change. */
async function tryFactor(
  context: CallContext,
  attestations: Attestations,
  { factor, loginId, boundTo }: Record<'loginId' | 'boundTo', string> & { readonly factor: Factor },
  attempt: Try,
): Promise<Received> {
  context.caller.spend('tries');
  const { customer_id, failure } = await loginToTry(context, loginId, boundTo);
  const { kind } = await purposeOf(context, loginId, boundTo);
  const subject = { customer_id, login_id: loginId, bound_to: boundTo, factor };
  const passed = await attempt(context, subject);
  if (passed?.attested_at === null && failure === null && kind !== 'change')
    attestations.start(passed);
  else if (kind === 'login') attestations.pretend(loginId);
  return { received: true };
}

async function join(
  context: CallContext,
  attestations: Attestations,
  input: Parsed<'complete'>,
): Promise<Authenticated> {
  const { loginId, boundTo } = input;
  if (boundTo === 'login') return completeLogin(context, attestations, loginId);
  await requireSession(context, loginId);
  const purpose = await purposeOf(context, loginId, boundTo);
  return purpose.kind === 'change'
    ? completeChange(context, loginId, purpose.change)
    : completeStepUp(context, attestations, input);
}

const hasFailed = (error: unknown): boolean =>
  error instanceof BankError && error.code === 'AUTHENTICATION_FAILED';

/** Counted before the result is known, so that parallel calls cannot fail more often than allowed. */
async function countAndJoin(
  context: CallContext,
  attestations: Attestations,
  input: Parsed<'complete'>,
): Promise<Authenticated> {
  const takeBack = context.caller.spend('failures');
  try {
    const joined = await join(context, attestations, input);
    takeBack();
    return joined;
  } catch (error) {
    if (!hasFailed(error)) takeBack();
    throw error;
  }
}

const handlersWith = (attestations: Attestations): Handlers => ({
  enrol,
  updateProfile,
  completeProfile,
  registerDevice,
  openLogin: (context, input) => {
    context.caller.spend('logins');
    return openLogin(context, input);
  },
  beginAuthentication,
  submitPassword: (context, { password, ...input }) =>
    tryFactor(context, attestations, { ...input, factor: 'password' }, (call, subject) =>
      submitPassword(call, subject, password),
    ),
  submitCode: (context, { code, ...input }) =>
    tryFactor(context, attestations, { ...input, factor: 'sms' }, (call, subject) =>
      submitCode(call, subject, code),
    ),
  complete: (context, input) => countAndJoin(context, attestations, input),
  beginStepUp,
  beginPasskeyAuthentication,
  beginPasskeyStepUp,
  submitPasskey: (context, { assertion, ...input }) =>
    tryFactor(context, attestations, { ...input, factor: 'passkey' }, (call, subject) =>
      submitPasskey(call, subject, assertion),
    ),
  beginPasskey,
  registerPasskey,
  listPasskeys,
  renamePasskey,
  removePasskey,
  openAccount: async ({ db, clock }, account) => {
    await openAccount(db, account, clock());
    return { opened: true };
  },
  readActivity: (context) => readActivity(context),
  fundOrder,
  listInstruments: async (context, { loginId }) =>
    context.fundings.listInstruments((await requireSession(context, loginId)).customer_id),
  chooseInstrument: async (context, { loginId, token }) => {
    await context.fundings.choose((await requireSession(context, loginId)).customer_id, token);
    return { chosen: true };
  },
  beginChange,
  cancelChange,
  listChanges: (context, { loginId }) => listChanges(context, loginId),
  startRecovery,
  confirmRecovery,
  stopChange,
  offerAddresses,
  attempts: (context, { loginId }) => listAttempts(context, loginId),
  listLogins: async (context, { loginId }) =>
    listLogins(context, (await requireSession(context, loginId)).customer_id),
  listPurchases: async (context, { loginId }) =>
    listPurchases(context, (await requireSession(context, loginId)).customer_id),
  recordPurchase,
});

/** @returns the operations for this caller. */
export function callerOperations(context: CallContext, attestations: Attestations): BankOperations {
  const handlers = Object.entries(handlersWith(attestations)) as [
    OperationName,
    (context: CallContext, input: unknown) => Promise<unknown>,
  ][];
  const checked = handlers.map(([name, handle]) => [
    name,
    async (input: unknown) => handle(context, parseInput(name, input)),
  ]);
  return Object.fromEntries(checked) as BankOperations;
}
