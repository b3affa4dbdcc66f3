// SPDX-License-Identifier: Apache-2.0
// The auditor's histories beside a ledger in memory: every transaction goes into its tables, in order. What blocks carry beyond rows,
// arguments and senders is left out: no signature is judged here.
import {
  openAuditorDatabase,
  type AuditorDatabase,
  type Finding,
  type RawTransaction,
} from '@fabric-offline-pay/auditor-node';
import { keepHistories } from '../../network/nodes/auditor/src/histories/keep-histories.js';
import type { Audited } from '../../network/nodes/auditor/src/histories/seen-transaction.js';
import type { RowChange } from '../../network/nodes/auditor/src/rows/changed-rows.js';
import type { DatabasePlace } from '../../network/nodes/common/src/node.js';
import { HISTORY_NAMES } from '../../network/nodes/auditor/src/histories/history-table.js';
import { unpacked } from '../../network/nodes/auditor/src/histories/transaction-content.js';
import { testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import type { Block, BlockTransaction, KeyWrite, MemoryLedger } from '@fabric-offline-pay/testing';
import { CHANNEL } from './memory-world.js';

export const CHAINCODE = 'offline-pay';

const NOTHING = new Uint8Array();
const NO_HASH = '0'.repeat(64);

const signedBy = (mspId: string, certificate = '') => ({
  identity: { mspId, certificate, bytes: NOTHING },
  ...{ message: NOTHING, signature: NOTHING },
});

function rawOf(transaction: BlockTransaction, index: number): RawTransaction {
  const { txId, timestamp, creator, endorsedBy, args, validationCode } = transaction;
  return {
    ...{ index, id: txId, computedId: txId, channel: CHANNEL, at: timestamp.getTime() },
    code: validationCode === 'VALID' ? 0 : 11,
    creator: signedBy(creator.mspId, creator.certificate),
    content: {
      ...{ kind: 'call', chaincode: CHAINCODE, ran: { chaincode: CHAINCODE, version: '1' } },
      arguments: [transaction.function, ...args].map((text) => Buffer.from(text)),
      proposalHash: { computed: '', signed: '' },
      endorsements: endorsedBy.map((mspId) => signedBy(mspId)),
      answer: { status: 200, message: '', payload: NOTHING },
      ...{ announced: null, access: [] },
    },
  };
}

/** What somebody changes in a transaction before it is kept, as patched chaincode would. */
export type Patch = (audited: Audited) => Audited;

export class KeptHistories {
  readonly findings: Finding[] = [];
  readonly #rows = new Map<string, Uint8Array>();

  private constructor(readonly db: AuditorDatabase) {}

  /** @param place an empty database; default: one of its own */
  static async open(place?: DatabasePlace): Promise<KeptHistories> {
    return new KeptHistories(await openAuditorDatabase(place ?? (await testPlace())));
  }

  close(): Promise<void> {
    return this.db.destroy();
  }

  /** Keeps all blocks of the ledger so far, that were not kept yet, as one piece. */
  async keep(ledger: MemoryLedger, patch: Patch = (audited) => audited): Promise<void> {
    const { length } = await this.#kept();
    const blocks = ledger.blocks().slice(length);
    const audited = blocks.flatMap((block) => this.#auditedIn(block).map(patch));
    await this.db.transaction().execute(async (db) => {
      await this.#writeRows(db);
      this.findings.push(
        ...(await keepHistories(db as never, CHAINCODE, audited, blocks.map(shellOf))),
      );
    });
  }

  /** All that stands in the tables, as people may read it. */
  async everything(): Promise<readonly unknown[]> {
    const histories = await Promise.all(
      HISTORY_NAMES.map((name) => this.db.selectFrom(name).selectAll().execute()),
    );
    const contents = await this.db.selectFrom('transaction_contents').select('content').execute();
    return [...histories, contents.map(({ content }) => unpacked(content))];
  }

  async #kept(): Promise<readonly unknown[]> {
    return this.db.selectFrom('audited_blocks').select('number').execute();
  }

  #auditedIn({ number: block, transactions }: Block): Audited[] {
    return transactions.map((transaction, index) => {
      const raw = rawOf(transaction, index);
      const isValid = transaction.validationCode === 'VALID';
      const changes = isValid ? transaction.writeSet.map((write) => this.#apply(write)) : [];
      const place = { block, index, transactionId: raw.id, at: raw.at };
      return {
        ...{ block, transaction: raw, name: transaction.function },
        changed: isValid ? { ...place, changes } : undefined,
      };
    });
  }

  #apply({ key, isDelete, value }: KeyWrite): RowChange {
    const before = this.#rows.get(key) ?? null;
    if (isDelete) this.#rows.delete(key);
    else this.#rows.set(key, value);
    return { key, before, after: isDelete ? null : value };
  }

  /** All rows as they stand. */
  async #writeRows(db: AuditorDatabase): Promise<void> {
    await db.deleteFrom('ledger_rows').execute();
    const rows = [...this.#rows].map(([key, value]) => ({
      ...{ namespace: CHAINCODE, key: Buffer.from(key), value: Buffer.from(value) },
      ...{ block: 0, tx: 0 },
    }));
    await db.insertInto('ledger_rows').values(rows).execute();
  }
}

/** A block without its transactions, which are kept apart. */
const shellOf = ({ number }: Block) => ({
  ...{ number, hash: NO_HASH, previousHash: NO_HASH, computedDataHash: NO_HASH, size: 0 },
  ...{ header: undefined as never, codes: NOTHING, signatures: [], transactions: [], beside: [] },
});
