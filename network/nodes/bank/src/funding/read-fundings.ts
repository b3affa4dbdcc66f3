// SPDX-License-Identifier: Apache-2.0
// Reads what became of orders' fundings, for their customer and for the bank's people.
import type { OrderKey } from '@fabric-offline-pay/domain';
import { toInstant } from '../clock.js';
import type { BankDatabase } from '../database/schema.js';
import type { FundingKey } from './keys.js';
import { outcomeOf, stepOf, sumsOf, type FundingOutcomeWord, type FundingStep } from './outcome.js';
import { legsOf, movesOf } from './parts-store.js';
import { findFunding, keyOf, type Funding } from './store.js';

/** Amounts in minor units, instants in seconds since 1970. */
export interface FundingView extends OrderKey {
  readonly customerId: string;
  readonly currency: string;
  /** What the order holds. */
  readonly total: string;
  readonly askedAt: number;
  readonly outcome: FundingOutcomeWord;
  /** What is under way. */
  readonly step: FundingStep | null;
  /** A code: why it was declined, or why it does not go on now. */
  readonly reason: string | null;
  /** Since when it does not go on. */
  readonly since: number | null;
  /** What came from instruments, and what of it is final there or went back. */
  readonly deducted: string;
  readonly taken: string;
  readonly returned: string;
}

async function viewOf(db: BankDatabase, funding: Funding): Promise<FundingView> {
  const key = keyOf(funding);
  const [legs, moves] = [await legsOf(db, key), await movesOf(db, key)];
  const { deducted, taken, returned } = sumsOf(legs, moves);
  const { currency, total, trouble, troubled_at: since } = funding;
  return {
    ...key,
    ...{ currency, total, askedAt: toInstant(funding.asked_at) },
    outcome: outcomeOf(funding, legs, moves),
    step: stepOf(legs, moves),
    reason: trouble ?? funding.refusal,
    since: since === null ? null : toInstant(since),
    deducted: deducted.toString(),
    taken: taken.toString(),
    returned: returned.toString(),
  };
}

/** @returns undefined for an order that nobody asked to be funded */
export async function readFunding(
  db: BankDatabase,
  key: FundingKey,
): Promise<FundingView | undefined> {
  const funding = await findFunding(db, key);
  return funding && viewOf(db, funding);
}

/** Which fundings, the newest first. */
export interface FundingQuery {
  readonly customerId?: string | undefined;
  /** Only those that do not go on now. */
  readonly troubled?: boolean | undefined;
  /** The last one of the page before. */
  readonly after?: FundingKey | undefined;
  readonly limit: number;
}

/** @returns a page; empty for an unknown `after` */
export async function listFundings(
  db: BankDatabase,
  { customerId, troubled = false, after, limit }: FundingQuery,
): Promise<FundingView[]> {
  const rows = await db
    .selectFrom('fundings')
    .selectAll()
    .$if(customerId !== undefined, (query) => query.where('customer_id', '=', customerId ?? ''))
    .$if(troubled, (query) => query.where('trouble', 'is not', null))
    .$if(after !== undefined, (query) =>
      query.where((of) =>
        of(
          of.refTuple('asked_at', 'merchant_id', 'order_number', 'customer_id'),
          '<',
          of
            .selectFrom('fundings as last')
            .select(['last.asked_at', 'last.merchant_id', 'last.order_number', 'last.customer_id'])
            .where('last.merchant_id', '=', after?.merchantId ?? '')
            .where('last.order_number', '=', after?.orderNumber ?? '')
            .where('last.customer_id', '=', after?.customerId ?? '')
            .$asTuple('asked_at', 'merchant_id', 'order_number', 'customer_id'),
        ),
      ),
    )
    .orderBy('asked_at', 'desc')
    .orderBy('merchant_id', 'desc')
    .orderBy('order_number', 'desc')
    .orderBy('customer_id', 'desc')
    .limit(limit)
    .execute();
  const views: FundingView[] = [];
  for (const row of rows) views.push(await viewOf(db, row));
  return views;
}
