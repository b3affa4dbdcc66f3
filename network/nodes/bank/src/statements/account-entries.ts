// SPDX-License-Identifier: Apache-2.0
// The projection of customers' money (unit 20): each movement is an entry with the balance after it. The account's own row decides the
// balance: what its other rows do not explain becomes an entry, too, so that a statement always adds up.
import type { Projection } from '@fabric-offline-pay/node-common/node';
import { toUnits, type AccountRow } from '@fabric-offline-pay/domain';
import {
  rowChange,
  type CommittedBlock,
  type CommittedTransaction,
  type RowChange,
} from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import { AccountRows } from './account-rows.js';
import { movementsOf } from './follow-rows.js';
import { movement, type Movement, type Places } from './movements.js';
import type { EntryKind } from './tables/statement-tables.js';

type Tables = Transaction<BankTables>;

/** Milliseconds since 1970: of the proposal, which endorsers held against their clocks. */
const timeOf = ({ events }: CommittedTransaction): number => (events[0]?.at ?? 0) * 1000;

const known = (changes: readonly (RowChange | undefined)[]): RowChange[] =>
  changes.filter((change) => change !== undefined);

/** One account in one currency while a transaction's movements are booked. */
interface Booking extends Places {
  readonly bookedAt: number;
}

const NOTHING: Booking = { available: 0n, held: 0n, reserved: 0n, bookedAt: 0 };

const sumOf = ({ available, held, reserved }: Places): bigint => available + held + reserved;

const after = (booking: Booking, moved: Movement): Booking => ({
  bookedAt: booking.bookedAt,
  available: booking.available + moved.available,
  held: booking.held + moved.held,
  reserved: booking.reserved + moved.reserved,
});

async function readBooking(
  { totals }: AccountRows,
  customerId: string,
  currency: string,
): Promise<Booking> {
  const row = await totals.get({ customer_id: customerId, currency });
  if (row === undefined) return NOTHING;
  return {
    available: BigInt(row.available),
    held: BigInt(row.held),
    reserved: BigInt(row.reserved),
    bookedAt: row.booked_at,
  };
}

const totalOf = (customerId: string, currency: string, booking: Booking) => ({
  customer_id: customerId,
  currency,
  booked: sumOf(booking).toString(),
  available: booking.available.toString(),
  held: booking.held.toString(),
  reserved: booking.reserved.toString(),
  booked_at: booking.bookedAt,
});

/** Where in the ledger a movement stands. */
interface Place {
  readonly block: number;
  readonly transaction: CommittedTransaction;
  readonly changes: readonly RowChange[];
}

const placesIn = ({ number, transactions }: CommittedBlock): Place[] =>
  transactions.map((transaction) => ({
    block: Number(number),
    transaction,
    changes: known(transaction.changes.map(rowChange)),
  }));

function entryRow(moved: Movement, booking: Booking, place: Place, part: number) {
  return {
    customer_id: moved.customerId,
    currency: moved.currency,
    booked_at: booking.bookedAt,
    block: place.block,
    place: place.transaction.index,
    part,
    transaction_id: place.transaction.transactionId,
    kind: moved.kind,
    merchant_id: moved.order?.merchantId ?? null,
    order_number: moved.order?.orderNumber ?? null,
    reference: moved.reference,
    amount: sumOf(moved).toString(),
    moved: moved.available.toString(),
    balance: sumOf(booking).toString(),
    available: booking.available.toString(),
  };
}

/** What the account's row says, as far as the movements do not explain it. Without a new row it says what it said before. */
function unexplained(
  before: Booking,
  moved: readonly Movement[],
  { customerId, currency, account, kind }: Booked,
): Movement[] {
  const money = account?.money[currency];
  const stands = money === undefined ? before.available : toUnits(money.available);
  const available = stands - moved.reduce(after, before).available;
  return available === 0n ? [] : [movement(kind, { customerId, currency }, { available })];
}

/** One account in one currency, and its row if the transaction wrote it. */
interface Booked {
  readonly customerId: string;
  readonly currency: string;
  readonly account: AccountRow | undefined;
  /** What an unexplained difference is called. */
  readonly kind: EntryKind;
}

