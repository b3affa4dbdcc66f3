// SPDX-License-Identifier: Apache-2.0
// A complete node for tests: real HTTPS, certificates of every role, whatever ledger and database a test gives.
import { nodeClient, type NodeClient } from '@fabric-offline-pay/node-common/client';
import type { RunningNode } from '@fabric-offline-pay/node-common/node';
import type { TestAuthority } from '../../../common/src/testing/certificates.js';
import { TestHouse } from '../../../common/src/testing/test-house.js';
import { LOGISTICS_OPERATIONS, type OperationTable } from '../api/logistics-api.js';
import { readConfig, type LogisticsConfigInput } from '../config.js';
import { startLogistics, type LogisticsParts } from '../start-logistics.js';

type Changes = Partial<Pick<LogisticsConfigInput, 'rules'>> & {
  /** Where alerts are posted to. */
  readonly alertUrl?: string;
};

export class LogisticsHouse {
  readonly #clients: NodeClient<OperationTable>[] = [];
  readonly #house: TestHouse;

  private constructor(
    house: TestHouse,
    readonly node: RunningNode,
  ) {
    this.#house = house;
  }

  get authority(): TestAuthority {
    return this.#house.authority;
  }

  get folder(): string {
    return this.#house.folder;
  }

  static async open(
    parts: Omit<LogisticsParts, 'logger'>,
    { alertUrl, ...changes }: Changes = {},
  ): Promise<LogisticsHouse> {
    const house = new TestHouse({
      ...{ name: 'logistics', server: 'logistics-node' },
      ...{ mspId: 'LogisticsMSP', actor: 'logistics-1' },
    } as const);
    const file = house.configured({
      ...changes,
      ...(alertUrl !== undefined && { alertUrlFile: house.write('alert-url', alertUrl) }),
    });
    const { logger } = house;
    const node = await startLogistics(readConfig(file), { ...parts, logger });
    return new LogisticsHouse(house, node);
  }

  /** Lines of the log. */
  get logged(): readonly string[] {
    return this.#house.logged;
  }

  /** A client with a certificate of this role from the company's authority. */
  clientOf(role: string, commonName: string): NodeClient<OperationTable> {
    const { authority } = this.#house;
    const { root } = authority;
    const certificate = authority.issue({ commonName, role });
    const options = { url: this.node.url, root, ...certificate, timeoutMs: 20_000 };
    const client = nodeClient(LOGISTICS_OPERATIONS, options);
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.node.close();
    this.#house.remove();
  }
}
