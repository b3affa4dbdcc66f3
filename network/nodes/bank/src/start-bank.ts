// SPDX-License-Identifier: Apache-2.0
// Builds the bank's node from its configuration, and starts it.
import type { Handlers } from '@fabric-offline-pay/node-common/client';
import {
  startNode,
  type BlockSource,
  type NodeBase,
  type NodeParts,
  type RunningNode,
  Spending,
  type SqlEngine,
  type WorkParts,
} from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import type { Logger } from 'pino';
import type { AuthenticationLedger } from './authentication-ledger.js';
import { AuthenticationService } from './authentication-service.js';
import { BANK_API, BANK_OPERATIONS, type OperationTable } from './bank-api.js';
import type { BankConfig } from './config.js';
import { openInstruments, type Instruments } from './core-banking/instruments.js';
import { MIGRATIONS } from './database/migrations.js';
import type { BankTables } from './database/schema.js';
import { feedbackLedger, publishFeedbackJob } from './feedback/publish-feedback.js';
import { Feedback } from './feedback/feedback.js';
import { Habits } from './habits/habits.js';
import { AccountEntries } from './statements/account-entries.js';
import { FundingDesk } from './funding/funding-desk.js';
import { fundingLedger } from './funding/funding-ledger.js';
import { fundingWork } from './funding/funding-work.js';
import { kindOf } from './funding/store.js';
import { noticeWork } from './notices/notice-work.js';
import type { BankOperations } from './operations.js';
import { openCarriers, type Carriers } from './outbox/open-carriers.js';
import { Pace } from './pace.js';
import { installationKey } from './secrets/installation-key.js';

export interface BankParts {
  readonly ledger: AuthenticationLedger;
  /** With a certificate of role `teller` that only this node has. Without it no order is funded. */
  readonly teller?: Client | undefined;
  /** With a certificate of role `bank-node`. Without it the node does none of the bank's work on orders. */
  readonly bankNode?: Client | undefined;
  readonly logger: Logger;
  /** The ledger's blocks, from which the node learns what there is to do. Without it nothing is done by itself. */
  readonly blocks?: BlockSource;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: (error: unknown) => void;
  /** Default: what the configuration says. */
  readonly engine?: SqlEngine;
}

export type RunningBank = RunningNode;

type Base = NodeBase<BankTables>;

/** Each operation of the table, carried out for its caller. */
const HANDLERS = Object.fromEntries(
  Object.keys(BANK_OPERATIONS).map((name) => [
    name,
    (operations: BankOperations, input: unknown) =>
      (operations[name as keyof BankOperations] as (input: unknown) => Promise<unknown>)(input),
  ]),
) as unknown as Handlers<OperationTable, BankOperations>;

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

  build(): NodeParts<BankTables, OperationTable, BankOperations> {
    const service = this.#service();
    const spending = new Spending(this.#config.caps, this.#base.clock);
    return {
      ...this.#work(),
      api: BANK_API,
      handlers: HANDLERS,
      contextOf: ({ name }) => {
        spending.spend(name, 'requests');
        return service.for({ name, spend: (kind) => spending.spend(name, kind) });
      },
      links: { coreBanking: () => this.#instruments.echo() },
      close: async () => {
        await service.idle();
        await Promise.all([this.#carriers.close(), this.#instruments.close()]);
      },
    };
  }

  #service(): AuthenticationService {
    const { db, clock, logger, work } = this.#base;
    const { keyFile, limits } = this.#config;
    const { messages, mail } = this.#carriers;
    return new AuthenticationService({
      ...{ db, clock, limits, ledger: this.#parts.ledger, messages, mail },
      codeCaps: this.#config.messages.caps,
      key: installationKey(keyFile),
      pace: new Pace(),
      observer: {
        attestationDelayed: (facts) => logger.warn(facts, 'attestation delayed'),
        capped: (facts) => logger.warn(facts, 'code capped'),
      },
      fundings: new FundingDesk({ db, work, clock }),
    });
  }

  #work(): WorkParts<BankTables> {
    const all = [this.#notices(), this.#fundings(), this.#memory()];
    return {
      projections: all.flatMap(({ projections }) => projections),
      jobs: all.flatMap(({ jobs }) => jobs),
    };
  }

  #notices(): WorkParts<BankTables> {
    const { work, db, clock } = this.#base;
    const { messages, mail } = this.#carriers;
    const { quietHours } = this.#config.messages;
    return noticeWork({ db, clock, messages, mail, quietHours }, work, this.#bankId);
  }

  /** What the ledger says of customers' money, of what they buy and of what they think of it. */
  #memory(): WorkParts<BankTables> {
    const { db } = this.#base;
    const { bankNode } = this.#parts;
    const ledger = bankNode && feedbackLedger(bankNode);
    return {
      // Habits are learned from what the entries have noted.
      projections: [new AccountEntries(this.#bankId), new Habits(), new Feedback(this.#bankId)],
      jobs: ledger === undefined ? [] : [publishFeedbackJob({ db, ledger })],
    };
  }

  #fundings(): WorkParts<BankTables> {
    const { teller } = this.#parts;
    if (teller === undefined) return { projections: [], jobs: [] };
    const { db, clock, work } = this.#base;
    const context = {
      ...{ db, clock },
      ledger: fundingLedger(teller),
      coreBanking: this.#instruments,
      abandonedAfterMs: this.#config.funding.abandonedAfterSeconds * 1000,
    };
    return fundingWork(context, work, this.#bankId);
  }

  #openInstruments(): Instruments {
    const { db, clock, logger } = this.#base;
    return openInstruments({
      ...{ db, clock, config: this.#config.coreBanking },
      kindOf: (token) => kindOf(db, token),
      observer: { noted: (what) => logger.warn({ what }, 'card host') },
    });
  }

  get #bankId(): string {
    return this.#config.ledger.actor;
  }
}

/** @throws when a part cannot start; nothing stays open. */
export const startBank = (config: BankConfig, parts: BankParts): Promise<RunningBank> =>
  startNode<BankTables, OperationTable, BankOperations>({
    name: 'bank',
    config,
    migrations: MIGRATIONS,
    ...parts,
    build: (base) => new Building(config, parts, base).build(),
  });
