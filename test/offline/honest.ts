// SPDX-License-Identifier: Apache-2.0
// The honest payments of a run: made by processes that have no network.
import type { Amount } from '@fabric-offline-pay/domain';
import { CURRENCY } from '@fabric-offline-pay/testing';
import { grouped } from './grouped.js';
import { FULL } from './offline-network.js';
import { given, type DeviceProcess, type TerminalProcess } from './party.js';
import { nameOf, type Payer } from './tills.js';

export interface HonestPayment {
  readonly orderNumber: string;
  readonly amount: Amount;
  readonly payer: Payer;
  readonly till: TerminalProcess;
}

/** Customers are regulars of one shop; one payment in this many is made in the next shop. */
const ELSEWHERE = 10;

const SMALLEST = 100n;

/** The reserve must cover every payment. */
function amountOf(index: number, payments: number): Amount {
  const most = BigInt(FULL) / BigInt(payments);
  const range = most > SMALLEST ? most - SMALLEST : 1n;
  return (((BigInt(index) * 37n) % range) + (most > SMALLEST ? SMALLEST : 1n)).toString();
}

/** @returns payments spread over devices and terminals, the same for the same numbers. */
export function planPayments(
  payers: readonly Payer[],
  tills: readonly TerminalProcess[],
  count: number,
): HonestPayment[] {
  const perDevice = Math.ceil(count / payers.length);
  return Array.from({ length: count }, (_, index) => {
    const who = index % payers.length;
    const elsewhere = Math.floor(index / payers.length) % ELSEWHERE === ELSEWHERE - 1 ? 1 : 0;
    const payer = payers[who];
    const till = tills[(who + elsewhere) % tills.length];
    if (payer === undefined || till === undefined) throw new Error('nobody to pay or to be paid');
    return {
      orderNumber: `P-${index.toString()}`,
      amount: amountOf(index, perDevice),
      payer,
      till,
    };
  });
}

export interface Exchange {
  readonly till: TerminalProcess;
  readonly device: DeviceProcess;
  readonly orderNumber: string;
  readonly amount: Amount;
}

/** How long what crosses between screen and camera is. */
export interface CarriedBytes {
  readonly request: number;
  /** Voucher with certificate. */
  readonly payment: number;
  readonly receipt: number;
}

const bytesIn = (base64: string): number => Buffer.byteLength(base64, 'base64');

/**
 * Request, voucher, acceptance, receipt.
 * @throws {Error} unless the customer can read who asks, the till accepts, and the device holds the till's receipt for what it paid.
 */
export async function exchange({
  till,
  device,
  orderNumber,
  amount,
}: Exchange): Promise<CarriedBytes> {
  const request = given(await till.request({ orderNumber, amount, currency: CURRENCY }));
  const payee = given(await device.payee(request));
  if (payee?.name !== nameOf(till.till)) throw new Error(`${orderNumber}: nobody says who asks`);
  const { bytes } = given(await device.pay(request));
  const acceptance = given(await till.accept(orderNumber, bytes));
  if (!acceptance.accepted) throw new Error(`${orderNumber}: ${acceptance.code}`);
  const { receipt } = acceptance;
  given(await device.keepReceipt(receipt));
  return { request: bytesIn(request), payment: bytesIn(bytes), receipt: bytesIn(receipt) };
}

/** A device pays one thing after another; devices do not wait for each other. */
export async function payAll(
  payments: readonly HonestPayment[],
  onPaid: (done: number) => void,
): Promise<CarriedBytes[]> {
  const carried: CarriedBytes[] = [];
  const queues = grouped(payments, ({ payer }) => payer);
  await Promise.all(
    queues.map(async (queue) => {
      for (const { payer, ...payment } of queue) {
        carried.push(await exchange({ ...payment, device: payer.device }));
        onPaid(carried.length);
      }
    }),
  );
  return carried;
}
