// SPDX-License-Identifier: Apache-2.0
// What the merchant's two legs share, online and by voucher: they verify goods, merchant and categories, and begin the
// order.
import {
  basketDigest,
  ensureCategoriesAgree,
  ensureChoiceQuoted,
  ensureMerchantMaySell,
  type MerchantRow,
  type OrderTerms,
  type QuoteRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { categoriesIn, verifyGoodsAsPicked } from './goods.js';
import { merchantRow } from './rows.js';

/** Units 8, 9, 15 (first pass), 10 and 12. Each of the goods is read once. */
export async function verifyOrder(
  call: Call,
  terms: OrderTerms,
  quoted: QuoteRow,
): Promise<MerchantRow> {
  const categories = categoriesIn(await verifyGoodsAsPicked(call, terms));
  const merchant = await merchantRow(call, terms.merchantId);
  ensureMerchantMaySell(merchant, categories, call.now);
  ensureChoiceQuoted(terms, basketDigest(terms), quoted, call.now);
  ensureCategoriesAgree(categories, categories, quoted.categories);
  return merchant;
}
