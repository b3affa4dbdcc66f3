// SPDX-License-Identifier: Apache-2.0
// A till that sells without a network: it shows a request, takes the customer's voucher, hands out a receipt, and settles later.
import type { Terminal, TerminalLedger } from '@fabric-offline-pay/sdk/offline';

/** One sale at the counter. */
export interface Sale {
  /** The till's own number. Repeated after a crash, it is the same sale. */
  readonly orderNumber: string;
  /** Minor units. */
  readonly amount: string;
  readonly currency: string;
}

/** Shows bytes to the customer's device and reads its answer, by QR codes or anything else that carries bytes. */
export type Exchange = (request: Uint8Array) => Promise<Uint8Array>;

/** Hand over the goods with the receipt, or keep them and say why. */
export type Sold =
  | { readonly goods: 'hand over'; readonly receipt: Uint8Array }
  | { readonly goods: 'keep'; readonly code: string; readonly advice: string };

/**
 * Sells while neither side is online. A payment is on disk before the till answers with a receipt.
 * @throws {RefusedError} when the till may not ask for the money: its bulletin is stale, or a limit is reached
 */
export async function sell(terminal: Terminal, sale: Sale, exchange: Exchange): Promise<Sold> {
  const request = await terminal.request(sale);
  const acceptance = await terminal.accept(sale.orderNumber, await exchange(request.bytes));
  return acceptance.accepted
    ? { goods: 'hand over', receipt: acceptance.receipt }
    : { goods: 'keep', code: acceptance.code, advice: acceptance.remedy };
}

/** The result of a synchronisation, in words for the merchant. */
export type Report = readonly string[];

/**
 * Settles the waiting payments, once there is a network. Safe to repeat, and to stop at any point.
 * @param ledger `terminalLedger(connection)` over peers
 * @throws {OffpayError} when the ledger cannot be reached. Everything stays as it is
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
