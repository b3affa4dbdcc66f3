// SPDX-License-Identifier: Apache-2.0
// `offpay trail MERCHANT/ORDER`: everything that happened to one order, from login to payment.
import { UNITS, type OutputOf } from '@fabric-offline-pay/domain';
import { Clients } from '@fabric-offline-pay/network';
import { Command, InvalidArgumentError } from 'commander';
import { reportingErrors, show, table, withCommonOptions, type CommonOptions } from '../output';
import { homeOf } from '../home';

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

/** @throws {InvalidArgumentError} unless the text is `merchant/order`. */
export function parseOrder(text: string): OrderName {
  const [merchantId, orderNumber, ...rest] = text.split('/');
  if (merchantId === undefined || orderNumber === undefined || rest.length > 0)
    throw new InvalidArgumentError('write it as MERCHANT/ORDER, for example merchant-04/WN30980');
  return { merchantId, orderNumber };
}

/** @returns the receipts of an order and of its login, with the block that each stands in. */
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
  withCommonOptions(
    new Command('trail').description(
      'shows every receipt of one order: unit, organisation, transaction, block',
    ),
  )
    .argument('<order>', 'MERCHANT/ORDER', parseOrder)
    .action(
      reportingErrors(async (order: OrderName, options: CommonOptions) => {
        const clients = new Clients(homeOf(options));
        try {
          show(options, await readTrail(clients, order), trailText);
        } finally {
          await clients.close();
        }
      }),
    );
