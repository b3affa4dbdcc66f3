// SPDX-License-Identifier: Apache-2.0
// The node works for its organisation's merchants. To a caller another's merchant is one that does not exist, and so is all that it has.
import { NodeError, refusalCode, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { CallContext } from '../context.js';
import { refuse } from '../merchant-error.js';
import type { OperationTable } from './operations.js';

/** The parts of an input that name a merchant. */
interface Naming {
  readonly merchantId?: string | undefined;
  readonly payeeId?: string;
  readonly terms?: { readonly merchantId: string };
}

/** @returns each merchant that an input names, by the field. */
const merchantsIn = ({
  merchantId,
  payeeId,
  terms,
}: Naming): readonly (readonly [string, string])[] =>
  Object.entries({ merchantId, payeeId, 'terms.merchantId': terms?.merchantId }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );

type Context = Pick<CallContext, 'db' | 'client' | 'mspId'>;

/** The tables may not have a merchant yet that was licensed a moment ago; the ledger has. */
async function organisationOf({ db, client }: Context, merchantId: string) {
  const row = await db
    .selectFrom('followed_merchants')
    .select('msp_id')
    .where('merchant_id', '=', merchantId)
    .executeTakeFirst();
  if (row !== undefined) return row.msp_id;
  try {
    return (await client.goods.readMerchant({ merchantId })).mspId;
  } catch (error) {
    if (refusalCode(error) === 'MERCHANT_UNKNOWN') return undefined;
    throw new NodeError('LEDGER_UNAVAILABLE', undefined, error);
  }
}

async function ensureOwn(context: Context, input: Naming): Promise<void> {
  for (const [field, merchantId] of merchantsIn(input))
    if ((await organisationOf(context, merchantId)) !== context.mspId) refuse('NOT_FOUND', field);
}

type Handle = (context: CallContext, input: Naming) => Promise<unknown>;

/** @returns the same handlers, for the organisation's own merchants. */
export const forOwnMerchants = (
  handlers: Handlers<OperationTable, CallContext>,
): Handlers<OperationTable, CallContext> =>
  Object.fromEntries(
    Object.entries(handlers as unknown as Readonly<Record<string, Handle>>).map(
      ([name, handle]): [string, Handle] => [
        name,
        async (context, input) => {
          await ensureOwn(context, input);
          return handle(context, input);
        },
      ],
    ),
  ) as unknown as Handlers<OperationTable, CallContext>;
