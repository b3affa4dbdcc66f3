// SPDX-License-Identifier: Apache-2.0
// The ledger's first transaction: who takes part, and the times and limits that all agreed on.
import type { InputOf } from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import type { NetworkDescription } from '../description';
import type { Clients } from './clients';

type Participants = InputOf<'identity', 'bootstrap'>['participants'];

type Policy = InputOf<'identity', 'bootstrap'>['policy'];

/** Two currencies, limits as a retail bank sets them; a vote of the participants changes them. */
export const DEFAULT_POLICY: Policy = {
  loginSeconds: 1800,
  authenticationSeconds: 180,
  quoteSeconds: 900,
  holdSeconds: 604_800,
  stepUpLimit: { EUR: '50000', CNY: '400000' },
  orderLimit: { EUR: '500000', CNY: '4000000' },
  offline: {
    version: 1,
    caps: {
      EUR: { perPayment: '5000', total: '20000' },
      CNY: { perPayment: '40000', total: '160000' },
    },
    count: 64,
    spendSeconds: 604_800,
    claimSeconds: 1_209_600,
    bulletinSeconds: 172_800,
    clockToleranceSeconds: 300,
    acceptSeconds: 86_400,
    lossBearer: 'merchant',
  },
};

/** The registry's rows for a network's organisations. Logistics companies are paid out by the network's first bank. */
export function participantsOf({
  organisations,
}: Pick<NetworkDescription, 'organisations'>): Participants {
  const bank = organisations.find(({ role }) => role === 'bank')?.actor ?? null;
  return organisations.map(({ mspId, role, actor }) => ({
    ...{ mspId, role, actor },
    bankId: role === 'logistics' ? bank : null,
    status: 'active' as const,
  }));
}

/** Writes participants and policy out of the topology. Does nothing on a ledger that has them. */
export async function bootstrapLedger(
  clients: Clients,
  policy: Policy = DEFAULT_POLICY,
): Promise<void> {
  const { identity } = await clients.client('bank', 'operator');
  const participants = participantsOf(clients.description);
  try {
    await identity.bootstrap({ participants, policy });
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'ALREADY_BOOTSTRAPPED')) throw error;
  }
}
