// SPDX-License-Identifier: Apache-2.0
// A till that sells without a network: it shows a request, takes the customer's voucher, hands out a receipt, and settles later.
import type { Terminal, TerminalLedger } from '@fabric-offline-pay/sdk/offline';

/** One sale at the counter. */
export interface Sale {
  /** The till's own: repeated after a crash, it is the same sale. */
  readonly orderNumber: string;
  /** Minor units. */
  readonly amount: string;
  readonly currency: string;
}

/** Shows bytes to the customer's device and reads its answer: QR codes both ways, or anything that carries bytes. */
export type Exchange = (request: Uint8Array) => Promise<Uint8Array>;

/** Hand the goods over with the receipt, or keep them and say why. */
export type Sold =
  | { readonly goods: 'hand over'; readonly receipt: Uint8Array }
  | { readonly goods: 'keep'; readonly code: string; readonly advice: string };

/**
 * Sells with neither side online. What is answered with a receipt is on disk before.
 * @throws {RefusedError} when the till may not ask for the money: its bulletin is stale, a limit is reached
 */
export async function sell(terminal: Terminal, sale: Sale, exchange: Exchange): Promise<Sold> {
  const request = await terminal.request(sale);
  const acceptance = await terminal.accept(sale.orderNumber, await exchange(request.bytes));
  return acceptance.accepted
    ? { goods: 'hand over', receipt: acceptance.receipt }
    : { goods: 'keep', code: acceptance.code, advice: acceptance.remedy };
}

/** What a synchronisation did, in words for the merchant. */
export type Report = readonly string[];

/**
 * Settles what waits, once there is a network. Safe to repeat, and to stop at any point.
 * @param ledger `terminalLedger(connection)` over peers
 * @throws {OffpayError} when the ledger cannot be reached; everything stays as it is
 */
export async function settle(terminal: Terminal, ledger: TerminalLedger): Promise<Report> {
  const { settled, refused, waiting, stuck } = await terminal.sync(ledger);
  const payments = await terminal.payments();
  const lost = payments.filter(({ status }) => status === 'refused');
  return [
    `${settled.toString()} settled, ${refused.toString()} refused, ${waiting.count.toString()} waiting`,
    ...lost.map(
      ({ orderNumber, verdict }) => `${orderNumber} is not paid: ${verdict ?? 'unknown'}`,
    ),
    ...stuck.map(({ orderNumbers, remedy }) => `${orderNumbers.join(', ')} waits: ${remedy}`),
  ];
}
