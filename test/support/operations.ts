// SPDX-License-Identifier: Apache-2.0
// Counts the state operations of committed transactions and holds them against the transaction table.
import {
  ALL_TRANSACTIONS,
  ROWS,
  type Basket,
  type NamedTransaction,
} from '@fabric-offline-pay/domain';
import type { Block, BlockTransaction, MemoryLedger } from '@fabric-offline-pay/testing';

/** The costliest run of one transaction with this many lines or entries. */
export interface Measured {
  readonly transaction: string;
  readonly entries: number;
  readonly declared: number;
  readonly actual: number;
}

type Input = Readonly<Record<string, unknown>>;

/** Batches: the field whose entries count. */
const BATCHES = ['participants', 'merchants', 'goods', 'couriers', 'ratings'] as const;

/** Transactions that fold rows and remove them: the rows removed count, and those that go to another place. */
const KEPT = ROWS.purchase.prefix();
const FOLDING = ['identity:assessReputation', 'settlement:rollUp', 'feedback:publish'];

/** Reads, range reads and writes, private ones included: each is one message between chaincode and peer. */
export const operationsOf = ({
  readSet,
  rangeReads,
  writeSet,
  collections,
}: BlockTransaction): number =>
  collections.reduce(
    (sum, { reads, writes }) => sum + reads.length + writes.length,
    readSet.length + rangeReads.length + writeSet.length,
  );

const row = (ledger: MemoryLedger, key: string): Input | undefined => {
  const text = ledger.state().get(key);
  return text === undefined ? undefined : (JSON.parse(text) as Input);
};

/** Lines of the order that an input carries or names; none when it is about something else. */
function linesOf(ledger: MemoryLedger, input: Input): number {
  const carried = (input['basket'] ?? input['terms'] ?? input) as Partial<Basket>;
  if (carried.lines !== undefined) return carried.lines.length;
  const key = `${String(input['merchantId'])}/${String(input['orderNumber'])}`;
  const picked = row(ledger, `terms/${key}`);
  return ((picked?.['terms'] ?? picked?.['basket']) as Basket | undefined)?.lines.length ?? 0;
}

interface Batch {
  readonly reserves: readonly { readonly vouchers: readonly unknown[] }[];
}

/**
 * Offline payments count vouchers; bulletins count the devices that they no longer name, each held against its reserve or all of
 * them, and the other reserves that they report; closing a reserve counts the losses that it gives something for.
 */
const OFFLINE_ENTRIES: Readonly<Record<string, (transaction: BlockTransaction) => number>> = {
  'offline:settle': ({ args }) =>
    (JSON.parse(args[0] ?? '{}') as Batch).reserves.flatMap(({ vouchers }) => vouchers).length,
  'offline:publishBulletin': (transaction) => reservesRead(transaction),
  'offline:revokeReserve': (transaction) =>
    reservesRead(transaction) + rowsIn('reserve', transaction.writeSet) - REPORTED_ONE,
  'offline:closeReserve': ({ writeSet }) => rowsIn('fraud', writeSet),
};

/** The reserve that is named is read, and written; and a range shows the others of its device. */
const REPORTED_ONE = 3;

const rowsIn = (kind: 'reserve' | 'fraud', keys: readonly { readonly key: string }[]): number =>
  keys.filter(({ key }) => key.startsWith(ROWS[kind].prefix())).length;

/** Rows, and ranges of them. */
const reservesRead = ({ readSet, rangeReads }: BlockTransaction): number =>
  rowsIn('reserve', readSet) +
  rowsIn(
    'reserve',
    rangeReads.map(({ startKey: key }) => ({ key })),
  );

function entriesOf(ledger: MemoryLedger, transaction: BlockTransaction): number {
  const { function: name, args, writeSet } = transaction;
  const counted = OFFLINE_ENTRIES[name];
  if (counted !== undefined) return counted(transaction);
  if (FOLDING.includes(name))
    return writeSet.filter(({ isDelete, key }) => isDelete || key.startsWith(KEPT)).length;
  const input = JSON.parse(args[0] ?? '{}') as Input;
  const batch = BATCHES.map((field) => input[field]).find(Array.isArray);
  return batch?.length ?? linesOf(ledger, input);
}

const budgetOf = ({ operations }: NamedTransaction, entries: number): number =>
  operations.fixed + (operations.perEntry ?? 0) * entries;

/** Keeps the costliest run of every transaction that a ledger commits, by number of entries. */
export class OperationsMeter {
  readonly #costliest = new Map<string, Measured>();

  constructor(ledger: MemoryLedger) {
    for (const block of ledger.blocks()) this.#note(ledger, block);
    ledger.onBlock((block) => this.#note(ledger, block));
  }

  /** In the order of the table. */
  get measured(): readonly Measured[] {
    const order = ALL_TRANSACTIONS.map(({ fullName }) => fullName);
    return [...this.#costliest.values()].sort(
      (a, b) =>
        order.indexOf(a.transaction) - order.indexOf(b.transaction) || a.entries - b.entries,
    );
  }

  #note(ledger: MemoryLedger, block: Block): void {
    for (const transaction of block.transactions) {
      const entry = ALL_TRANSACTIONS.find(({ fullName }) => fullName === transaction.function);
      // What found nothing to do is not what a budget is for.
      if (entry === undefined || transaction.writeSet.length === 0) continue;
      const entries = entriesOf(ledger, transaction);
      const measured = {
        transaction: entry.fullName,
        entries,
        declared: budgetOf(entry, entries),
        actual: operationsOf(transaction),
      };
      const key = `${measured.transaction}~${entries}`;
      if (measured.actual >= (this.#costliest.get(key)?.actual ?? 0))
        this.#costliest.set(key, measured);
    }
  }
}
