// SPDX-License-Identifier: Apache-2.0
// A caller that asks for a file and never reads it does not keep the node from ending.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect } from 'node:tls';
import { pino } from 'pino';
import * as z from 'zod';
import { TestAuthority } from '../testing/certificates.js';
import { Doorkeeper } from './doorkeeper.js';
import { NodeMetrics } from './metrics.js';
import { nodeServer } from './node-server.js';
import { file, operations } from './operation.js';
import { timeoutsSchema } from './timeouts.js';

const authority = new TestAuthority('bank ca');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slow-reader-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const table = operations({
  report: {
    ...{ method: 'GET', path: '/report', roles: ['teller'], summary: 'A long file.' },
    ...{ input: z.object({}), output: file('text/csv') },
  },
});

/** Far more than the buffers of both sides take. */
async function* long(): AsyncGenerator<Buffer> {
  for (let part = 0; part < 1024; part += 1) {
    yield Buffer.alloc(64 * 1024);
    await nextTurn();
  }
}

function server() {
  const revocationsFile = join(folder, 'revocations.pem');
  writeFileSync(revocationsFile, authority.revocations());
  const texts = { title: 'x', description: 'x', version: '1' };
  return nodeServer({
    api: { ...texts, operations: table, fields: {}, errors: {} },
    handlers: {
      report: () => Promise.resolve({ contentType: 'text/csv', fileName: 'r.csv', body: long() }),
    },
    contextOf: () => undefined,
    tls: { ...authority.issue({ commonName: 'server' }), clientRoots: [authority.root] },
    doorkeeper: new Doorkeeper({
      ...{ authorities: [authority.root], revocationsFile, clock: Date.now },
    }),
    timeouts: timeoutsSchema.parse({ endMs: 100 }),
    logger: pino({ level: 'silent' }),
    metrics: new NodeMetrics('x'),
    readiness: () => Promise.resolve({}),
  });
}

test('a node ends although a caller does not read its answer', async () => {
  const node = server();
  await node.listen({ host: '127.0.0.1', port: 0 });
  const { port } = node.server.address() as AddressInfo;
  const teller = authority.issue({ commonName: 'anna', role: 'teller' });
  const caller = connect({ port, host: '127.0.0.1', ca: authority.root, ...teller });
  caller.on('error', () => undefined);
  await once(caller, 'secureConnect');
  caller.write('GET /report HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  await once(caller, 'readable');
  await node.close();
  caller.destroy();
}, 20_000);
