// SPDX-License-Identifier: Apache-2.0
// Opens a running network for changes.
import { join } from 'node:path';
import { NetworkError, withLock } from '@fabric-offline-pay/node-common';
import { CaClient } from '../certificates/ca-client.js';
import type { CaAccess } from '../certificates/registrar.js';
import { readDescription } from '../description.js';
import { silent } from '../progress.js';
import type { NetworkPlan } from '../topology/network-plan.js';
import { requirePlan, resolveHome } from './home.js';
import type { NetworkContext } from './network-context.js';

/** An organisation whose certificates are issued or revoked, and the plan of its network. */
export interface Issuer extends CaAccess {
  readonly plan: NetworkPlan;
}

const LOCK_DEADLINE_MS = 60_000;

/**
 * @returns the network of a home that has been started at least once.
 * @throws NetworkError `NETWORK_NOT_UP`
 */
export function runningNetwork(home: string): NetworkContext {
  const folder = resolveHome(home);
  const plan = requirePlan(folder);
  // A running network no longer needs the sample settings.
  return {
    plan,
    programs: { bin: readDescription(folder).programs, config: '' },
    progress: silent,
  };
}

/**
 * @returns the registrar of the organisation.
 * @throws NetworkError `ORGANISATION_UNKNOWN`
 */
export function issuerOf({ plan, programs }: NetworkContext, organisationId: string): Issuer {
  const organisation = plan.organisations.find(({ topology }) => topology.id === organisationId);
  if (organisation === undefined) {
    throw new NetworkError('ORGANISATION_UNKNOWN', `There is no organisation ${organisationId}`, {
      advice: `Organisations: ${plan.topology.organisations.map(({ id }) => id).join(', ')}.`,
    });
  }
  return { plan, organisation, client: new CaClient(programs, organisation) };
}

/** Issues or revokes one certificate at a time in a home. */
export async function whileLocked<T>(plan: NetworkPlan, work: () => Promise<T>): Promise<T> {
  return withLock(join(plan.home, 'run', 'identities.lock'), LOCK_DEADLINE_MS, work);
}
