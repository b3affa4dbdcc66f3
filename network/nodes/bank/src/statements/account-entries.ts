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

async function readBooking(db: Tables, customerId: string, currency: string): Promise<Booking> {
  const row = await db
    .selectFrom('account_totals')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where('currency', '=', currency)
    .executeTakeFirst();
  if (row === undefined) return NOTHING;
  return {
    available: BigInt(row.available),
    held: BigInt(row.held),
    reserved: BigInt(row.reserved),
    bookedAt: row.booked_at,
  };
}

async function writeBooking(
  db: Tables,
  customerId: string,
  currency: string,
  booking: Booking,
): Promise<void> {
  const total = {
    booked: sumOf(booking).toString(),
    available: booking.available.toString(),
    held: booking.held.toString(),
    reserved: booking.reserved.toString(),
    booked_at: booking.bookedAt,
  };
  await db
    .insertInto('account_totals')
    .values({ customer_id: customerId, currency, ...total })
    .onConflict((conflict) => conflict.columns(['customer_id', 'currency']).doUpdateSet(total))
    .execute();
}

/** Where in the ledger a movement stands. */
interface Place {
  readonly block: number;
  readonly transaction: CommittedTransaction;
}

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
  db: Tables,
  booked: Booked,
  movements: readonly Movement[],
  place: Place,
): Promise<void> {
  const { customerId, currency } = booked;
  const before = await readBooking(db, customerId, currency);
  const all = [...movements, ...unexplained(before, movements, booked)];
  if (all.length === 0) return;
  let booking = { ...before, bookedAt: Math.max(before.bookedAt, timeOf(place.transaction)) };
  const rows = all.map((moved, part) => {
    booking = after(booking, moved);
    return entryRow(moved, booking, place, part);
  });
  await db.insertInto('account_entries').values(rows).execute();
  await writeBooking(db, customerId, currency, booking);
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

  async apply(db: Tables, { number, transactions }: CommittedBlock): Promise<void> {
    for (const transaction of transactions)
      await this.#follow(db, { block: Number(number), transaction });
  }

  async #follow(db: Tables, place: Place): Promise<void> {
    const { transaction } = place;
    const changes = known(transaction.changes.map(rowChange));
    const accounts = this.#accountsOf(changes);
    const at = timeOf(transaction);
    await this.#noteOwners(db, accounts, at);
    await this.#noteDevices(db, changes, at);
    const all = await movementsOf(db, changes, { bankId: this.#bankId, at });
    const movements = await this.#ownOf(db, all);
    const kind = changes.some((change) => change.kind === 'fraud') ? 'recovered' : 'other';
    for (const [key, [customerId, currency]] of accountsIn(accounts, movements)) {
      const account = accounts.get(customerId);
      const moved = movements.filter((each) => keyOf(each.customerId, each.currency) === key);
      await book(db, { customerId, currency, account, kind }, moved, place);
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
    db: Tables,
    accounts: ReadonlyMap<string, AccountRow>,
    at: number,
  ): Promise<void> {
    for (const customerId of accounts.keys())
      await db
        .insertInto('account_owners')
        .values({ customer_id: customerId, opened_at: at })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
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
  async #ownOf(db: Tables, movements: readonly Movement[]): Promise<Movement[]> {
    if (movements.length === 0) return [];
    const ids = [...new Set(movements.map(({ customerId }) => customerId))];
    const rows = await db
      .selectFrom('account_owners')
      .select('customer_id')
      .where('customer_id', 'in', ids)
      .execute();
    const own = new Set(rows.map((row) => row.customer_id));
    return movements.filter(({ customerId }) => own.has(customerId));
  }
}
