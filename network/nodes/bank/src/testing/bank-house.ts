// SPDX-License-Identifier: Apache-2.0
// A complete bank service for tests: real HTTPS, certificates of every kind, a database, a fake ledger.
import { join } from 'node:path';
import { writeFileAtomic } from '@fabric-offline-pay/node-common';
import { newSecret } from '@fabric-offline-pay/node-common/node';
import { readConfig, type BankConfigInput } from '../config.js';
import { openBankClient, type BankClient } from '../http/bank-client.js';
import { startBank, type BankParts, type RunningBank } from '../start-bank.js';
import type {
  Revoked,
  TestAuthority,
  TestCertificate,
} from '../../../common/src/testing/certificates.js';
import { FakeLedger } from './fake-ledger.js';
import { TestHouse } from '../../../common/src/testing/test-house.js';
import { testPlace } from '../../../common/src/testing/test-place.js';

type Changes = Partial<
  Pick<
    BankConfigInput,
    'auditors' | 'limits' | 'caps' | 'timeouts' | 'coreBanking' | 'messages' | 'passkeys'
  >
> & {
  /** Where alerts are posted to. */
  readonly alertUrl?: string;
};

/** What a test brings itself; else the ledger is a fake, and there are no blocks. */
type Parts = Partial<Omit<BankParts, 'logger'>>;

export class BankHouse {
  readonly #clients: BankClient[] = [];

  private constructor(
    readonly house: TestHouse,
    readonly bank: RunningBank,
    readonly ledger: FakeLedger,
  ) {}

  static async open({ alertUrl, ...changes }: Changes = {}, parts: Parts = {}): Promise<BankHouse> {
    const house = new TestHouse({
      ...{ name: 'bank', server: 'bank-authentication', mspId: 'BankMSP', actor: 'bank-1' },
      identities: ['bank-node'],
    } as const);
    const { logger } = house;
    const ledger = new FakeLedger();
    const file = house.configured({
      ...{ keyFile: 'code.key', outboxFolder: 'outbox' },
      ...changes,
      ...(alertUrl !== undefined && {
        alerts: {
          webhook: { url: alertUrl, secretFile: house.write('pager.secret', newSecret()) },
        },
      }),
    });
    const config = readConfig(file, { OFFPAY_BANK_CODE_SECONDS: '60' });
    const place = parts.place ?? (await testPlace());
    const bank = await startBank(config, { ledger, logger, ...parts, place });
    return new BankHouse(house, bank, ledger);
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
    this.house.remove();
  }
}
