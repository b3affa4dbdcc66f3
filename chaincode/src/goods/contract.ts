// SPDX-License-Identifier: Apache-2.0
// Goods and merchants on the ledger (units 8 to 10, 12).
import {
  categoriesOf,
  ensure,
  ensureCategoriesAgree,
  ensureChoiceQuoted,
  ensureGoodsAsPicked,
  ensureMerchantMaySell,
  found,
  goodsDigest,
  partitionOf,
  type InputOf,
  type OrderKey,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import {
  basketRow,
  goodsOfLines,
  merchantRow,
  quoteRow,
  termsRow,
  verifiedCategories,
  participantOf,
} from '../ledger/rows.js';
import { advance, orderRow, orderStep } from '../ledger/steps.js';

const UNRATED = { count: 0, stars: 0, defects: 0 };

async function licenseMerchants(call: Call<InputOf<'goods', 'licenseMerchants'>>) {
  const { bankId, merchants } = call.input;
  for (const merchant of merchants) {
    const existing = await call.store.get('merchant', merchant.merchantId);
    ensure(existing === undefined || existing.bankId === bankId, 'NOT_OWNER', {
      merchantId: merchant.merchantId,
    });
    const organisation = await participantOf(call, merchant.mspId);
    ensure(organisation?.role === 'merchant', 'PARTICIPANT_UNKNOWN', { mspId: merchant.mspId });
    call.store.put(
      'merchant',
      { ...merchant, bankId, rating: existing?.rating ?? UNRATED },
      merchant.merchantId,
    );
  }
  return { replayed: false, units: [] };
}

async function registerGoods(call: Call<InputOf<'goods', 'registerGoods'>>) {
  const { merchantId, goods } = call.input;
  for (const entry of goods) {
    const existing = await call.store.get('goods', merchantId, entry.gtin);
    // A new certificate stands for new goods: what buyers said of the old ones says nothing of these.
    const rating = existing?.certificate === entry.certificate ? existing.rating : UNRATED;
    const row = { ...entry, merchantId, digest: goodsDigest(entry), rating };
    call.store.put('goods', row, merchantId, entry.gtin);
  }
  return { replayed: false, units: [] };
}

async function withdrawGoods(call: Call<InputOf<'goods', 'withdrawGoods'>>) {
  const { merchantId, gtin } = call.input;
  const goods = found(await call.store.get('goods', merchantId, gtin), 'GOODS_UNKNOWN', { gtin });
  if (!goods.withdrawn) call.store.put('goods', { ...goods, withdrawn: true }, merchantId, gtin);
  return { replayed: goods.withdrawn, units: [] };
}

/** Unit 8. */
const verify = (call: Call<OrderKey>) =>
  orderStep(call, ['8'], async () => {
    const basket = await basketRow(call, call.input);
    const goods = await goodsOfLines(call, basket);
    for (const { line, row } of goods) ensureGoodsAsPicked(line, row, basket.currency);
    return {};
  });

/** Unit 9. */
const partition = (call: Call<OrderKey>) =>
  orderStep(call, ['9'], async () => {
    const basket = await basketRow(call, call.input);
    const goods = await goodsOfLines(call, basket);
    return { categories: categoriesOf(partitionOf(goods.map((entry) => entry.row))) };
  });

/** Unit 10: joins 9 (what is sold) and 11 (what was quoted). */
const verifyMerchant = (call: Call<OrderKey>) =>
  orderStep(call, ['10'], async () => {
    const order = await orderRow(call, call.input);
    const { terms } = await termsRow(call, call.input);
    const basket = await basketRow(call, call.input);
    ensureMerchantMaySell(
      await merchantRow(call, order.merchantId),
      await verifiedCategories(call, order),
      call.now,
    );
    ensureChoiceQuoted(terms, basket.digest, await quoteRow(call, order), call.now);
    return { state: advance(call, order, 'verifyMerchant') };
  });

/** Unit 12. */
const checkCategories = (call: Call<OrderKey>) =>
  orderStep(call, ['12'], async () => {
    const order = await orderRow(call, call.input);
    const { terms } = await termsRow(call, call.input);
    const goods = await goodsOfLines(call, terms);
    const current = categoriesOf(partitionOf(goods.map((entry) => entry.row)));
    const quote = await quoteRow(call, order);
    ensureCategoriesAgree(current, await verifiedCategories(call, order), quote.categories);
    return { state: advance(call, order, 'checkCategories') };
  });

export const GoodsContract = contractOf('goods', {
  licenseMerchants,
  registerGoods,
  withdrawGoods,
  verify,
  partition,
  verifyMerchant,
  checkCategories,
  readGoods: async (call) => {
    const { merchantId, gtin } = call.input;
    return found(await call.store.get('goods', merchantId, gtin), 'GOODS_UNKNOWN', { gtin });
  },
  readMerchant: async (call) => {
    const merchant = await merchantRow(call, call.input.merchantId);
    return { ...merchant, categories: [...merchant.categories] };
  },
});
