// SPDX-License-Identifier: Apache-2.0
// All that the bank's node does by itself, from its configuration: what follows the ledger, what the clock asks for.
import { withContext, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { NodeBase, WorkParts } from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import { alertChannels } from './alerts/alerts-config.js';
import { alertWork } from './alerts/alert-work.js';
import { Alerts } from './alerts/alerts.js';
import { WORK_HANDLERS } from './alerts/work-handlers.js';
import type { WORK_OPERATIONS } from './alerts/work-operations.js';
import { certificateFigures } from './clock-work/certificate-figures.js';
import { endingFiles } from './clock-work/certificate-ends.js';
import { clockLedger } from './clock-work/clock-ledger.js';
import { clockWork } from './clock-work/clock-work.js';
import { backingWork } from './backing/backing-work.js';
import { statementSigner } from './backing/signer.js';
import type { BankConfig } from './config.js';
import { withoutStatements } from './core-banking/configuration.js';
import type { CoreBanking, Hosts } from './core-banking/core-banking.js';
import type { BankTables } from './database/schema.js';
import { Feedback } from './feedback/feedback.js';
import { feedbackLedger, publishFeedbackJob } from './feedback/publish-feedback.js';
import type { TellCustomer } from './funding/funding-context.js';
import { fundingLedger } from './funding/funding-ledger.js';
import { fundingWork } from './funding/funding-work.js';
import { Habits } from './habits/habits.js';
import { noticeWork, type NoticeWork } from './notices/notice-work.js';
import { cappedFigures } from './outbox/capped-figures.js';
import type { Carriers } from './outbox/open-carriers.js';
import { payOutLedger, type PayOutLedger } from './pay-outs/pay-out-ledger.js';
import { payOutWork } from './pay-outs/pay-out-work.js';
import type { MONEY_OPERATIONS } from './money-operations.js';
import { reconciliationWork } from './reconciliation/reconciliation-work.js';
import { installationKey } from './secrets/installation-key.js';
import { settlingLedger } from './settling/settling-ledger.js';
import { settlingWork } from './settling/settling-work.js';
import { AccountEntries } from './statements/account-entries.js';

/** The ledger by the node's own certificates. */
export interface WorkClients {
  /** Issues, takes back and redeems; a certificate of role `teller` that only this node has. */
  readonly teller: Client;
  /** Does the bank's steps of orders. */
  readonly bankNode: Client;
  /** The number of blocks on the ledger now. */
  readonly height: () => Promise<bigint>;
}

export interface BankWorkParts {
  readonly config: BankConfig;
  readonly base: NodeBase<BankTables>;
  readonly carriers: Carriers;
  readonly coreBanking: CoreBanking;
  readonly hosts: Hosts;
  /** Without them the node follows the ledger, and does nothing on it. */
  readonly clients: WorkClients | undefined;
}

/** Who calls. */
export interface WorkCall {
  readonly caller: { readonly name: string };
}

type Table = typeof WORK_OPERATIONS & typeof MONEY_OPERATIONS;

/** The work, with the functions of its operations. */
export interface BankWork extends WorkParts<BankTables> {
  readonly handlers: Handlers<Table, WorkCall>;
}

const joined = (all: readonly WorkParts<BankTables>[]): WorkParts<BankTables> => ({
  projections: all.flatMap(({ projections }) => projections),
  jobs: all.flatMap(({ jobs }) => jobs),
});

const NOTHING: WorkParts<BankTables> = { projections: [], jobs: [] };

const unable = (): Promise<never> =>
  Promise.reject(new Error('The node has no certificate for this work.'));

/** Its pay-outs are listed, and none is made. */
const NO_LEDGER: PayOutLedger = { rollUp: unable, redeem: unable };

class Building {
  readonly #parts: BankWorkParts;
  readonly #alerts: Alerts;
  readonly #channels: ReturnType<typeof alertChannels>;

  constructor(parts: BankWorkParts) {
    this.#parts = parts;
    const { config, base, carriers } = parts;
    const sender = carriers.mail === undefined ? {} : { sender: carriers.mail };
    this.#channels = alertChannels(config.alerts, { clock: base.clock, ...sender });
    this.#alerts = new Alerts(base.work, this.#channels);
  }

  build(): BankWork {
    const notices = this.#notices();
    const payOuts = this.#payOuts();
    const reconciliation = this.#reconciliation();
    const backing = this.#backing();
    const { projections, jobs } = joined([
      notices,
      this.#memory(),
      this.#fundings(notices.tell),
      this.#settling(),
      this.#clock(),
      this.#watching(),
      payOuts,
      reconciliation,
      backing,
    ]);
    return {
      projections,
      jobs,
      handlers: {
        ...this.#workHandlers(),
        ...payOuts.handlers,
        ...reconciliation.handlers,
        ...backing.handlers,
      },
    };
  }

  get #bankId(): string {
    return this.#parts.config.ledger.actor;
  }

  #workHandlers(): Handlers<typeof WORK_OPERATIONS, WorkCall> {
    const { db, work, clock } = this.#parts.base;
    const own = { db, work, clock, alerts: this.#alerts };
    return withContext(WORK_HANDLERS, ({ caller }: WorkCall) => ({ ...own, caller }));
  }

  #notices(): NoticeWork {
    const { config, base, carriers } = this.#parts;
    const { messages, mail } = carriers;
    const { quietHours, noticeCaps } = config.messages;
    const { db, clock, work, metrics } = base;
    const sending = { db, clock, messages, mail, quietHours, noticeCaps };
    const key = installationKey(config.keyFile);
    const observer = { messageCapped: cappedFigures(metrics) };
    return noticeWork({ ...sending, key, observer }, work, this.#bankId);
  }

  /** What the ledger says of customers' money, of what they buy and of what they think of it. */
  #memory(): WorkParts<BankTables> {
    const { base, clients } = this.#parts;
    const ledger = clients && feedbackLedger(clients.bankNode);
    return {
      // Habits are learned from what the entries have noted.
      projections: [new AccountEntries(this.#bankId), new Habits(), new Feedback(this.#bankId)],
      jobs: ledger === undefined ? [] : [publishFeedbackJob({ db: base.db, ledger })],
    };
  }

  #fundings(tell: TellCustomer): WorkParts<BankTables> {
    const { config, base, clients, coreBanking } = this.#parts;
    if (clients === undefined) return NOTHING;
    const { db, clock, work } = base;
    const context = {
      ...{ db, clock, coreBanking, tell },
      ledger: fundingLedger(clients.teller),
      abandonedAfterMs: config.funding.abandonedAfterSeconds * 1000,
    };
    return fundingWork(context, work, this.#bankId);
  }

  #settling(): WorkParts<BankTables> {
    const { config, base, clients } = this.#parts;
    if (clients === undefined || !config.settling.automatic) return NOTHING;
    const context = { db: base.db, ledger: settlingLedger(clients.bankNode) };
    return settlingWork(context, base.work, this.#bankId);
  }

  #clock(): WorkParts<BankTables> {
    const { config, base, clients } = this.#parts;
    if (clients === undefined) return NOTHING;
    const { db, work, clock, metrics } = base;
    const context = {
      ...{ db, work, clock, alerts: this.#alerts },
      ledger: clockLedger(clients.bankNode),
      files: endingFiles(config),
      onEnds: certificateFigures(metrics),
    };
    return clockWork(context, this.#bankId);
  }

  #watching(): WorkParts<BankTables> {
    const { config, base } = this.#parts;
    const { db, work, clock } = base;
    const { escalateAfterSeconds } = config.alerts;
    const context = {
      ...{ db, work, clock, limits: config.limits, escalateAfterSeconds },
      ...{ alerts: this.#alerts, channels: this.#channels },
      withoutStatements: withoutStatements(config.coreBanking),
    };
    return alertWork(context, this.#bankId);
  }

  #payOuts() {
    const { base, clients, coreBanking } = this.#parts;
    const { db, clock, work } = base;
    const context = {
      db,
      clock,
      coreBanking,
      ledger: clients === undefined ? NO_LEDGER : payOutLedger(clients),
    };
    const parts = payOutWork(context, work, this.#bankId);
    return { ...parts, jobs: clients === undefined ? [] : parts.jobs };
  }

  /** Resolves when the tables have all that was on the ledger at the call. */
  readonly #caughtUp = async (signal: AbortSignal): Promise<void> => {
    const { base, clients } = this.#parts;
    if (clients !== undefined) await base.work.reached((await clients.height()) - 1n, signal);
  };

  #reconciliation() {
    const { config, base, hosts } = this.#parts;
    const { db, clock, work, metrics } = base;
    const parts = {
      ...{ db, clock, hosts, bankId: this.#bankId, caughtUp: this.#caughtUp },
      withoutStatements: withoutStatements(config.coreBanking),
      registry: metrics.registry,
    };
    return reconciliationWork(parts, work);
  }

  #backing() {
    const { config, base } = this.#parts;
    const { db, clock, work } = base;
    const identity = config.ledger.identities['bank-node'];
    const parts = {
      ...{ db, clock, bankId: this.#bankId, caughtUp: this.#caughtUp, alerts: this.#alerts },
      auditors: config.auditors,
      ...(identity !== undefined && {
        sign: statementSigner({ ...identity, authorities: config.tls.clientRoots }),
      }),
    };
    return backingWork(parts, work);
  }
}

/** @throws when a key or a secret of the configuration cannot be used. */
export const bankWork = (parts: BankWorkParts): BankWork => new Building(parts).build();
