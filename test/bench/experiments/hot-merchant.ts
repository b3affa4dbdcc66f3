// SPDX-License-Identifier: Apache-2.0
// One merchant that all customers pay at once, against the same payments spread over many; and again while its books
// are rolled up.
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { CURRENCY } from '@fabric-offline-pay/testing';
import type { Shop } from '../bench-network.js';
import { burst, type Burst } from '../burst.js';
import { heightOf } from '../block-bytes.js';
import { LegByLeg } from '../jobs.js';
import { pair, ratiosOf, spreadOf, type Pair } from '../pairs.js';
import type { Experiment, Run } from '../run.js';

const IN_FLIGHT = 64;

/** Orders of which only the payment is missing: the leg that credits the payee. */
async function placeOrders({ bench, scale }: Run, shops: readonly Shop[]): Promise<LegByLeg[]> {
  const orders = bench.purchases(scale.round, shops).map((each) => new LegByLeg(each));
  const { clients } = bench.network;
  await burst(
    orders.map((order) => order.quote),
    scale.inFlight,
  );
  await clients.catchUp((await heightOf(clients)) - 1n);
  await Promise.all(orders.map((order) => order.sign()));
  await burst(
    orders.map((order) => order.order),
    scale.inFlight,
  );
  await clients.catchUp((await heightOf(clients)) - 1n);
  return orders;
}

const pay = (orders: readonly LegByLeg[]): Promise<Burst> =>
  burst(
    orders.map((order) => order.settle),
    IN_FLIGHT,
  );

/** Rolls the hot merchant's books up again and again until the payments are done. */
async function whileRollingUp({ bench }: Run, payments: () => Promise<Burst>): Promise<Burst> {
  const { clients } = bench.network;
  const bankNode = await clients.client('bank', 'bank-node');
  const payee = { payeeId: bench.hotShop.world.merchantId, currency: CURRENCY };
  const paid = { done: false };
  const rolling = (async () => {
    while (!paid.done) await rollUpPayee(bankNode, payee);
  })();
  try {
    return await payments();
  } finally {
    paid.done = true;
    await rolling;
  }
}

const conflictShare = (bursts: readonly Burst[]): number =>
  (100 * bursts.reduce((sum, { retries }) => sum + retries, 0)) /
  bursts.reduce((sum, { jobs }) => sum + jobs, 0);

async function compare(
  run: Run,
  name: string,
  around: (payments: () => Promise<Burst>) => Promise<Burst>,
): Promise<void> {
  const { bench, scale, parts, tell } = run;
  const pairs: Pair<Burst>[] = [];
  for (let round = 0; round < scale.pairs; round += 1) {
    const spread = await placeOrders(run, bench.shops);
    const hot = await placeOrders(run, [bench.hotShop]);
    const result = await pair(
      round,
      () => around(() => pay(spread)),
      () => around(() => pay(hot)),
    );
    pairs.push(result);
    const ratio = result.contender.perSecond / result.control.perSecond;
    tell(`${name}: round ${(round + 1).toString()}, hot ÷ spread ${ratio.toFixed(3)}`);
  }
  parts.ratios[`${name}ToSpread`] = spreadOf(ratiosOf(pairs, ({ perSecond }) => perSecond));
  parts.conflicts[name] = conflictShare(pairs.map(({ contender }) => contender));
}

export const hotMerchant: Experiment = async (run) => {
  await compare(run, 'hotMerchant', (payments) => payments());
  await compare(run, 'hotMerchantRollingUp', (payments) => whileRollingUp(run, payments));
};
