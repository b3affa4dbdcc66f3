// SPDX-License-Identifier: Apache-2.0
// A complete merchant's node for tests: real HTTPS, certificates, a database, and whatever ledger it is given.
import { nodeClient, type NodeClient } from '@fabric-offline-pay/node-common/client';
import type {
  AuditorSetting,
  BlockSource,
  DatabasePlace,
  RunningNode,
} from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import type { TestAuthority } from '../../../common/src/testing/certificates.js';
import { TestHouse } from '../../../common/src/testing/test-house.js';
import { MERCHANT_OPERATIONS, type OperationTable } from '../api/operations.js';
import { readConfig } from '../config.js';
import { startMerchant } from '../start-merchant.js';

export interface HouseLedger {
  readonly client: Client;
  /** Of further merchants. */
  readonly clientOf?: (merchantId: string) => Client | undefined;
  readonly blocks: BlockSource;
  readonly mspId: string;
  /** Who is told what its terminals accepted; the files are those of another house. */
  readonly auditor?: AuditorSetting;
  /** Closed with the node. */
  readonly place: DatabasePlace;
}

export class MerchantHouse {
  readonly #clients: NodeClient<OperationTable>[] = [];

  private constructor(
    readonly house: TestHouse,
    readonly node: RunningNode,
    readonly failures: readonly unknown[],
  ) {}

  static async open({ mspId, place, auditor, ...ledger }: HouseLedger): Promise<MerchantHouse> {
    const house = new TestHouse({
      ...{ name: 'merchant', server: 'merchant-node', mspId, actor: 'merchant-1' },
    } as const);
    const { logger } = house;
    const failures: unknown[] = [];
    const file = house.configured({
      keyFile: 'webhooks.key',
      webhooks: { reach: 'loopback', timeoutMs: 20_000 },
      ...(auditor !== undefined && { auditor }),
    });
    const node = await startMerchant(readConfig(file), {
      ...{ ...ledger, logger, place },
      onEnd: (error) => failures.push(error),
      backoff: () => 50,
    });
    return new MerchantHouse(house, node, failures);
  }

  get authority(): TestAuthority {
    return this.house.authority;
  }

  get folder(): string {
    return this.house.folder;
  }

  /** Lines of the log. */
  get logged(): readonly string[] {
    return this.house.logged;
  }

  /** A client with a certificate of this role from the organisation's authority. @param actor the merchant that it names, if any */
  clientOf(role: string, actor?: string): NodeClient<OperationTable> {
    const { authority } = this.house;
    const subject = { commonName: `${role}${actor ?? ''}`, role };
    const { cert, key } = authority.issue(actor === undefined ? subject : { ...subject, actor });
    const options = { url: this.node.url, root: authority.root, cert, key };
    const client = nodeClient(MERCHANT_OPERATIONS, options);
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.node.close();
    this.house.remove();
  }
}
