// SPDX-License-Identifier: Apache-2.0
// Goods and merchants on the ledger (units 8 to 10, 12).
import {
  basketDigest,
  BLAMELESS,
  ensure,
  ensureActorFree,
  ensureCategoriesAgree,
  ensureChoiceQuoted,
  ensureMerchantOrganisation,
  ensureMerchantMaySell,
  found,
  goodsDigest,
  narrowsLicence,
  relicensed,
  UNRATED,
  type ParsedInputOf as InputOf,
  type OrderKey,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { contractOf } from '../ledger/contract.js';
import { categoriesIn, verifyGoodsAsPicked, goodsOf } from '../shared/goods.js';
import {
  advance,
  basketOfOrder,
  merchantRow,
  orderRow,
  quoteRow,
  registryRow,
  termsRow,
  verifiedCategories,
} from '../shared/rows.js';

async function licenseMerchants(call: Call<InputOf<'goods', 'licenseMerchants'>>) {
  const { bankId, merchants } = call.input;
  const registry = await registryRow(call);
  for (const merchant of merchants) {
    const { merchantId } = merchant;
    const existing = await call.store.get('merchant', merchantId);
    ensure(existing === undefined || existing.bankId === bankId, 'NOT_OWNER', { merchantId });
    ensureMerchantOrganisation(registry, merchant.mspId);
    ensureActorFree(registry, merchantId);
    ensure(
      existing === undefined || !narrowsLicence(existing, merchant, call.now),
      'LICENCE_NARROWED',
      { merchantId },
    );
    const begun = { ...merchant, bankId, rating: UNRATED, conduct: BLAMELESS, revision: 0 };
    call.store.put('merchant', existing === undefined ? begun : relicensed(existing, merchant));
  }
  return {};
}

async function registerGoods(call: Call<InputOf<'goods', 'registerGoods'>>) {
  const { merchantId, goods } = call.input;
  for (const entry of goods) {
    const existing = await call.store.get('goods', merchantId, entry.gtin);
    // Only time and newer opinions change a rating. A merchant must not lose a bad rating by registering the goods again.
    const rating = existing?.rating ?? UNRATED;
    call.store.put('goods', { ...entry, merchantId, digest: goodsDigest(entry), rating });
  }
  return {};
}

async function withdrawGoods(call: Call<InputOf<'goods', 'withdrawGoods'>>) {
  const { merchantId, gtin } = call.input;
  const goods = found(await call.store.get('goods', merchantId, gtin), 'GOODS_UNKNOWN', { gtin });
  call.store.put('goods', { ...goods, withdrawn: true });
  return {};
}

/** Unit 8. */
async function verify(call: Call<OrderKey>) {
  await verifyGoodsAsPicked(call, await basketOfOrder(call, call.input));
  return {};
}

/** Unit 9. */
async function partition(call: Call<OrderKey>) {
  const goods = await goodsOf(call, await basketOfOrder(call, call.input));
  return { categories: categoriesIn(goods) };
}

/** Unit 10: joins 9 (what is sold) and 11 (what was quoted). */
async function verifyMerchant(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const { terms } = await termsRow(call, call.input);
  ensureMerchantMaySell(
    await merchantRow(call, order.merchantId),
    await verifiedCategories(call, order),
    call.now,
  );
  ensureChoiceQuoted(terms, basketDigest(terms), await quoteRow(call, order), call.now);
  return { state: advance(call, order, 'verifyMerchant') };
}

/** Unit 12. */
async function checkCategories(call: Call<OrderKey>) {
  const order = await orderRow(call, call.input);
  const { terms } = await termsRow(call, call.input);
  const current = categoriesIn(await goodsOf(call, terms));
  const quote = await quoteRow(call, order);
  ensureCategoriesAgree(current, await verifiedCategories(call, order), quote.categories);
  return { state: advance(call, order, 'checkCategories') };
}

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
  readMerchant: (call) => merchantRow(call, call.input.merchantId),
});
