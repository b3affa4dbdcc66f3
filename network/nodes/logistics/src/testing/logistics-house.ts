// SPDX-License-Identifier: Apache-2.0
// A complete node for tests: real HTTPS, certificates of every role, whatever ledger and database a test gives.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClient, type NodeClient } from '@fabric-offline-pay/node-common/client';
import type { RunningNode } from '@fabric-offline-pay/node-common/node';
import { pino } from 'pino';
import { TestAuthority } from '../../../common/src/testing/certificates.js';
import { LOGISTICS_OPERATIONS, type OperationTable } from '../api/logistics-api.js';
import { readConfig, type LogisticsConfigInput } from '../config.js';
import { startLogistics, type LogisticsParts } from '../start-logistics.js';

type Changes = Partial<Pick<LogisticsConfigInput, 'rules'>> & {
  /** Where alerts are posted to. */
  readonly alertUrl?: string;
};

export class LogisticsHouse {
  readonly #clients: NodeClient<OperationTable>[] = [];

  private constructor(
    readonly authority: TestAuthority,
    readonly folder: string,
    readonly node: RunningNode,
    /** Lines of the log. */
    readonly logged: readonly string[],
  ) {}

  static async open(
    parts: Omit<LogisticsParts, 'logger'>,
    changes: Changes = {},
  ): Promise<LogisticsHouse> {
    const authority = new TestAuthority('logistics ca');
    const folder = mkdtempSync(join(tmpdir(), 'logistics-house-'));
    const logged: string[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
    const file = join(folder, 'logistics.json');
    writeFileSync(file, JSON.stringify(configurationIn(folder, authority, changes)));
    const node = await startLogistics(readConfig(file), { ...parts, logger });
    return new LogisticsHouse(authority, folder, node, logged);
  }

  /** A client with a certificate of this role from the company's authority. */
  clientOf(role: string, commonName: string): NodeClient<OperationTable> {
    const { root } = this.authority;
    const certificate = this.authority.issue({ commonName, role });
    const options = { url: this.node.url, root, ...certificate, timeoutMs: 20_000 };
    const client = nodeClient(LOGISTICS_OPERATIONS, options);
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.node.close();
    rmSync(this.folder, { recursive: true });
  }
}

function configurationIn(
  folder: string,
  authority: TestAuthority,
  { alertUrl, ...changes }: Changes,
): LogisticsConfigInput {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return name;
  };
  const server = authority.issue({ commonName: 'logistics-node' });
  const unused = write('unused.pem', '');
  return {
    ...changes,
    ...(alertUrl !== undefined && { alertUrlFile: write('alert-url', alertUrl) }),
    databaseFolder: 'db',
    readyFile: 'ready.json',
    tls: {
      cert: write('cert.pem', server.cert),
      key: write('key.pem', server.key),
      clientRoots: [write('root.pem', authority.root)],
      revocations: write('revocations.pem', authority.revocations()),
    },
    ledger: {
      peers: [{ address: 'x', hostnameOverride: 'x' }],
      tlsRoot: unused,
      mspId: 'LogisticsMSP',
      actor: 'logistics-1',
      identities: {},
      channel: 'c',
      chaincode: 'c',
      organisations: {},
    },
  };
}
