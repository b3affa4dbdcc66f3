// SPDX-License-Identifier: Apache-2.0
// A complete auditor's node for tests: real HTTPS, certificates of every role, whatever blocks and database a test gives.
import { once } from 'node:events';
import { join } from 'node:path';
import { nodeClient, type NodeClient } from '@fabric-offline-pay/node-common/client';
import type {
  AuditorSetting,
  DatabasePlace,
  RunningNode,
} from '@fabric-offline-pay/node-common/node';
import type { TestAuthority } from '../../../common/src/testing/certificates.js';
import { TestHouse } from '../../../common/src/testing/test-house.js';
import { AUDITOR_OPERATIONS, type OperationTable } from '../api/auditor-api.js';
import { readConfig } from '../config.js';
import { reportSigner } from '../report/sign-report.js';
import type { PeerConnection } from '../sources/peer-blocks.js';
import { startAuditor } from '../start-auditor.js';

/** A peer that has no block. */
const NO_PEER: PeerConnection = {
  height: () => Promise.resolve(0n),
  async *blocks(_, signal) {
    if (signal?.aborted === false) await once(signal, 'abort');
    yield* [];
  },
};

export interface AuditorHouseParts {
  /** Closed with the node. */
  readonly place: DatabasePlace;
  /** Default: one that has no block. */
  readonly peer?: PeerConnection;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

export class AuditorHouse {
  readonly #clients: NodeClient<OperationTable>[] = [];

  private constructor(
    readonly house: TestHouse,
    readonly node: RunningNode,
  ) {}

  static async open({ place, peer = NO_PEER, clock }: AuditorHouseParts): Promise<AuditorHouse> {
    const house = new TestHouse({
      ...{ name: 'auditor', server: 'auditor-node', mspId: 'AuditorMSP', actor: 'auditor-1' },
    } as const);
    const { cert, key } = house.authority.issue({ commonName: 'auditor', role: 'auditor' });
    const node = await startAuditor(readConfig(house.configured({})), {
      ...{ peer, place, logger: house.logger, signer: reportSigner(cert, key) },
      ...(clock !== undefined && { clock }),
    });
    return new AuditorHouse(house, node);
  }

  get authority(): TestAuthority {
    return this.house.authority;
  }

  /** Lines of the log. */
  get logged(): readonly string[] {
    return this.house.logged;
  }

  /** A client with a certificate of this role from the auditor's authority. @param commonName for whom a reporter speaks */
  clientOf(role: string, commonName: string = role): NodeClient<OperationTable> {
    const { authority } = this.house;
    const { cert, key } = authority.issue({ commonName, role });
    const options = { url: this.node.url, root: authority.root, cert, key };
    const client = nodeClient(AUDITOR_OPERATIONS, options);
    this.#clients.push(client);
    return client;
  }

  /** What another node's configuration says of this one. @param reporter the name in the certificate */
  settingFor(reporter: string): AuditorSetting {
    const { cert, key } = this.authority.issue({ commonName: reporter, role: 'reporter' });
    const write = (name: string, text: string) =>
      join(this.house.folder, this.house.write(`${reporter}-${name}.pem`, text));
    return {
      url: this.node.url,
      root: write('root', this.authority.root),
      certificate: write('cert', cert),
      privateKey: write('key', key),
    };
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.node.close();
    this.house.remove();
  }
}
