// SPDX-License-Identifier: Apache-2.0
// A customer in an authenticated login has an order funded, by the terms that it is about to sign or has signed.
import type { CallContext } from './context.js';
import type { FundingOutcome } from './funding/funding-desk.js';
import type { Parsed } from './inputs.js';
import { requireSession } from './records/logins.js';
import { ensureTermsOf } from './step-up.js';

export async function fundOrder(
  context: CallContext,
  { loginId, terms }: Parsed<'fundOrder'>,
): Promise<FundingOutcome> {
  ensureTermsOf(await requireSession(context, loginId), terms);
  const { merchantId, orderNumber, customerId, currency, total } = terms;
  return context.fundings.fund({ merchantId, orderNumber, customerId, currency, total });
}
