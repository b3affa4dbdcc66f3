// SPDX-License-Identifier: Apache-2.0
// What every node's history has in common: who plays it, and what must hold after it.
import type { MemoryNetwork } from '@fabric-offline-pay/testing';
import type { NodeIdentity } from './ledger-line.js';
import type { Lives } from './lives.js';
import type { NodeName } from './process/main.js';

/** One playing of a history, on a ledger of its own. */
export interface Played {
  /** Equal however often the node was killed. */
  readonly facts: unknown;
  /** What was delivered, each id at least once: the receivers' own records. */
  readonly delivered: Readonly<Record<string, readonly string[]>>;
}

/** The world around a node: hosts, receivers, people. */
export interface History {
  readonly node: NodeName;
  readonly identity: NodeIdentity;
  readonly settings: unknown;
  /** Forgets the playing before. @returns a ledger on which it begins */
  begin(): Promise<MemoryNetwork>;
  /** Does what people do, and waits for what the node does. @throws when something did not come about */
  play(memory: MemoryNetwork, node: Lives): Promise<void>;
  /** @throws naming what must never be, such as a difference between ledger, book and host */
  check(memory: MemoryNetwork, node: Lives): Promise<Played>;
  close(): Promise<void>;
}
