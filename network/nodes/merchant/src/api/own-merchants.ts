// SPDX-License-Identifier: Apache-2.0
// Whom a call reaches, decided once for every operation by its method and by the meaning of its fields: the node works for its
// organisation's merchants, and a caller for its own. To it, another's merchant is one that does not exist, and so is all that it has.
import {
  NodeError,
  refusalCode,
  type Handlers,
  type Operation,
} from '@fabric-offline-pay/node-common/client';
import type { CallContext } from '../context.js';
import { refuse } from '../merchant-error.js';
import { MERCHANT_OPERATIONS, type OperationTable } from './operations.js';
import type { OwnedField } from './ownership.js';

type Named = readonly [field: string, merchantId: unknown];

/** The merchant that each owned field names; none when the merchant's own field beside it does. */
const MERCHANT_IN: Readonly<Record<OwnedField, ((value: unknown) => Named) | undefined>> = {
  merchantId: (value) => ['merchantId', value],
  payeeId: (value) => ['payeeId', value],
  terms: (value) => ['terms.merchantId', (value as { readonly merchantId: string }).merchantId],
  orderNumber: undefined,
  disputeId: undefined,
};

type Input = Readonly<Record<string, unknown>>;

/** @returns each merchant that an input names, by the field. */
const merchantsIn = (input: Input): readonly Named[] =>
  Object.entries(MERCHANT_IN).flatMap(([field, named]) =>
    named === undefined || input[field] === undefined ? [] : [named(input[field])],
  );

type Context = Pick<CallContext, 'db' | 'client' | 'mspId' | 'only'>;

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

async function ensureReached(context: Context, input: Input): Promise<void> {
  const { only, mspId } = context;
  for (const [field, named] of merchantsIn(input)) {
    const merchantId = String(named);
    const isReached = only === undefined || only === merchantId;
    if (!isReached || (await organisationOf(context, merchantId)) !== mspId)
      refuse('NOT_FOUND', field);
  }
}

/**
 * A caller whose certificate names a merchant works for this one. Whoever's names none reads what all merchants of the organisation have,
 * and writes for the node's own, as the ledger takes it.
 */
const onlyOf = (
  { method }: Pick<Operation, 'method'>,
  { caller, ownMerchant }: CallContext,
): string | undefined => caller.actor ?? (method === 'GET' ? undefined : ownMerchant);

type Handle = (context: CallContext, input: Input) => Promise<unknown>;

/** @returns the same handlers, for what their callers reach. */
export const forOwnMerchants = (
  handlers: Handlers<OperationTable, CallContext>,
): Handlers<OperationTable, CallContext> => {
  const all = handlers as unknown as Readonly<Record<string, Handle>>;
  const reaching = Object.entries<Operation>(MERCHANT_OPERATIONS).map(
    ([name, operation]): [string, Handle] => [
      name,
      async (context, input) => {
        const call = { ...context, only: onlyOf(operation, context) };
        await ensureReached(call, input);
        const handle = all[name];
        if (handle === undefined) throw new Error(`Nothing handles ${name}.`);
        return handle(call, input);
      },
    ],
  );
  return Object.fromEntries(reaching) as unknown as Handlers<OperationTable, CallContext>;
};
