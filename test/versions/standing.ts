// SPDX-License-Identifier: Apache-2.0
// What the client and the peer of the hanging connection agree on. A process that stands still in the middle of its JavaScript can
// only be told by files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a client tells a peer, and what that answers when it does it. */
export const HOLD = 'hold your answers';
export const SAY_ALL = 'say all that you have to say';

export const pathsIn = (folder: string) => ({
  root: join(folder, 'root.pem'),
  cert: join(folder, 'cert.pem'),
  key: join(folder, 'key.pem'),
  /** Written by a peer when it has said all. */
  saidAll: (pid: number) => join(folder, `said-all-${pid.toString()}`),
});

const PATIENCE_MS = 10_000;

/** Nothing else happens in this process meanwhile. */
export function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Stands still until it holds. @throws Error when it does not in time. */
export function standStillUntil(what: string, holds: () => boolean): void {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    standStill(2);
  }
}

/** Whether a process has ended: its parent need not have heard of it. */
export function hasEnded(pid: number): boolean {
  const status = `/proc/${pid.toString()}/status`;
  return !existsSync(status) || /^State:\s+[ZX]/m.test(readFileSync(status, 'utf8'));
}
