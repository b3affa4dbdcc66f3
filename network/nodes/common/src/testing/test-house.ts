// SPDX-License-Identifier: Apache-2.0
// What every node for tests lives in: a folder of its own, an authority with certificates of every kind, a log that tests read, and the
// settings that all nodes have. A house of one organisation adds its node and its own settings.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attribute } from '@fabric-offline-pay/domain';
import { pino, type Logger } from 'pino';
import type { NodeConfigInput } from '../program/node-config.js';
import { TestAuthority } from './certificates.js';

/** Whose node it is. */
export interface Organisation {
  /** Names the authority and the folder. */
  readonly name: 'bank' | 'merchant' | 'logistics' | 'auditor';
  /** The common name in the node's own certificate. */
  readonly server: string;
  readonly mspId: string;
  readonly actor: string;
  /** Roles of which the node has a certificate, where it needs one without a ledger. */
  readonly identities?: readonly Attribute[];
}

const OWN_ONLY = 0o600;

export class TestHouse {
  readonly authority: TestAuthority;
  readonly folder: string;
  /** Lines of the log. */
  readonly logged: string[] = [];
  readonly logger: Logger;
  readonly #organisation: Organisation;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.authority = new TestAuthority(`${organisation.name} ca`);
    this.folder = mkdtempSync(join(tmpdir(), `${organisation.name}-house-`));
    this.logger = pino({ level: 'debug' }, { write: (line: string) => this.logged.push(line) });
  }

  /** Writes a file that only its user may read. @returns its name, as settings take it. */
  write(name: string, text: string): string {
    writeFileSync(join(this.folder, name), text, { mode: OWN_ONLY });
    return name;
  }

  /** Writes the settings that all nodes have, and these. The ledger is none: the node gets one from its test. @returns the file's path */
  configured(own: Readonly<Record<string, unknown>>): string {
    const settings = JSON.stringify({ ...this.#settings(), ...own });
    return join(this.folder, this.write('config.json', settings));
  }

  /** Call it when the node is closed. */
  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  #identityOf(role: Attribute) {
    const { actor } = this.#organisation;
    const { cert, key } = this.authority.issue({ commonName: role, role, actor });
    return {
      certificate: this.write(`${role}-cert.pem`, cert),
      privateKey: this.write(`${role}-key.pem`, key),
    };
  }

  #settings(): NodeConfigInput {
    const { server, mspId, actor, identities = [] } = this.#organisation;
    const { cert, key } = this.authority.issue({ commonName: server });
    return {
      databaseFolder: 'database',
      readyFile: 'ready.json',
      tls: {
        cert: this.write('cert.pem', cert),
        key: this.write('key.pem', key),
        clientRoots: [this.write('root.pem', this.authority.root)],
        revocations: this.write('revocations.pem', this.authority.revocations()),
      },
      ledger: {
        peers: [{ address: 'x', hostnameOverride: 'x' }],
        tlsRoot: this.write('unused.pem', ''),
        mspId,
        actor,
        identities: Object.fromEntries(identities.map((role) => [role, this.#identityOf(role)])),
        channel: 'c',
        chaincode: 'c',
        organisations: {},
      },
    };
  }
}
