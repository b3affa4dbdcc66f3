// SPDX-License-Identifier: Apache-2.0
// Counts a customer's codes, and those of a telephone and its range, against the caps.
import type { BankContext } from '../context.js';
import type { BankDatabase } from '../database/schema.js';
import { rangeOf, type CodeCap } from '../messages/code-caps.js';
import { keyedDigest } from '../secrets/installation-key.js';

type Context = Pick<BankContext, 'clock' | 'codeCaps' | 'key'>;

/** Under the installation's key, so that the rows do not tell the number. */
export interface NumberMacs {
  readonly number_mac: string;
  readonly range_mac: string;
}

export const macsOf = ({ key }: Pick<Context, 'key'>, phone: string): NumberMacs => ({
  number_mac: keyedDigest(key, 'code-number', phone),
  range_mac: keyedDigest(key, 'code-range', rangeOf(phone)),
});

/** Parallel calls for several customers may exceed a cap by their number. */
async function isReached(
  db: BankDatabase,
  { clock, codeCaps }: Context,
  cap: CodeCap,
  [column, value]: readonly ['customer_id' | 'number_mac' | 'range_mac', string],
): Promise<boolean> {
  const unused = await db
    .selectFrom('codes')
    .select('code_id')
    .where(column, '=', value)
    .where('number_mac', 'is not', null)
    .where('used_at', 'is', null)
    .where('created_at', '>', clock() - codeCaps.windowSeconds * 1000)
    .limit(codeCaps[cap])
    .execute();
  return unused.length >= codeCaps[cap];
}

/** @returns the first cap that one more code to this telephone would exceed. */
export async function capReached(
  db: BankDatabase,
  context: Context,
  customerId: string,
  { number_mac, range_mac }: NumberMacs,
): Promise<CodeCap | undefined> {
  if (await isReached(db, context, 'customer', ['customer_id', customerId])) return 'customer';
  if (await isReached(db, context, 'number', ['number_mac', number_mac])) return 'number';
  if (await isReached(db, context, 'range', ['range_mac', range_mac])) return 'range';
  return undefined;
}
