// SPDX-License-Identifier: Apache-2.0
// A complete merchant's node for tests: real HTTPS, certificates, a database, and whatever ledger it is given.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClient, type NodeClient } from '@fabric-offline-pay/node-common/client';
import type { BlockSource, DatabasePlace, RunningNode } from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import { pino } from 'pino';
import { TestAuthority } from '../../../common/src/testing/certificates.js';
import { MERCHANT_OPERATIONS, type OperationTable } from '../api/operations.js';
import { readConfig, type MerchantConfigInput } from '../config.js';
import { startMerchant } from '../start-merchant.js';

export interface HouseLedger {
  readonly client: Client;
  readonly blocks: BlockSource;
  readonly mspId: string;
  /** Closed with the node. */
  readonly place: DatabasePlace;
}

export class MerchantHouse {
  readonly #clients: NodeClient<OperationTable>[] = [];

  private constructor(
    readonly authority: TestAuthority,
    readonly folder: string,
    readonly node: RunningNode,
    readonly logged: readonly string[],
    readonly failures: readonly unknown[],
  ) {}

  static async open({ client, blocks, mspId, place }: HouseLedger): Promise<MerchantHouse> {
    const authority = new TestAuthority('merchant ca');
    const folder = mkdtempSync(join(tmpdir(), 'merchant-house-'));
    const [logged, failures] = [[] as string[], [] as unknown[]];
    const logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
    const file = join(folder, 'merchant.json');
    writeFileSync(file, JSON.stringify(configuration(authority, folder, mspId)));
    const node = await startMerchant(readConfig(file), {
      ...{ client, blocks, logger, place },
      onEnd: (error) => failures.push(error),
      backoff: () => 50,
    });
    return new MerchantHouse(authority, folder, node, logged, failures);
  }

  /** A client with a certificate of this role from the organisation's authority. */
  clientOf(role: string): NodeClient<OperationTable> {
    const { cert, key } = this.authority.issue({ commonName: role, role });
    const options = { url: this.node.url, root: this.authority.root, cert, key };
    const client = nodeClient(MERCHANT_OPERATIONS, options);
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.node.close();
    rmSync(this.folder, { recursive: true });
  }
}

function configuration(
  authority: TestAuthority,
  folder: string,
  mspId: string,
): MerchantConfigInput {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const server = authority.issue({ commonName: 'merchant-node' });
  return {
    databaseFolder: 'database',
    keyFile: 'webhooks.key',
    webhooks: { reach: 'loopback', timeoutMs: 20_000 },
    tls: {
      cert: write('cert.pem', server.cert),
      key: write('key.pem', server.key),
      clientRoots: [write('root.pem', authority.root)],
      revocations: write('revocations.pem', authority.revocations()),
    },
    ledger: {
      peers: [{ address: 'x' }],
      tlsRoot: write('unused.pem', ''),
      mspId,
      actor: 'merchant-1',
      identities: {},
      channel: 'c',
      chaincode: 'c',
      organisations: {},
    },
  };
}
