// SPDX-License-Identifier: Apache-2.0
// Buyers who order without end while something happens to the network, and how long each order took them.
import { runExpress, type Parties } from '@fabric-offline-pay/sdk';
import { type CustomerDevice, type World } from '@fabric-offline-pay/testing';
import { earnedBy, expectLedgerBalanced } from './balances.js';

const BUYERS = 4;

/** One order of two chargers without its delivery. */
const GOODS_TOTAL = 4980n;

interface Buyer {
  readonly device: CustomerDevice;
  readonly loginId: string;
}

const buyersIn = (world: World): Promise<Buyer[]> =>
  Promise.all(
    Array.from({ length: BUYERS }, async (_, index) => {
      const device = await world.customer(`of-${world.merchantId}-${index.toString()}`);
      return { device, loginId: await world.login(device) };
    }),
  );

export interface Bought {
  /** Milliseconds. */
  readonly ms: number;
  readonly state: string;
}

/**
 * Takes order after order, each buyer its own.
 * @param bought is called after each
 */
export async function buyAll(
  world: World,
  parties: Parties,
  orders: number,
  bought: (count: number) => Promise<void> | void,
): Promise<Bought[]> {
  const all: Bought[] = [];
  let number = 0;
  const buy = async ({ device, loginId }: Buyer): Promise<void> => {
    while (number < orders) {
      const orderNumber = `ORD-${(number++).toString()}`;
      const began = performance.now();
      const { state } = await runExpress(parties, world.purchase(device, loginId, { orderNumber }));
      all.push({ ms: performance.now() - began, state });
      await bought(all.length);
    }
  };
  await Promise.all((await buyersIn(world)).map(buy));
  return all;
}

/** Every order was paid, once, and the books balance: what was issued is what customers and payees have. */
export async function expectAllPaidOnce(world: World, bought: readonly Bought[]): Promise<void> {
  expect(bought.map(({ state }) => state)).toEqual(bought.map(() => 'released'));
  const earned = await earnedBy(await world.bank('bank-node'), world.merchantId);
  expect(earned).toBe(BigInt(bought.length) * GOODS_TOTAL);
  await expectLedgerBalanced(await world.bank('operator'));
}

/** @returns a line of figures: how long an order took. */
export function delaysOf(bought: readonly Bought[]): string {
  const waits = bought.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => Math.round(waits[Math.ceil(share * waits.length) - 1] ?? 0);
  return `an order takes ${at(0.5)} ms, ${at(0.95)} at p95, ${at(1)} at most`;
}
