// SPDX-License-Identifier: Apache-2.0
// Builds the auditor's node from its configuration, and starts it.
import { NodeError } from '@fabric-offline-pay/node-common/client';
import {
  readPosition,
  elapsed,
  Standstill,
  startNode,
  type DatabasePlace,
  type NodeBase,
  type NodeOptions,
  type NodeParts,
  type RunningNode,
} from '@fabric-offline-pay/node-common/node';
import type { Logger } from 'pino';
import { AUDITOR_API, type OperationTable } from './api/auditor-api.js';
import { handlers } from './api/handlers.js';
import { ownChaincode } from './audit-once.js';
import { compareStatementsJob } from './backing/compare-statement.js';
import type { AuditorConfig } from './config.js';
import { AUDITOR_ROLES, type CallContext, type Role } from './context.js';
import { MIGRATIONS, type AuditorTables } from './database/schema.js';
import { Audit, type AuditStep } from './engine/audit.js';
import { follow } from './engine/following.js';
import { projectionsOf } from './projections.js';
import { ReplayThread } from './replay/replay-thread.js';
import type { ReportSigner } from './report/sign-report.js';
import { peerBlocks, type PeerConnection } from './sources/peer-blocks.js';

export interface AuditorParts {
  /** To the auditor's own peer. */
  readonly peer: PeerConnection;
  readonly signer: ReportSigner;
  readonly logger: Logger;
  /** Called when the ledger can no longer be followed. */
  readonly onEnd?: (error: unknown) => void;
  /** Default: what the configuration says. */
  readonly place?: DatabasePlace;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

const isRole = (text: string): text is Role => AUDITOR_ROLES.some((role) => role === text);

/** Follows the peer, and knows how far it is. */
class Following {
  readonly #stop = new AbortController();
  readonly #replay: ReplayThread;
  readonly #following: Promise<void>;
  readonly #standstill = new Standstill();
  #nextBlock = 0;
  #failure: unknown;

  constructor(
    config: AuditorConfig,
    { peer, onEnd }: AuditorParts,
    { db, logger, metrics }: NodeBase<AuditorTables>,
  ) {
    const { chaincode } = config.ledger;
    this.#replay = new ReplayThread({
      chaincode,
      versions: { '*': ownChaincode(), ...config.code },
    });
    const { genesis } = config;
    const projections = projectionsOf(chaincode);
    const audit = new Audit({ db, chaincode, replay: this.#replay, genesis, projections });
    const moveTo = (nextBlock: number): void => {
      this.#nextBlock = nextBlock;
      metrics.readTo(nextBlock);
    };
    const onStep = ({ nextBlock, findings }: AuditStep): void => {
      moveTo(nextBlock);
      for (const { rule, block, index, transactionId } of findings)
        logger.error({ rule, block, place: index, transactionId }, 'finding');
    };
    this.#following = follow(
      {
        audit,
        position: async () => {
          const position = await readPosition(db);
          moveTo(position.nextBlock);
          return position;
        },
        blocksFrom: (from, signal) => peerBlocks(peer, from, signal),
        onStep,
      },
      this.#stop.signal,
    ).catch((error: unknown) => {
      if (this.#stop.signal.aborted) return;
      this.#failure = error;
      onEnd?.(error);
    });
  }

  /** @throws when the ledger is followed no more, or blocks wait and none was read for 30 s */
  async keepsUp(height: () => Promise<bigint>): Promise<void> {
    if (this.#failure !== undefined) throw new Error('The ledger is followed no more.');
    if (this.#standstill.look(this.#nextBlock, await height(), elapsed()))
      throw new Error(`The audit stands still before block ${this.#nextBlock.toString()}.`);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
    await this.#replay.close();
  }
}

function partsOf(
  config: AuditorConfig,
  parts: AuditorParts,
  base: NodeBase<AuditorTables>,
): NodeParts<AuditorTables, OperationTable, CallContext> {
  const { db, clock } = base;
  const node = { db, chaincode: config.ledger.chaincode, signer: parts.signer, clock };
  const following = new Following(config, parts, base);
  const height = (): Promise<bigint> => parts.peer.height();
  return {
    ...{ projections: [], jobs: [compareStatementsJob(node)], api: AUDITOR_API, handlers },
    contextOf: ({ name, role }) => {
      if (!isRole(role)) throw new NodeError('ACCESS_DENIED');
      return { node, caller: { name, role } };
    },
    links: {
      ledger: { required: true, ask: height },
      follower: { required: true, ask: () => following.keepsUp(height) },
    },
    close: () => following.close(),
  };
}

/** The node, as it is started. */
export const auditorNode = (
  config: AuditorConfig,
  parts: AuditorParts,
): NodeOptions<AuditorTables, OperationTable, CallContext> => ({
  name: 'auditor',
  config,
  migrations: MIGRATIONS,
  logger: parts.logger,
  ...(parts.place !== undefined && { place: parts.place }),
  ...(parts.clock !== undefined && { clock: parts.clock }),
  build: (base) => partsOf(config, parts, base),
});

/** @throws when a part cannot start; nothing stays open. */
export const startAuditor = (config: AuditorConfig, parts: AuditorParts): Promise<RunningNode> =>
  startNode(auditorNode(config, parts));