async function book(
  rows: AccountRows,
  booked: Booked,
  movements: readonly Movement[],
  place: Place,
): Promise<void> {
  const { customerId, currency } = booked;
  const before = await readBooking(rows, customerId, currency);
  const all = [...movements, ...unexplained(before, movements, booked)];
  if (all.length === 0) return;
  let booking = { ...before, bookedAt: Math.max(before.bookedAt, timeOf(place.transaction)) };
  const entries = all.map((moved, part) => {
    booking = after(booking, moved);
    return entryRow(moved, booking, place, part);
  });
  rows.addEntries(entries);
  rows.totals.put(totalOf(customerId, currency, booking));
}

const keyOf = (customerId: string, currency: string): string => `${customerId}/${currency}`;

/** The accounts that a transaction concerns, in order. */
function accountsIn(
  accounts: ReadonlyMap<string, AccountRow>,
  movements: readonly Movement[],
): Map<string, readonly [customerId: string, currency: string]> {
  const found = new Map<string, readonly [string, string]>();
  for (const { customerId, money } of accounts.values())
    for (const currency of Object.keys(money))
      found.set(keyOf(customerId, currency), [customerId, currency]);
  for (const { customerId, currency } of movements)
    found.set(keyOf(customerId, currency), [customerId, currency]);
  return found;
}

export class AccountEntries implements Projection<BankTables> {
  readonly tables = [
    'account_entries',
    'account_totals',
    'account_orders',
    'account_reserves',
    'account_devices',
    'account_refunds',
    'account_debts',
    'account_owners',
  ] as const;
  readonly #bankId: string;

  /** @param bankId whose customers' money is followed */
  constructor(bankId: string) {
    this.#bankId = bankId;
  }

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const rows = new AccountRows(db);
    const places = blocks.flatMap(placesIn);
    await rows.load(places.flatMap(({ changes }) => changes));
    for (const place of places) await this.#follow(rows, place);
    await rows.write();
  }

  async #follow(rows: AccountRows, place: Place): Promise<void> {
    const { transaction, changes } = place;
    const accounts = this.#accountsOf(changes);
    const at = timeOf(transaction);
    await this.#noteOwners(rows, accounts, at);
    await this.#noteDevices(rows.db, changes, at);
    const all = await movementsOf(rows, changes, { bankId: this.#bankId, at });
    const movements = await this.#ownOf(rows, all);
    const kind = changes.some((change) => change.kind === 'fraud') ? 'recovered' : 'other';
    for (const [key, [customerId, currency]] of accountsIn(accounts, movements)) {
      const account = accounts.get(customerId);
      const moved = movements.filter((each) => keyOf(each.customerId, each.currency) === key);
      await book(rows, { customerId, currency, account, kind }, moved, place);
    }
  }

  #accountsOf(changes: readonly RowChange[]): ReadonlyMap<string, AccountRow> {
    return new Map(
      changes.flatMap((change) =>
        change.kind === 'account' && change.row?.bankId === this.#bankId
          ? [[change.row.customerId, change.row] as const]
          : [],
      ),
    );
  }

  async #noteOwners(
    { owners }: AccountRows,
    accounts: ReadonlyMap<string, AccountRow>,
    at: number,
  ): Promise<void> {
    for (const customer_id of accounts.keys())
      if ((await owners.get({ customer_id })) === undefined)
        owners.put({ customer_id, opened_at: at });
  }

  async #noteDevices(db: Tables, changes: readonly RowChange[], at: number): Promise<void> {
    for (const change of changes) {
      if (change.kind !== 'device' || change.row?.bankId !== this.#bankId) continue;
      const { customerId, deviceId, status } = change.row;
      await db
        .insertInto('account_devices')
        .values({ customer_id: customerId, device_id: deviceId, status, registered_at: at })
        .onConflict((conflict) =>
          conflict.columns(['customer_id', 'device_id']).doUpdateSet({ status }),
        )
        .execute();
    }
  }

  /** Batches, refunds and debts do not name the customer's bank. */
  async #ownOf({ owners }: AccountRows, movements: readonly Movement[]): Promise<Movement[]> {
    const own: Movement[] = [];
    for (const moved of movements)
      if ((await owners.get({ customer_id: moved.customerId })) !== undefined) own.push(moved);
    return own;
  }
}
