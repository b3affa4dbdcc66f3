// SPDX-License-Identifier: Apache-2.0
// The world on a ledger in memory: the testing package's own, under the names that our tests use, with a ledger that
// watches for refusals that the table does not name.
import type { Client } from '@fabric-offline-pay/sdk';
import {
  makeCaller,
  memoryClient,
  memoryNetwork,
  MSP_IDS as MSP,
  type POLICY,
  type Caller,
  type MemoryLedger,
  type MemoryNetwork,
} from '@fabric-offline-pay/testing';
import { WatchedLedger } from './watched-ledger.js';

export { CHANNEL, MSP_IDS as MSP, PARTICIPANTS } from '@fabric-offline-pay/testing';
export type MemoryWorld = MemoryNetwork;

export interface MemoryWorldOptions {
  /** Stamped on proposals; the machine's clock when absent. */
  readonly now?: () => Date;
  readonly policy?: typeof POLICY;
}

type ClientOf = MemoryNetwork['clientFor'];

const callers = new Map<string, Caller>();

/** The certificate of an organisation with these attributes: the same one each time, on every ledger. */
export function callerOf(mspId: string, attribute: string, actor: string): Caller {
  const key = `${mspId}.${attribute}.${actor}`;
  const caller = callers.get(key) ?? makeCaller({ mspId, role: attribute, actor });
  callers.set(key, caller);
  return caller;
}

/** Clients of a ledger, one a certificate. */
export function clientsOf(ledger: MemoryLedger): ClientOf {
  const known = new Map<Caller, Client>();
  return (role, attribute, actor) => {
    const caller = callerOf(MSP[role], attribute, actor);
    const client = known.get(caller) ?? memoryClient(ledger, caller, { organisations: MSP });
    known.set(caller, client);
    return client;
  };
}

export const memoryWorld = (options: MemoryWorldOptions = {}): Promise<MemoryWorld> =>
  memoryNetwork({ makeLedger: (ledger) => new WatchedLedger(ledger), ...options });
