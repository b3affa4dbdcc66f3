// SPDX-License-Identifier: Apache-2.0
// One order, taken through one of the two ways, and its outcome in terms that both ways share.
import {
  isBeforeMoney,
  type Amount,
  type ErrorCode,
  type OrderState,
  type UnitId,
} from '@fabric-offline-pay/domain';
import {
  RefusedError,
  runExpress,
  runStepwise,
  type Parties,
  type PipelineResult,
  type Purchase,
} from '@fabric-offline-pay/sdk';
import {
  CURRENCY,
  type CustomerDevice,
  type PurchaseOptions,
  type World,
} from '@fabric-offline-pay/testing';

export type Way = 'stepwise' | 'express';

export const WAYS: readonly Way[] = ['stepwise', 'express'];

/** Takes a purchase through the units, one way. */
export type Run = (parties: Parties, purchase: Purchase) => Promise<PipelineResult>;

export const RUN: Readonly<Record<Way, Run>> = { stepwise: runStepwise, express: runExpress };

/** Both ways with their names, as `describe.each` takes them. */
export const RUNS: readonly (readonly [Way, Run])[] = WAYS.map((way) => [way, RUN[way]]);

/** An order with everything that may be wrong with it. */
export interface Scenario {
  readonly order: Partial<PurchaseOptions>;
  /** A courier that the customer insists on, though it was not quoted. */
  readonly courierId?: string;
  /** After the run: the hold runs out. Waits for it, or lets the time pass. */
  readonly expires?: boolean;
}

export interface Outcome {
  /** A state before money counts as `refused`: express has no such states. */
  readonly state: OrderState | 'refused';
  readonly code: ErrorCode | null;
  /** Minor units that the customer has left. */
  readonly available: Amount;
  readonly units: readonly UnitId[];
  /** Transactions that the order took, not counting the login's. */
  readonly transactions: number;
}

interface Order {
  readonly world: World;
  readonly device: CustomerDevice;
  readonly loginId: string;
  readonly orderNumber: string;
  readonly scenario: Scenario;
}

export type Expire = (
  parties: Parties,
  key: { readonly merchantId: string; readonly orderNumber: string },
) => Promise<unknown>;

function purchaseOf({ world, device, loginId, orderNumber, scenario }: Order): Purchase {
  const purchase = world.purchase(device, loginId, { orderNumber, ...scenario.order });
  const { courierId } = scenario;
  if (courierId === undefined) return purchase;
  return { ...purchase, choose: (quote) => ({ ...purchase.choose(quote), courierId }) };
}

async function refusalOf(work: () => Promise<unknown>): Promise<ErrorCode | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof RefusedError) return error.code;
    throw error;
  }
}

/** The state of the order on the ledger; the pipeline's own answer is not used. */
async function standing(
  { bankNode }: Parties,
  key: Parameters<Expire>[1],
): Promise<Pick<Outcome, 'state' | 'units' | 'transactions'>> {
  let trail: Awaited<ReturnType<typeof bankNode.orderNumber.trail>>;
  try {
    trail = await bankNode.orderNumber.trail(key);
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'NOT_FOUND')
      return { state: 'refused', units: [], transactions: 0 };
    throw error;
  }
  const { order, receipts } = trail;
  const ofOrder = receipts.filter(({ transaction }) => !transaction.startsWith('identity:'));
  return {
    state: isBeforeMoney(order.state) ? 'refused' : order.state,
    units: [...new Set(ofOrder.flatMap(({ unit }) => (unit === null ? [] : [unit])))].sort(),
    transactions: new Set(ofOrder.map(({ transactionId }) => transactionId)).size,
  };
}

/** Takes an order one way to its end. */
export async function outcomeOf(way: Way, order: Order, expire: Expire): Promise<Outcome> {
  const parties = await order.world.parties();
  const key = { merchantId: order.world.merchantId, orderNumber: order.orderNumber };
  const code = await refusalOf(async () => {
    await RUN[way](parties, purchaseOf(order));
    if (order.scenario.expires === true) await expire(parties, key);
  });
  const stands = await standing(parties, key);
  const { available } = await parties.bankNode.settlement.readAccount({
    customerId: order.device.customerId,
    currency: CURRENCY,
  });
  return { ...stands, code, available };
}
