// SPDX-License-Identifier: Apache-2.0
// The merchants whose things a call lists, as a part of its query.
import type { MerchantDatabase } from './database/schema.js';

/** Whom a call reaches. */
export interface Reach {
  readonly db: MerchantDatabase;
  /** The organisation whose merchants the node works for. */
  readonly mspId: string;
  /** The one merchant that the caller reaches; undefined for all of the organisation. */
  readonly only?: string | undefined;
}

/** @returns a query of ids: merchants whose licence names the organisation now, and whom the caller reaches */
export const reachedMerchants = ({ db, mspId, only }: Reach) =>
  db
    .selectFrom('followed_merchants')
    .select('followed_merchants.merchant_id')
    .where('msp_id', '=', mspId)
    .$if(only !== undefined, (query) =>
      query.where('followed_merchants.merchant_id', '=', only ?? ''),
    );
