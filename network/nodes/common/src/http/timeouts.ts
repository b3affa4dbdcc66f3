// SPDX-License-Identifier: Apache-2.0
// Time limits of a node's connections, so that slow or silent callers hold no connection.
import * as z from 'zod';

const milliseconds = (most: number, what: string) =>
  z.int().min(10).max(most).default(most).describe(what);

/** The server checks connections once a second, so with these limits none lasts longer than 15 s, but for streams of events. */
export const timeoutsSchema = z
  .strictObject({
    handshakeMs: milliseconds(10_000, 'from connection to the end of the TLS handshake'),
    headersMs: milliseconds(10_000, 'from the handshake to the end of the headers'),
    requestMs: milliseconds(14_000, 'from the headers to the end of the body'),
    idleMs: milliseconds(10_000, 'between two requests'),
    heartbeatMs: milliseconds(
      15_000,
      'between two signs of life on a stream of events, which has no other limit',
    ),
    endMs: milliseconds(
      5_000,
      'for calls that are under way when the node ends; then their connections are cut',
    ),
  })
  .prefault({});

export type Timeouts = z.output<typeof timeoutsSchema>;
