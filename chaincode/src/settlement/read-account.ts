// SPDX-License-Identifier: Apache-2.0
// The money of a customer, and how much of its limits is used.
import {
  accounts,
  spentIn,
  type AccountRow,
  type ParsedInputOf as InputOf,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { policyRow } from '../shared/rows.js';

const EMPTY: Pick<AccountRow, 'money'> = { money: {} };

export async function readAccount(call: Call<InputOf<'settlement', 'readAccount'>>) {
  const { customerId, currency } = call.input;
  const account = (await call.store.get('account', customerId)) ?? EMPTY;
  const { available, spent, sinceStepUp } = accounts.moneyIn(account, currency);
  const window = { endsAt: call.now, seconds: (await policyRow(call)).windowSeconds };
  return {
    customerId,
    currency,
    available,
    spent: spentIn(spent, window),
    sinceStepUp: spentIn(sinceStepUp, window),
  };
}
