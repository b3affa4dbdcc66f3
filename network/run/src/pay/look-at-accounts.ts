// SPDX-License-Identifier: Apache-2.0
// After shopping, each customer looks at its account and at what the bank recommends (units 17 and 20).
import type { BankClient } from '@fabric-offline-pay/bank-node';
import { inParallel } from '@fabric-offline-pay/node-common';

/** The part of the bank's node that shows a customer its own records. */
export type CustomerRecords = Pick<BankClient, 'readStatement' | 'recommend'>;

/** What customers were shown. */
export interface Shown {
  readonly statements: number;
  /** Entries on the first pages of these statements. */
  readonly entries: number;
  /** Goods that were recommended. */
  readonly recommendations: number;
}

const AT_ONCE = 8;
const DAY = 86_400;

/** An order of the file that was placed, and the login that placed it. */
export interface Bought {
  readonly customerId: string;
  readonly currency: string;
  readonly loginId: string;
}

/**
 * Each customer looks once, with its newest login. One that gets no answer stops nothing, and is not counted.
 * @param now seconds since 1970
 */
export async function lookAtAccounts(
  records: CustomerRecords,
  bought: readonly Bought[],
  now: number,
): Promise<Shown> {
  let [statements, entries, recommendations] = [0, 0, 0];
  const period = { from: now - DAY, to: now + DAY };
  const newest = new Map(bought.map((entry) => [entry.customerId, entry]));
  await inParallel([...newest.values()], AT_ONCE, async ({ loginId, currency }) => {
    const [statement, recommended] = await Promise.allSettled([
      records.readStatement({ loginId, currency, ...period }),
      records.recommend({ loginId }),
    ]);
    if (statement.status === 'fulfilled') {
      statements += 1;
      entries += statement.value.entries.length;
    }
    if (recommended.status === 'fulfilled') recommendations += recommended.value.length;
  });
  return { statements, entries, recommendations };
}
