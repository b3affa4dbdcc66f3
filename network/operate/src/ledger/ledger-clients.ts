// SPDX-License-Identifier: Apache-2.0
// What a run of files needs of a ledger: clients by certificate. A running network has them, and so has a ledger in memory.
import type { Clients } from './clients.js';

/** The part of {@link Clients} that asks nothing of processes and files. */
export type LedgerClients = Pick<
  Clients,
  'catchUp' | 'channel' | 'client' | 'connection' | 'organisation' | 'parties' | 'statistics'
>;
