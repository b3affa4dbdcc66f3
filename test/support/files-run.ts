// SPDX-License-Identifier: Apache-2.0
// Runs of files on the ledger in memory: the real contracts, the bank's real service over a database in memory, devices and terminals
// in folders. Only processes and certificates are missing.
import { NO_FUNDINGS } from '../../network/nodes/bank/src/testing/no-fundings.js';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POLICY, type Attribute, type Role } from '@fabric-offline-pay/domain';
import {
  type InputPaths,
  OfflineBank,
  pay,
  type PayOptions,
  type PayReport,
  readInput,
} from '@fabric-offline-pay/run';
import {
  Statistics,
  type Client,
  type Connection,
  type EventOptions,
} from '@fabric-offline-pay/sdk';
import { BANK, type POLICY } from '@fabric-offline-pay/testing';
import { AuthenticationService } from '../../network/nodes/bank/src/authentication-service.js';
import { openBankDatabase } from '../../network/nodes/bank/src/database/open-database.js';
import type { BankDatabase } from '../../network/nodes/bank/src/database/schema.js';
import { DEFAULT_LIMITS } from '../../network/nodes/bank/src/limits.js';
import { DEFAULT_CODE_CAPS } from '../../network/nodes/bank/src/messages/code-caps.js';
import { DEFAULT_NOTICE_CAPS } from '../../network/nodes/bank/src/messages/notice-caps.js';
import type { Message } from '../../network/nodes/bank/src/messages/message-sender.js';
import type { AwaitedCode } from '../../network/run/src/pay/authenticate.js';
import { Pace } from '../../network/nodes/bank/src/pace.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { CHANNEL, memoryWorld, MSP, PARTICIPANTS, type MemoryWorld } from './memory-world.js';
import { memoryEvents } from './memory-events.js';
import { issuerOn } from './offline-issuer.js';

type RunClients = PayOptions['clients'];

const issuer = issuerOn(CHANNEL);

const actorOf = (role: Role): string =>
  PARTICIPANTS.find((entry) => entry.role === role)?.actor ?? '';

/** One network in memory, on which files are run one after another. */
export class FilesRun {
  /** As a home has it: devices, journal, terminals. */
  readonly folder = mkdtempSync(join(tmpdir(), 'files-run-'));
  readonly #memory: MemoryWorld;
  readonly #db: BankDatabase;
  readonly #bank: AuthenticationService;
  readonly #messages: Message[] = [];

  private constructor(memory: MemoryWorld, db: BankDatabase) {
    this.#memory = memory;
    this.#db = db;
    this.#bank = new AuthenticationService({
      db,
      ledger: memory.clientFor('bank', 'auth-service', BANK).identity,
      messages: {
        send: (message) => {
          this.#messages.push(message);
          return Promise.resolve();
        },
      },
      clock: Date.now,
      limits: DEFAULT_LIMITS,
      codeCaps: DEFAULT_CODE_CAPS,
      noticeCaps: DEFAULT_NOTICE_CAPS,
      key: randomBytes(32),
      observer: {
        attestationDelayed: () => undefined,
        capped: () => undefined,
        messageCapped: () => undefined,
      },
      fundings: NO_FUNDINGS,
      pace: new Pace({ now: () => performance.now(), sleep: () => Promise.resolve() }),
    });
  }

  static async open(): Promise<FilesRun> {
    const [memory, db] = await Promise.all([
      memoryWorld({ policy: DEFAULT_POLICY as typeof POLICY }),
      testPlace().then(openBankDatabase),
    ]);
    return new FilesRun(memory, db);
  }

  async close(): Promise<void> {
    await this.#bank.idle();
    await this.#db.destroy();
    rmSync(this.folder, { recursive: true });
  }

  get world(): MemoryWorld {
    return this.#memory;
  }

  /** Runs files as `offpay pay` does. */
  run(paths: InputPaths, changes: Partial<PayOptions> = {}): Promise<PayReport> {
    const clients = this.clients();
    const bank = this.#bank.for({ name: 'anna', spend: () => () => undefined });
    return pay({
      clients,
      offlineBank: () => OfflineBank.openWith(clients, () => Promise.resolve(issuer)),
      side: { bank, codeOnPhone: (_, awaited) => Promise.resolve(this.#codeFor(awaited)) },
      staff: { teller: bank, node: bank, operator: bank },
      files: readInput(paths),
      folder: this.folder,
      ...changes,
    });
  }

  /** @param clientOf gives other clients than those of the ledger, which fail for example */
  clients(clientOf: (client: Client, role: Role, attribute: Attribute) => Client = (own) => own) {
    const client = (role: Role, attribute: Attribute, actor = actorOf(role)): Promise<Client> =>
      Promise.resolve(clientOf(this.#memory.clientFor(role, attribute, actor), role, attribute));
    const clients: RunClients = {
      channel: CHANNEL,
      statistics: new Statistics().snapshot(),
      catchUp: () => Promise.resolve(),
      organisation: (role) =>
        ({ role, mspId: MSP[role], actor: actorOf(role) }) as ReturnType<
          RunClients['organisation']
        >,
      client,
      connection: async (role, attribute, actor) =>
        this.#connection(await client(role, attribute, actor)),
      parties: async (merchantId) => ({
        cashier: await client('merchant', 'cashier', merchantId),
        dispatcher: await client('logistics', 'dispatcher'),
        bankNode: await client('bank', 'bank-node'),
      }),
    };
    return clients;
  }

  #codeFor({ reference }: AwaitedCode): string {
    const message = this.#messages.findLast(({ text }) => text.includes(reference));
    return message?.text.slice(0, 6) ?? '';
  }

  /** As much of a connection as a run asks for. */
  #connection(client: Client): Connection {
    const { ledger } = this.#memory;
    const events = (options: EventOptions = {}) =>
      memoryEvents(ledger).events({ fromBlock: 0n, ...options });
    const height = () => Promise.resolve(BigInt((ledger.blocks().at(-1)?.number ?? 0) + 1));
    return { client, channel: CHANNEL, events, height } as Partial<Connection> as Connection;
  }
}
