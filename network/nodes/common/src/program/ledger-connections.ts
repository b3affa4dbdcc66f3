// SPDX-License-Identifier: Apache-2.0
// A node's connections to its organisation's peers: one for each role that it has a certificate of.
import { readFileSync } from 'node:fs';
import type { Attribute } from '@fabric-offline-pay/domain';
import { connect, type Connection } from '@fabric-offline-pay/sdk';
import type { NodeConfig } from './node-config.js';

const read = (path: string): string => readFileSync(path, 'utf8');

type Identity = NonNullable<NodeConfig['ledger']['identities'][Attribute]>;

/** Connections by certificate, opened at first use. */
export class LedgerConnections {
  readonly #ledger: NodeConfig['ledger'];
  readonly #open = new Map<string, Connection>();

  constructor(ledger: NodeConfig['ledger']) {
    this.#ledger = ledger;
  }

  /** @throws when the configuration has no certificate of this role. */
  as(role: Attribute): Connection {
    const identity = this.#ledger.identities[role];
    if (identity === undefined)
      throw new Error(`The configuration has no certificate with role=${role}: ledger.identities.`);
    return this.with(identity);
  }

  /** With a certificate of the node's own organisation. */
  with(identity: Identity): Connection {
    const known = this.#open.get(identity.certificate) ?? this.#connect(identity);
    this.#open.set(identity.certificate, known);
    return known;
  }

  close(): void {
    for (const connection of this.#open.values()) connection.close();
    this.#open.clear();
  }

  #connect(identity: Identity): Connection {
    const { peers, tlsRoot, mspId, channel, chaincode, organisations } = this.#ledger;
    return connect({
      endpoint: peers,
      tlsRoot: read(tlsRoot),
      identity: { mspId, certificate: read(identity.certificate) },
      privateKey: read(identity.privateKey),
      channel,
      chaincode,
      organisations,
    });
  }
}
