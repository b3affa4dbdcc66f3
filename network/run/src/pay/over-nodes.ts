// SPDX-License-Identifier: Apache-2.0
// The organisations by their nodes: shops, couriers and dispatchers call their own node, and the bank's node works by itself.
import { randomUUID } from 'node:crypto';
import type { BankClient } from '@fabric-offline-pay/bank-node';
import type { OrderKey, OrderState } from '@fabric-offline-pay/domain';
import { dispatcherSteps, type LogisticsClient } from '@fabric-offline-pay/logistics-node';
import { cashierSteps, type MerchantClient } from '@fabric-offline-pay/merchant-node';
import { waitUntil } from '@fabric-offline-pay/node-common';
import type { LedgerClients } from '@fabric-offline-pay/operate';
import {
  hasBankSettled,
  settlingBank,
  type OrderWatch,
  type Statistics,
  type WatchedOrder,
} from '@fabric-offline-pay/sdk';
import { runStep } from './failure.js';
import type {
  BankDesk,
  CourierDesk,
  MerchantDesk,
  Organisations,
  PayOutRequest,
} from './organisations.js';

/** The nodes' clients, each opened at first use. */
export interface NodeClients {
  /** With the certificate of a cashier of this merchant. */
  readonly merchant: (merchantId: string) => Promise<MerchantClient>;
  /** With a certificate that bears the courier's id. */
  readonly courier: (courierId: string) => Promise<LogisticsClient>;
  readonly dispatcher: () => Promise<LogisticsClient>;
  readonly teller: Pick<BankClient, 'openAccount' | 'linkPayeeAccount'>;
  readonly operator: Pick<BankClient, 'listPayOuts' | 'listAlerts' | 'acknowledgeAlert'>;
}

export interface OverNodes {
  readonly clients: LedgerClients;
  readonly nodes: NodeClients;
  readonly watch: OrderWatch;
  /** Counts what the nodes submit for this run. */
  readonly statistics: Statistics;
}

const DEADLINE_MS = 60_000;

function merchantDesk(node: MerchantClient, statistics: Statistics): MerchantDesk {
  const { settlement } = cashierSteps(node, statistics);
  return {
    void: async (passages, key) =>
      (await passages.note('settlement:void', () => settlement.void(key))).state,
    refund: (_, refund) =>
      runStep('settlement:refund', async () => {
        const { merchantId, orderNumber } = refund;
        // The ledger tells a repetition by the refund's own id.
        await node.placeRefund(refund, { idempotencyKey: randomUUID() });
        return (await node.readOrder({ merchantId, orderNumber })).order.state;
      }),
  };
}

const courierDesk = (node: LogisticsClient): CourierDesk => ({
  pickUp: (_, key) =>
    runStep('logistics:pickUp', async () => {
      await node.pickUp(key);
    }),
  deliver: (_, delivery) =>
    runStep('logistics:deliver', async () => (await node.deliver(delivery)).state),
});

/** Whether the bank has done what follows from the decision of an alarm. */
const isDecided = (order: WatchedOrder): boolean =>
  order.verification !== 'alarm' && hasBankSettled(order);

const hasExpired = ({ state }: WatchedOrder): boolean => state === 'expired';

/** Unit 16: an operator looks at the alert. */
async function acknowledge(
  { operator }: NodeClients,
  { merchantId, orderNumber }: OrderKey,
): Promise<void> {
  const subject = `${merchantId}/${orderNumber}`;
  const alert = await waitUntil(
    'the alert of an alarm',
    async () => {
      const alerts = await operator.listAlerts({ open: 'false' });
      return alerts.find((entry) => entry.kind === 'alarm' && entry.subject === subject);
    },
    { deadlineMs: DEADLINE_MS },
  );
  if (alert.acknowledgedAt === null) await operator.acknowledgeAlert({ alertId: alert.alertId });
}

/** The account behind a payee, in the bank's own book. */
const accountOf = ({ payeeId, currency }: PayOutRequest): string =>
  `settlement-${payeeId}-${currency}`.slice(0, 64);

async function payOut({ nodes, statistics }: OverNodes, request: PayOutRequest): Promise<void> {
  const { payeeId, currency, redeemId } = request;
  const token = accountOf(request);
  await nodes.teller.openAccount({ token, currency, balance: '0' });
  await nodes.teller.linkPayeeAccount({ payeeId, currency, token });
  const { settlement } = cashierSteps(await nodes.merchant(payeeId), statistics);
  await settlement.requestPayout({ ...request });
  await waitUntil(
    'a pay-out',
    async () => {
      const { payOuts } = await nodes.operator.listPayOuts({ payeeId, state: 'paid' });
      return payOuts.some((entry) => entry.redeemId === redeemId) ? true : undefined;
    },
    { deadlineMs: DEADLINE_MS },
  );
}

function bankDesk(parts: OverNodes): BankDesk {
  const { nodes, watch } = parts;
  const decided = async (key: OrderKey): Promise<OrderState> => {
    await acknowledge(nodes, key);
    return (await watch.until(key, isDecided)).state;
  };
  return {
    resolved: (_, key) => decided(key),
    upheld: (_, key) => decided(key),
    expired: async (_, key) => (await watch.until(key, hasExpired)).state,
    payOut: (request) => payOut(parts, request),
  };
}

export function organisationsOverNodes(parts: OverNodes): Organisations {
  const { clients, nodes, watch, statistics } = parts;
  return {
    parties: async (merchantId) => ({
      cashier: cashierSteps(await nodes.merchant(merchantId), statistics),
      dispatcher: dispatcherSteps(await nodes.dispatcher(), statistics),
      bankNode: settlingBank(watch),
      catchUp: (block) => clients.catchUp(block),
    }),
    merchant: async (merchantId) => merchantDesk(await nodes.merchant(merchantId), statistics),
    courier: async (courierId) => courierDesk(await nodes.courier(courierId)),
    bank: bankDesk(parts),
  };
}
