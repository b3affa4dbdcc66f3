// SPDX-License-Identifier: Apache-2.0
// Answers what became of fundings. A login sees its customer's only; an order of another customer is as if it were not there.
import { NodeError, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { BankContext } from '../context.js';
import { requireSession } from '../records/logins.js';
import type { FUNDING_OPERATIONS } from './funding-operations.js';
import type { FundingKey } from './keys.js';
import { listFundings, readFunding } from './read-fundings.js';

export type FundingCallContext = Pick<BankContext, 'db' | 'clock' | 'limits'>;

/** @param customer whose page it is, when the name leaves that out */
function keyIn(after: string | undefined, customer = ''): FundingKey | undefined {
  const [merchantId = '', orderNumber = '', customerId = customer] = after?.split('/') ?? [];
  return after === undefined ? undefined : { merchantId, orderNumber, customerId };
}

export const FUNDING_HANDLERS: Handlers<typeof FUNDING_OPERATIONS, FundingCallContext> = {
  async listFundings(context, { loginId, after, limit }) {
    const { customer_id: customerId } = await requireSession(context, loginId);
    const query = { customerId, after: keyIn(after, customerId), limit };
    return listFundings(context.db, query);
  },
  async readFunding(context, { loginId, ...key }) {
    const { customer_id: customerId } = await requireSession(context, loginId);
    const view = await readFunding(context.db, { ...key, customerId });
    if (view === undefined) throw new NodeError('NOT_FOUND', 'orderNumber');
    return view;
  },
  findFundings: ({ db }, { customerId, troubled, after, limit }) =>
    listFundings(db, { customerId, troubled: troubled === 'true', after: keyIn(after), limit }),
};
