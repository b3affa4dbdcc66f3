// SPDX-License-Identifier: Apache-2.0
// Customers and payees whose host refused what it had agreed to. What is noted beside their money decides, not how a run of the work ended:
// one of several orders may hide another's failure, and a run may end without having asked the host.
import { sql } from 'kysely';
import type { BankDatabase } from '../database/schema.js';

/** As they are noted as the trouble of a deduction or pay-out. */
const CONTRADICTIONS: readonly string[] = ['HOST_CONTRADICTS', 'KEY_TAKEN'];

/**
 * Also whoever was contradicted and has another trouble meanwhile, such as a host that is away: nothing was put right by that.
 * @param most of the answer. What operators were alerted to comes first, so that no alert closes because others came.
 * @returns work and what it is about, as `fund-customer/customer` or `pay-payee/payee/currency`
 */
export async function contradictions(db: BankDatabase, most: number): Promise<string[]> {
  const { rows } = await sql<{ readonly subject: string }>`
    with troubled as (
      select concat_ws('/', 'fund-customer', customer_id) as subject, trouble from fundings where trouble is not null
      union all
      select concat_ws('/', 'pay-payee', payee_id, currency), trouble from pay_outs where trouble is not null)
    select subject
    from troubled left join (select subject as alerted from alerts where kind = 'hostContradicts' and closed_at is null) as open
      on alerted = subject
    group by subject
    having bool_or(trouble in (${sql.join(CONTRADICTIONS)}) or alerted is not null)
    order by bool_or(alerted is not null) desc, subject limit ${most}`.execute(db);
  return rows.map(({ subject }) => subject);
}
