// SPDX-License-Identifier: Apache-2.0
// Builds the bank's node from its configuration, and starts it.
import {
  startNode,
  type BlockSource,
  type NodeBase,
  type NodeParts,
  type RunningNode,
  Spending,
  type SqlEngine,
} from '@fabric-offline-pay/node-common/node';
import type { Handlers } from '@fabric-offline-pay/node-common/client';
import type { Logger } from 'pino';
import type { AuthenticationLedger } from './authentication-ledger.js';
import { AuthenticationService } from './authentication-service.js';
import { BANK_API, BANK_OPERATIONS, type OperationTable } from './bank-api.js';
import type { BankConfig } from './config.js';
import { MIGRATIONS } from './database/migrations.js';
import type { BankTables } from './database/schema.js';
import { OutboxFolder } from './messages/outbox-folder.js';
import { noticeWork } from './notices/notice-work.js';
import type { BankOperations } from './operations.js';
import { Pace } from './pace.js';
import { installationKey } from './secrets/installation-key.js';

export interface BankParts {
  readonly ledger: AuthenticationLedger;
  readonly logger: Logger;
  /** The ledger's blocks, from which customers are told what happens to their orders. Without it they are not told. */
  readonly blocks?: BlockSource;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: (error: unknown) => void;
  /** Default: what the configuration says. */
  readonly engine?: SqlEngine;
}

export type RunningBank = RunningNode;

type Base = NodeBase<BankTables>;

function serviceOf(config: BankConfig, { db, clock, logger }: Base, ledger: AuthenticationLedger) {
  return new AuthenticationService({
    db,
    ledger,
    messages: new OutboxFolder(config.outboxFolder),
    clock,
    limits: config.limits,
    key: installationKey(config.keyFile),
    pace: new Pace(),
    observer: { attestationDelayed: (facts) => logger.warn(facts, 'attestation delayed') },
  });
}

/** Each operation of the table, carried out for its caller. */
const HANDLERS = Object.fromEntries(
  Object.keys(BANK_OPERATIONS).map((name) => [
    name,
    (operations: BankOperations, input: unknown) =>
      (operations[name as keyof BankOperations] as (input: unknown) => Promise<unknown>)(input),
  ]),
) as unknown as Handlers<OperationTable, BankOperations>;

function partsOf(
  config: BankConfig,
  { ledger }: BankParts,
  base: Base,
): NodeParts<BankTables, OperationTable, BankOperations> {
  const service = serviceOf(config, base, ledger);
  const spending = new Spending(config.caps, base.clock);
  const context = { ...base, messages: new OutboxFolder(config.outboxFolder) };
  return {
    ...noticeWork(context, base.work, config.ledger.actor),
    api: BANK_API,
    handlers: HANDLERS,
    contextOf: ({ name }) => {
      spending.spend(name, 'requests');
      return service.for({ name, spend: (kind) => spending.spend(name, kind) });
    },
    close: () => service.idle(),
  };
}

/** @throws when a part cannot start; nothing stays open. */
export const startBank = (config: BankConfig, parts: BankParts): Promise<RunningBank> =>
  startNode<BankTables, OperationTable, BankOperations>({
    name: 'bank',
    config,
    migrations: MIGRATIONS,
    ...parts,
    build: (base) => partsOf(config, parts, base),
  });
