// SPDX-License-Identifier: Apache-2.0
// Builds the bank's node from its configuration, and starts it.
import { withContext, type Handlers } from '@fabric-offline-pay/node-common/client';
import {
  startNode,
  type BlockSource,
  type DatabasePlace,
  type NodeBase,
  type NodeOptions,
  type NodeParts,
  type RunningNode,
  Spending,
} from '@fabric-offline-pay/node-common/node';
import type { Logger } from 'pino';
import type { AuthenticationLedger } from './authentication-ledger.js';
import { AuthenticationService } from './authentication-service.js';
import { BANK_API, SERVICE_OPERATIONS, type OperationTable } from './bank-api.js';
import { PublishedBacking } from './backing/read-backing.js';
import { bankWork, type WorkCall, type WorkClients } from './bank-work.js';
import type { BankConfig } from './config.js';
import { openInstruments, type Instruments } from './core-banking/instruments.js';
import { MIGRATIONS } from './database/migrations.js';
import type { BankTables } from './database/schema.js';
import { FUNDING_HANDLERS } from './funding/funding-handlers.js';
import { FundingDesk } from './funding/funding-desk.js';
import { kindOf } from './funding/store.js';
import type { BankOperations } from './operations.js';
import { cappedFigures } from './outbox/capped-figures.js';
import { openCarriers, type Carriers } from './outbox/open-carriers.js';
import { Pace } from './pace.js';
import { installationKey } from './secrets/installation-key.js';
import { guardedLedger } from './guarded-ledger.js';
import { bankMadeFiles } from './setting-files.js';
import { RECORD_HANDLERS } from './user-system/record-handlers.js';

export interface BankParts {
  readonly ledger: AuthenticationLedger;
  /** For what the node does by itself. Without them no order is funded, settled or paid out. */
  readonly clients?: WorkClients | undefined;
  readonly logger: Logger;
  /** The ledger's blocks, from which the node learns what there is to do. Without it nothing is done by itself. */
  readonly blocks?: BlockSource;
  /** The number of blocks on the ledger now: until there a rebuild reads. */
  readonly height?: () => Promise<bigint>;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: (error: unknown) => void;
  /** Default: what the configuration says. */
  readonly place?: DatabasePlace;
}

export type RunningBank = RunningNode;

type Base = NodeBase<BankTables>;

/** One call: who calls, and the service's operations for this caller. */
interface Call extends WorkCall {
  readonly operations: BankOperations;
}

/** The service's operations, carried out for their caller. */
const SERVICE_HANDLERS = Object.fromEntries(
  Object.keys(SERVICE_OPERATIONS).map((name) => [
    name,
    ({ operations }: Call, input: unknown) =>
      (operations[name as keyof BankOperations] as (input: unknown) => Promise<unknown>)(input),
  ]),
) as unknown as Handlers<typeof SERVICE_OPERATIONS, Call>;

/** One node's parts, from its configuration. */
class Building {
  readonly #config: BankConfig;
  readonly #parts: BankParts;
  readonly #base: Base;
  readonly #carriers: Carriers;
  readonly #instruments: Instruments;

  constructor(config: BankConfig, parts: BankParts, base: Base) {
    this.#config = config;
    this.#parts = parts;
    this.#base = base;
    this.#carriers = openCarriers(config, base);
    this.#instruments = this.#openInstruments();
  }

  build(): NodeParts<BankTables, OperationTable, Call> {
    const { db, clock } = this.#base;
    const { limits, caps } = this.#config;
    const ledger = guardedLedger(this.#parts.ledger);
    const service = this.#service();
    const spending = new Spending(caps);
    const { actor: bankId } = this.#config.ledger;
    const published = new PublishedBacking({ db, clock, bankId });
    const { projections, jobs, handlers } = this.#work();
    return {
      projections,
      jobs,
      api: BANK_API,
      handlers: {
        ...SERVICE_HANDLERS,
        ...withContext(RECORD_HANDLERS, () => ({ db, clock, limits, ledger, published })),
        ...withContext(FUNDING_HANDLERS, () => ({ db, clock, limits })),
        ...handlers,
      },
      contextOf: ({ name }) => {
        spending.spend(name, 'requests');
        const spend: Parameters<typeof service.for>[0]['spend'] = (kind) =>
          spending.spend(name, kind);
        return { caller: { name }, operations: service.for({ name, spend }) };
      },
      links: { ...this.#instruments.links, ...this.#carriers.links },
      close: async () => {
        await service.idle();
        await Promise.all([this.#carriers.close(), this.#instruments.close()]);
      },
    };
  }

  #service(): AuthenticationService {
    const { db, clock, logger, metrics, work } = this.#base;
    const { keyFile, limits, passkeys } = this.#config;
    const { messages, mail } = this.#carriers;
    return new AuthenticationService({
      ...{ db, clock, limits, passkeys, ledger: this.#parts.ledger, messages, mail },
      codeCaps: this.#config.messages.caps,
      noticeCaps: this.#config.messages.noticeCaps,
      key: installationKey(keyFile),
      pace: new Pace(),
      observer: {
        attestationDelayed: (facts) => logger.warn(facts, 'attestation delayed'),
        capped: (facts) => logger.warn(facts, 'code capped'),
        messageCapped: cappedFigures(metrics),
      },
      fundings: new FundingDesk({ db, work, clock }),
    });
  }

  #work() {
    return bankWork({
      config: this.#config,
      base: this.#base,
      carriers: this.#carriers,
      coreBanking: this.#instruments,
      hosts: this.#instruments.hosts,
      clients: this.#parts.clients,
    });
  }

  #openInstruments(): Instruments {
    const { db, clock, logger } = this.#base;
    return openInstruments({
      ...{ db, clock, config: this.#config.coreBanking },
      kindOf: (token) => kindOf(db, token),
      observer: { noted: (what, facts) => logger.info({ what, ...facts }, 'card host') },
    });
  }
}

/** The node, as it is started or rebuilt. */
export const bankNode = (
  config: BankConfig,
  parts: BankParts,
): NodeOptions<BankTables, OperationTable, Call> => ({
  name: 'bank',
  config,
  migrations: MIGRATIONS,
  madeFiles: bankMadeFiles(config),
  ...parts,
  build: (base) => new Building(config, parts, base).build(),
});

/** @throws when a part cannot start; nothing stays open. */
export const startBank = (config: BankConfig, parts: BankParts): Promise<RunningBank> =>
  startNode(bankNode(config, parts));
