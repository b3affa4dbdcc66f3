// SPDX-License-Identifier: Apache-2.0
// A connection of Node.js can stand still for ever when its peer is killed: for Node.js it is open, the kernel has none. Ours are
// found out and replaced, on each version of Node.js, however often the peer is killed under load.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestAuthority } from '../../network/nodes/common/src/testing/certificates.js';
import { pathsIn } from './standing.js';
import { runWith, VERSIONS } from './versions.js';

/** From the first start of the peer after a kill: its silence is noticed, it is asked, and another connection is made. */
const PATIENCE_MS = 8_000;

interface Silences {
  /** Milliseconds that each client heard nothing, a kill after the other. */
  readonly withMend: readonly number[];
  /** The same of a client of gRPC's own. */
  readonly withoutMend: readonly number[];
  /** Calls that were answered with an error. */
  readonly failures: number;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-standing-'));
  const authority = new TestAuthority('peers');
  const { cert, key } = authority.issue({ commonName: 'localhost' });
  const paths = pathsIn(folder);
  writeFileSync(paths.root, authority.root);
  writeFileSync(paths.cert, cert);
  writeFileSync(paths.key, key);
});
afterEach(() => rmSync(folder, { recursive: true }));

const atMost = (silences: readonly number[]): number => Math.max(...silences);

test.each(VERSIONS)(
  'clients go on after each kill of their peer, on Node.js $version',
  async ({ version, node }) => {
    const { answer } = await runWith<Silences>(node, 'standing-client', folder);
    const { withMend, withoutMend, failures } = answer;
    const still = withoutMend.filter((silence) => silence >= PATIENCE_MS).length;
    // A figure, and no test: a version of Node.js may come that has no such connections.
    console.log(
      `Node.js ${version}: ${still} of ${withoutMend.length} clients of gRPC's own stand still; ours go on in ${atMost(withMend)} ms`,
    );
    expect(withMend.length).toBe(24);
    expect(atMost(withMend)).toBeLessThan(PATIENCE_MS);
    expect(failures).toBe(0);
  },
);
