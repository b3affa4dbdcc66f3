// SPDX-License-Identifier: Apache-2.0
// Queries of the table against the control's: what an auditor or a shop asks most.
import type { Client } from '@fabric-offline-pay/sdk';
import { CURRENCY } from '@fabric-offline-pay/testing';
import { burst, type Burst, type Job } from '../burst.js';
import { wholeOrder } from '../jobs.js';
import { median, pair, ratiosOf, spreadOf, type Pair } from '../pairs.js';
import type { Experiment } from '../run.js';

const IN_FLIGHT = 32;

type Ask = (client: Client) => Promise<unknown>;

const jobOf =
  (client: Client, ask: Ask): Job =>
  async () => {
    await ask(client);
    return { retries: 0 };
  };

export const reads: Experiment = async ({ bench, scale, parts, tell }) => {
  const [order] = bench.purchases(1);
  if (order === undefined) throw new Error('no order');
  await wholeOrder(order)();
  const { merchantId, orderNumber, customerId } = order.purchase.basket;
  const queries: Readonly<Record<string, Ask>> = {
    readOrder: (client) => client.orderNumber.readOrder({ merchantId, orderNumber }),
    readAccount: (client) => client.settlement.readAccount({ customerId, currency: CURRENCY }),
    trail: (client) => client.orderNumber.trail({ merchantId, orderNumber }),
  };
  const client = await bench.network.clients.client('bank', 'auditor');
  for (const [name, ask] of Object.entries(queries)) {
    const pairs: Pair<Burst>[] = [];
    for (let round = 0; round < scale.pairs; round += 1)
      pairs.push(
        await pair(
          round,
          () => burst(Array(scale.round).fill(bench.noop.read('bank')) as Job[], IN_FLIGHT),
          () => burst(Array(scale.round).fill(jobOf(client, ask)) as Job[], IN_FLIGHT),
        ),
      );
    const ratios = spreadOf(ratiosOf(pairs, ({ perSecond }) => perSecond));
    parts.ratios[`${name}ToNoopRead`] = ratios;
    parts.absolute[`${name}PerSecond`] = median(
      pairs.map(({ contender: { perSecond } }) => perSecond),
    );
    tell(`reads: ${name} ÷ noop ${ratios.median.toFixed(3)}`);
  }
};
