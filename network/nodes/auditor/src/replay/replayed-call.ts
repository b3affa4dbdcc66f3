// SPDX-License-Identifier: Apache-2.0
// What goes to a process that runs calls again, and what comes back. Plain data: it is copied from one thread to the other.
import type { Access, Announced, Answer, Version } from '../blocks/raw-block.js';

/** A row that a call may see. */
export interface SeenRow {
  readonly key: string;
  readonly value: Uint8Array;
  readonly version: Version;
}

/** A collection of private rows, as far as a call notices its definition. */
export interface SeenCollection {
  readonly name: string;
  readonly members: readonly string[];
  readonly memberOnlyRead: boolean;
  readonly memberOnlyWrite: boolean;
}

/** A call, the rows that it saw, and what came out of it by the block. */
export interface ReplayedCall {
  readonly channel: string;
  readonly transactionId: string;
  readonly creator: { readonly mspId: string; readonly certificate: string };
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the chaincode. */
  readonly version: string;
  /** The organisation whose peer endorsed first. */
  readonly endorser: string;
  /** `contract:transaction`, then what it takes. */
  readonly arguments: readonly string[];
  readonly rows: readonly SeenRow[];
  readonly collections: readonly SeenCollection[];
  readonly answer: Answer;
  readonly announced: Announced | null;
  /** In the chaincode's own namespace. */
  readonly access: Pick<Access, 'reads' | 'ranges' | 'writes' | 'collections'>;
}

/** Where a call comes out otherwise. */
export interface Difference {
  readonly rule:
    'replay.response' | 'replay.reads' | 'replay.writes' | 'replay.event' | 'replay.version';
  /** A row's key, where it is about a row. */
  readonly subject?: string;
  readonly expected: string;
  readonly found: string;
}
