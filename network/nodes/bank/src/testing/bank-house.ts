// SPDX-License-Identifier: Apache-2.0
// A complete bank service for tests: real HTTPS, certificates of every kind, a database, a fake ledger.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@fabric-offline-pay/node-common';
import { pino } from 'pino';
import { readConfig, type BankConfigInput } from '../config.js';
import { openBankClient, type BankClient } from '../http/bank-client.js';
import { startBank, type BankParts, type RunningBank } from '../start-bank.js';
import {
  TestAuthority,
  type Revoked,
  type TestCertificate,
} from '../../../common/src/testing/certificates.js';
import { FakeLedger } from './fake-ledger.js';
import { WorkerEngine } from '../../../common/src/testing/worker-engine.js';

type Changes = Partial<Pick<BankConfigInput, 'limits' | 'caps' | 'timeouts'>>;

export class BankHouse {
  readonly #clients: BankClient[] = [];

  private constructor(
    readonly authority: TestAuthority,
    readonly folder: string,
    readonly bank: RunningBank,
    readonly ledger: FakeLedger,
    readonly logged: readonly string[],
  ) {}

  /** @param parts a real ledger instead of the fake one, and what the node does on it */
  static async open(
    changes: Changes = {},
    parts: Partial<Omit<BankParts, 'logger' | 'engine'>> = {},
  ): Promise<BankHouse> {
    const authority = new TestAuthority('bank ca');
    const folder = mkdtempSync(join(tmpdir(), 'bank-house-'));
    const [ledger, logged] = [new FakeLedger(), [] as string[]];
    const logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
    const file = join(folder, 'config.json');
    writeFileSync(file, JSON.stringify(testConfiguration(authority, folder, changes)));
    const config = readConfig(file, { OFFPAY_BANK_CODE_SECONDS: '60' });
    const engine = new WorkerEngine();
    const bank = await startBank(config, { ledger, ...parts, logger, engine });
    return new BankHouse(authority, folder, bank, ledger, logged);
  }

  get outbox(): string {
    return join(this.folder, 'outbox');
  }

  get revocationsFile(): string {
    return join(this.folder, 'revocations.pem');
  }

  /** Writes the authority's revocation list, as the bank's operator does. */
  publish(revoked: Revoked = {}): void {
    writeFileAtomic(this.revocationsFile, this.authority.revocations(revoked));
  }

  clientWith({ cert, key }: TestCertificate, root = this.authority.root): BankClient {
    const client = openBankClient({ url: this.bank.url, root, cert, key, timeoutMs: 20_000 });
    this.#clients.push(client);
    return client;
  }

  /** A client with a certificate of this role from the bank's authority. */
  clientOf(role: string, commonName = role): BankClient {
    return this.clientWith(this.authority.issue({ commonName, role }));
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.bank.close();
    rmSync(this.folder, { recursive: true });
  }
}

function testConfiguration(
  authority: TestAuthority,
  folder: string,
  changes: Changes,
): BankConfigInput {
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const server = authority.issue({ commonName: 'bank-authentication' });
  const unused = write('unused.pem', '');
  return {
    ...changes,
    databaseFolder: 'db',
    keyFile: 'code.key',
    backingKeyFile: 'backing.key',
    outboxFolder: 'outbox',
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
      mspId: 'BankMSP',
      actor: 'bank-1',
      identities: {},
      channel: 'c',
      chaincode: 'c',
      organisations: {},
    },
  };
}
