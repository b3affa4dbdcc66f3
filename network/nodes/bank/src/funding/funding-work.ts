// SPDX-License-Identifier: Apache-2.0
// When fundings are looked at: somebody asks, the ledger says something new of a funded order, or the clock finds one that waits too long.
// One customer's fundings are looked at one after the other, because each counts on what the others leave on the account.
import type { OrderKey, RowValue } from '@fabric-offline-pay/domain';
import { isPlaced } from '@fabric-offline-pay/domain';
import type {
  JobData,
  JobKind,
  Projection,
  Work,
  WorkParts,
} from '@fabric-offline-pay/node-common/node';
import { rowChange, type CommittedBlock, type RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import { fundOrder } from './fund-order.js';
import type { FundingContext } from './funding-context.js';
import { FUNDING_LANES, fundingLanes } from './lanes.js';
import { troubleOf } from './outcome.js';
import {
  askFunding,
  findFunding,
  instrumentOf,
  keyOf,
  noteHandled,
  notePlaced,
  noteTrouble,
  wantAbandoned,
  wantedFundings,
  wantFundings,
} from './store.js';

/** The job of one customer. */
export const FUND_CUSTOMER = { name: 'fund-customer' } as const;

type Tables = Transaction<BankTables>;
type Asking = Pick<Work<BankTables>, 'ask'>;
type Waking = Pick<Work<BankTables>, 'wake'>;

/** Asks for fundings of customers to be looked at, each customer's in the lane of the hosts that may be asked. */
export async function askForCustomers(
  work: Asking,
  db: Tables,
  customerIds: readonly string[],
): Promise<void> {
  if (customerIds.length === 0) return;
  for (const [customerId, lane] of await fundingLanes(db, customerIds))
    await work.ask(db, FUND_CUSTOMER, customerId, { customerId, lane });
}

export const askForCustomer = (work: Asking, db: Tables, customerId: string): Promise<void> =>
  askForCustomers(work, db, [customerId]);

/** The instruments that the ledger links, and what it says of orders that are funded or need it. */
class FundingReasons implements Projection<BankTables> {
  /** Fundings are not among them: they say what was asked of the host. */
  readonly tables = ['instruments'] as const;
  readonly #bankId: string;
  readonly #work: Asking;
  readonly #context: Pick<FundingContext, 'clock' | 'abandonedAfterMs'>;

  constructor(bankId: string, work: Asking, context: FundingContext) {
    this.#bankId = bankId;
    this.#work = work;
    this.#context = context;
  }

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const orders: OrderKey[] = [];
    const customers = new Set<string>();
    for (const { number, transactions } of blocks)
      for (const change of transactions.flatMap(({ changes }) => changes.map(rowChange))) {
        if (change === undefined || !this.#isOurs(change)) continue;
        if (change.kind === 'order' && change.row !== null) orders.push(change.row);
        else for (const each of await this.#follow(db, change, Number(number))) customers.add(each);
      }
    for (const customerId of await wantFundings(db, orders)) customers.add(customerId);
    await askForCustomers(this.#work, db, [...customers]);
  }

  #isOurs({ row }: RowChange): boolean {
    return row !== null && 'bankId' in row && row.bankId === this.#bankId;
  }

  /** @returns the customers for whom there is something to do */
  async #follow(db: Tables, change: RowChange, block: number): Promise<readonly string[]> {
    if (change.kind === 'instrument' && change.row !== null)
      await linkInstrument(db, change.row, block);
    if (change.kind !== 'terms' || change.row === null || !isPlaced(change.row)) return [];
    const isToFund = await this.#fundPlaced(db, change.row);
    return isToFund ? [change.row.terms.customerId] : [];
  }

  /** An order that holds its money later may be short then. One that held it as it was placed was not. */
  async #fundPlaced(db: Tables, { terms, release, placedAt }: PlacedTerms): Promise<boolean> {
    const { merchantId, orderNumber, customerId, currency, total } = terms;
    const request = { merchantId, orderNumber, customerId, currency, total };
    if (release !== null || !(await notePlaced(db, request))) return false;
    if (this.#isLate(placedAt) || (await instrumentOf(db, customerId)) === null) return false;
    if ((await findFunding(db, request)) !== undefined) return false;
    return (await askFunding(db, request, this.#context.clock())) !== undefined;
  }

  /** It was read long after it was placed, such as by a node that was off: nobody waits for it any more. */
  #isLate(placedAt: number): boolean {
    const { clock, abandonedAfterMs } = this.#context;
    return clock() - placedAt * 1000 >= abandonedAfterMs;
  }
}

type PlacedTerms = Extract<RowValue<'terms'>, { readonly terms: unknown }>;

async function linkInstrument(
  db: Tables,
  { token, customerId, kind }: RowValue<'instrument'>,
  block: number,
): Promise<void> {
  await db
    .insertInto('instruments')
    .values({ token, customer_id: customerId, kind, linked_in: block })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Looks at a customer's fundings. One that cannot go on does not stop the others.
 * @param signal after which another run may have begun, and this one ends
 * @throws the first failure
 */
export async function fundCustomer(
  context: FundingContext,
  customerId: string,
  signal: AbortSignal,
): Promise<void> {
  const failures: unknown[] = [];
  for (const funding of await wantedFundings(context.db, customerId)) {
    try {
      await fundOrder({ ...context, signal }, funding);
      await noteHandled(context.db, funding);
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error);
      await noteTrouble(context.db, keyOf(funding), troubleOf(error), context.clock());
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** @returns whether the customer was asked for in another lane, since the hosts that may be asked are not those of this lane any more */
async function changesLane(
  { db }: FundingContext,
  work: Asking & Waking,
  customerId: string,
  lane: unknown,
): Promise<boolean> {
  if (lane === undefined || (await fundingLanes(db, [customerId])).get(customerId) === lane)
    return false;
  await db.transaction().execute((transaction) => askForCustomer(work, transaction, customerId));
  work.wake();
  return true;
}

const fundCustomerJob = (context: FundingContext, work: Asking & Waking): JobKind => ({
  ...FUND_CUSTOMER,
  atOnce: 4,
  lanes: { names: FUNDING_LANES, of: ({ lane }) => String(lane) },
  run: async ({ customerId, lane }: JobData, signal) => {
    if (await changesLane(context, work, String(customerId), lane)) return;
    await fundCustomer(context, String(customerId), signal);
  },
});

/** Finds fundings of orders that never held their money. */
const findAbandonedJob = (
  { db, clock, abandonedAfterMs }: FundingContext,
  work: Asking & Waking,
): JobKind => ({
  name: 'find-abandoned-fundings',
  schedule: '*/5 * * * *',
  async run() {
    await db.transaction().execute(async (transaction) => {
      const customers = await wantAbandoned(transaction, clock() - abandonedAfterMs);
      await askForCustomers(work, transaction, [...customers]);
    });
    work.wake();
  },
});

/** @param bankId whose customers' orders are funded */
export function fundingWork(
  context: FundingContext,
  work: Asking & Waking,
  bankId: string,
): WorkParts<BankTables> {
  return {
    projections: [new FundingReasons(bankId, work, context)],
    jobs: [fundCustomerJob(context, work), findAbandonedJob(context, work)],
  };
}
