// SPDX-License-Identifier: Apache-2.0
// What a run of files needs from a ledger: clients by certificate. A running network and a ledger in memory both have them.
import type { Clients } from './clients.js';

/** The part of {@link Clients} that needs no processes and files. */
export type LedgerClients = Pick<
  Clients,
  'catchUp' | 'channel' | 'client' | 'connection' | 'organisation' | 'parties' | 'statistics'
>;
