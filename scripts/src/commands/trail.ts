// SPDX-License-Identifier: Apache-2.0
// `offpay trail MERCHANT/ORDER`: everything that happened to an order, from login to payment.
import { formatAmount, UNITS, type OutputOf } from '@fabric-offline-pay/domain';
import type { Clients } from '@fabric-offline-pay/operate/clients';
import { RefusedError, type Connection } from '@fabric-offline-pay/sdk';
import { Command, InvalidArgumentError } from 'commander';
import { reportingErrors, show, table, withCommonOptions, type CommonOptions } from '../output.js';
import { withClients } from '../with-clients.js';

interface OrderName {
  readonly merchantId: string;
  readonly orderNumber: string;
}

type Receipt = OutputOf<'orderNumber', 'trail'>['receipts'][number];

/** One line of a trail. */
export interface TrailEntry extends Receipt {
  readonly block: bigint;
}

export interface Trail {
  readonly order: OutputOf<'orderNumber', 'trail'>['order'];
  readonly receipts: readonly TrailEntry[];
}

/** @throws {InvalidArgumentError} when the text is not `merchant/order`. */
export function parseOrder(text: string): OrderName {
  const [merchantId, orderNumber, ...rest] = text.split('/');
  if (merchantId === undefined || orderNumber === undefined || rest.length > 0)
    throw new InvalidArgumentError('write it as MERCHANT/ORDER, for example merchant-04/WN30980');
  return { merchantId, orderNumber };
}

/** @returns the receipts of an order and of its login, each with its block. */
export async function readTrail(clients: Clients, order: OrderName): Promise<Trail> {
  const connection = await clients.connection('bank', 'auditor');
  const trail = await connection.client.orderNumber.trail(order);
  const ids = [...new Set(trail.receipts.map((receipt) => receipt.transactionId))];
  const blocks = new Map(
    await Promise.all(ids.map(async (id) => [id, await connection.blockOf(id)] as const)),
  );
  const receipts = trail.receipts.map((receipt) => ({
    ...receipt,
    block: blocks.get(receipt.transactionId) ?? 0n,
  }));
  return { order: trail.order, receipts: receipts.sort((a, b) => Number(a.block - b.block)) };
}

type OfflinePayment = OutputOf<'offline', 'listPayments'>['payments'][number];

/** Goods that a customer took along and paid without a network have no order on the ledger, only vouchers. */
export interface OfflineTrail {
  readonly payments: readonly (OfflinePayment & { readonly block: bigint })[];
}

/** @returns the settled vouchers of an order. */
async function readPayments(
  { client, blockOf }: Pick<Connection, 'client' | 'blockOf'>,
  order: OrderName,
): Promise<OfflineTrail> {
  const { payments } = await client.offline.listPayments(order);
  return {
    payments: await Promise.all(
      payments.map(async (payment) => ({
        ...payment,
        block: await blockOf(payment.transactionId),
      })),
    ),
  };
}

/** @throws {RefusedError} NOT_FOUND when the order was neither placed nor paid. */
async function readAny(clients: Clients, order: OrderName): Promise<Trail | OfflineTrail> {
  try {
    return await readTrail(clients, order);
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'NOT_FOUND')) throw error;
    const connection = await clients.connection('bank', 'auditor');
    const found = await readPayments(
      { client: connection.client, blockOf: (id) => connection.blockOf(id) },
      order,
    );
    if (found.payments.length === 0) throw error;
    return found;
  }
}

const offlineText = ({ payments }: OfflineTrail): string =>
  payments
    .map(
      (payment) =>
        `${payment.merchantId}/${payment.orderNumber}: paid offline, settled: ${formatAmount(payment.amount, payment.currency)} ${payment.currency} by voucher ${payment.counter.toString()} of ${payment.customerId}/${payment.deviceId}, epoch ${payment.epoch.toString()}; block ${payment.block.toString()}, transaction ${payment.transactionId.slice(0, 16)}, ${new Date(payment.at * 1000).toISOString()}`,
    )
    .join('\n');

const unitName = ({ unit }: Receipt): string => (unit === null ? '' : `${unit} ${UNITS[unit]}`);

export const trailText = ({ order, receipts }: Trail): string =>
  [
    `${order.merchantId}/${order.orderNumber}: ${order.state}, ${order.mode}, delivery ${order.delivery}`,
    table([
      ['unit', 'transaction', 'organisation', 'block', 'transaction id', 'time'],
      ...receipts.map((receipt) => [
        unitName(receipt),
        receipt.transaction,
        receipt.mspId,
        receipt.block.toString(),
        receipt.transactionId.slice(0, 16),
        new Date(receipt.at * 1000).toISOString(),
      ]),
    ]),
  ].join('\n');

export const trailCommand = (): Command =>
  withCommonOptions(new Command('trail'))
    .argument('<order>', 'MERCHANT/ORDER', parseOrder)
    .action(
      reportingErrors((order: OrderName, options: CommonOptions) =>
        withClients(options, async (clients) =>
          show(options, await readAny(clients, order), (trail) =>
            'payments' in trail ? offlineText(trail) : trailText(trail),
          ),
        ),
      ),
    );
