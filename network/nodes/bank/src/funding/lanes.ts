// SPDX-License-Identifier: Apache-2.0
// In which lane a customer's fundings are looked at: by the hosts that may be asked, so that those of one host do not wait for another.
import { sql } from 'kysely';
import type { InstrumentTable } from '../database/funding-tables.js';
import type { BankDatabase } from '../database/schema.js';
import { fundingToken } from './store.js';

/** `both` is the first, since what was asked for before there were lanes may ask any host. */
export const FUNDING_LANES = ['both', 'none', 'card', 'mobile'] as const;

export type FundingLane = (typeof FUNDING_LANES)[number];

type Kinds = readonly InstrumentTable['kind'][];

const laneOf = ([first, ...others]: Kinds): FundingLane =>
  others.length > 0 ? 'both' : (first ?? 'none');

/** Of what is to be looked at: whence was deducted, and whence will be if it is short. @returns the lane of each of the customers */
export async function fundingLanes(
  db: BankDatabase,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, FundingLane>> {
  const { rows } = await sql<{ readonly customer_id: string; readonly kinds: Kinds }>`
    select c.customer_id, jsonb_agg(distinct i.kind) as kinds
    from jsonb_array_elements_text(${JSON.stringify(customerIds)}::jsonb) as c(customer_id)
    join fundings f on f.customer_id = c.customer_id and f.wanted > f.handled
    join instruments i on i.customer_id = c.customer_id
      and (i.token = (case when f.state = 'asked' then ${fundingToken(sql`c.customer_id`)} end)
        or i.token in (select leg.token from funding_legs leg where leg.merchant_id = f.merchant_id
          and leg.order_number = f.order_number and leg.customer_id = f.customer_id and leg.state <> 'refused'))
    group by c.customer_id`.execute(db);
  const lanes = new Map(rows.map(({ customer_id, kinds }) => [customer_id, laneOf(kinds)]));
  return new Map(customerIds.map((customerId) => [customerId, lanes.get(customerId) ?? 'none']));
}
