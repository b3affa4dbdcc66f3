// SPDX-License-Identifier: Apache-2.0
// The auditor's tables over a ledger in memory, where a test is about what the tables say and not about who signed the blocks: state, money,
// obligations and projections are the auditor's own, under a channel that the test founds.
import type { Block, BlockTransaction, MemoryLedger } from '@fabric-offline-pay/testing';
import type { RawBlock, RawTransaction } from '../../network/nodes/auditor/src/blocks/raw-block.js';
import { openAuditorDatabase } from '../../network/nodes/auditor/src/database/schema.js';
import type {
  AuditorDatabase,
  AuditorTransaction,
} from '../../network/nodes/auditor/src/database/schema.js';
import { carryMoney, type Carried } from '../../network/nodes/auditor/src/engine/carried.js';
import type { AuditedTransaction } from '../../network/nodes/auditor/src/engine/segment.js';
import { NO_MONEY } from '../../network/nodes/auditor/src/money/index.js';
import { keepObligations } from '../../network/nodes/auditor/src/obligations/keep-obligations.js';
import { NO_SPANS } from '../../network/nodes/auditor/src/overdue/index.js';
import { projectionsOf } from '../../network/nodes/auditor/src/projections.js';
import type { RowChange } from '../../network/nodes/auditor/src/rows/changed-rows.js';
import { LedgerState } from '../../network/nodes/auditor/src/state/ledger-state.js';
import { StateDigest } from '../../network/nodes/auditor/src/state/state-digest.js';
import { TestChannel } from '../../network/nodes/auditor/src/testing/test-channel.js';
import type { DatabasePlace } from '@fabric-offline-pay/node-common/node';
import { CHANNEL } from './memory-world.js';

/** The name of the audited chaincode, as the settings of houses have it. */
export const CHAINCODE = 'c';

/** Kysely cannot know that a database with more tables is one with fewer. */
const fewer = (db: AuditorTransaction): never => db as never;

const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');

/** 64 hex digits: the auditor's tables take hashes of that form only. */
export const hashOf = (number: number): string => number.toString(16).padStart(64, '0');

const rawBlock = (number: number): RawBlock =>
  ({
    ...{
      number,
      hash: hashOf(number),
      previousHash: '',
      computedDataHash: hashOf(number),
      size: 0,
    },
    ...{ signatures: [], beside: [], transactions: [] },
  }) as unknown as RawBlock;

const rawTransaction = (transaction: BlockTransaction, index: number): RawTransaction =>
  ({
    ...{ index, code: 0, id: transaction.txId, channel: CHANNEL },
    at: transaction.timestamp.getTime(),
    content: {
      ...{ kind: 'call', chaincode: CHAINCODE, ran: { chaincode: CHAINCODE, version: '1' } },
      ...{ endorsements: [], access: [], announced: null },
      proposalHash: { computed: '', signed: '' },
      arguments: [transaction.function, ...transaction.args].map(utf8),
      answer: transaction.response,
    },
  }) as unknown as RawTransaction;

export class AuditedMemory {
  readonly channel = new TestChannel();
  readonly #rows = new Map<string, Uint8Array>();
  #carried: Carried = { money: NO_MONEY, spans: NO_SPANS, commitHashes: [] };
  #next = 0;

  private constructor(
    readonly db: AuditorDatabase,
    readonly ledger: MemoryLedger,
  ) {}

  static async open(place: DatabasePlace, ledger: MemoryLedger): Promise<AuditedMemory> {
    return new AuditedMemory(await openAuditorDatabase(place), ledger);
  }

  /** Audits all blocks that are new, in one piece. @returns the last one's number */
  async catchUp(): Promise<number> {
    const blocks = this.ledger.blocks().filter(({ number }) => number >= this.#next);
    const audited = blocks.flatMap((block) => this.#audited(block));
    const all = blocks.map(({ number }) => rawBlock(number));
    this.#next = (blocks.at(-1)?.number ?? this.#next - 1) + 1;
    await this.db.transaction().execute((transaction) => this.#apply(transaction, audited, all));
    return this.#next - 1;
  }

  #audited({ number, transactions }: Block): AuditedTransaction[] {
    return transactions.flatMap((transaction, index): AuditedTransaction[] =>
      transaction.validationCode === 'VALID'
        ? [
            {
              ...{ block: number, transaction: rawTransaction(transaction, index) },
              ...{ outcome: 'VALID', name: transaction.function },
              changed: {
                ...{ block: number, index, transactionId: transaction.txId },
                at: transaction.timestamp.getTime(),
                changes: transaction.writeSet.map((write) => this.#change(write)),
              },
            },
          ]
        : [],
    );
  }

  #change({ key, isDelete, value }: BlockTransaction['writeSet'][number]): RowChange {
    const before = this.#rows.get(key) ?? null;
    if (isDelete) this.#rows.delete(key);
    else this.#rows.set(key, value);
    return { key, before, after: isDelete ? null : value };
  }

  async #apply(
    db: AuditorTransaction,
    audited: readonly AuditedTransaction[],
    blocks: readonly RawBlock[],
  ): Promise<void> {
    await this.#saveRows(db, audited);
    for (const projection of projectionsOf(CHAINCODE)) await projection.apply(db, audited, blocks);
    const { money, history } = carryMoney(this.#carried.money, audited, blocks);
    if (history.length > 0)
      await db
        .insertInto('money_history')
        .values([...history])
        .execute();
    const changed = audited.flatMap((each) => each.changed ?? []);
    const spans = await keepObligations(fewer(db), changed, this.#carried.spans);
    this.#carried = { money, spans, commitHashes: [] };
    await this.#saveTransactions(db, audited);
    await this.#saveState(db);
  }

  async #saveRows(db: AuditorTransaction, audited: readonly AuditedTransaction[]): Promise<void> {
    const state = new LedgerState(fewer(db));
    const nameOf = (key: string) => ({ namespace: CHAINCODE, key: utf8(key) });
    const changes = audited.flatMap((each) => each.changed?.changes ?? []);
    await state.load(changes.map(({ key }) => nameOf(key)));
    for (const { block, transaction, changed } of audited)
      for (const { key, after } of changed?.changes ?? [])
        if (after === null) state.remove(nameOf(key));
        else state.put({ ...nameOf(key), value: Buffer.from(after), block, tx: transaction.index });
    await state.save(new StateDigest());
  }

  async #saveTransactions(
    db: AuditorTransaction,
    audited: readonly AuditedTransaction[],
  ): Promise<void> {
    for (const { block, transaction, name } of audited)
      await db
        .insertInto('audited_transactions')
        .values({
          ...{ block, place: transaction.index, id: transaction.id, kind: 'call', name },
          ...{ chaincode: CHAINCODE, msp_id: '', at: transaction.at, noted: 0, outcome: 'VALID' },
        })
        .execute();
  }

  async #saveState(db: AuditorTransaction): Promise<void> {
    const state = {
      ...{ settings: Buffer.from(this.channel.envelope()), channel: CHANNEL, settings_block: 0 },
      ...{ money: JSON.stringify(this.#carried.money), spans: JSON.stringify(this.#carried.spans) },
      commit_hashes: '[]',
    };
    await db
      .insertInto('audit_state')
      .values({ id: 1, ...state })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(state))
      .execute();
    const position = { next_block: this.#next, last_hash: hashOf(this.#next - 1), first_hash: '' };
    await db
      .insertInto('ledger_position')
      .values({ id: 1, ...position })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(position))
      .execute();
  }
}
