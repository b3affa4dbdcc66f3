// SPDX-License-Identifier: Apache-2.0
// What may be asked about payments without a network.
import {
  found,
  storeEntry,
  type FraudCaseRow,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type ReserveKey,
  type ReserveRow,
  type SettlementBatchRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { isSameVoucher, paymentsIn, paymentsUnder } from '../shared/payments.js';
import { reserveRow, reservesOf } from '../shared/reserves.js';

const PAGE = 100;

const reserveAnswer = (row: ReserveRow) => ({
  ...row,
  certificates: [...row.certificates],
  counters: row.counters.map(storeEntry),
});

export const readReserve = async (call: Call<ReserveKey>) =>
  reserveAnswer(await reserveRow(call, call.input));

export async function listReserves(call: Call<{ readonly customerId: string }>) {
  const reserves = await reservesOf(call, call.input.customerId);
  return { reserves: reserves.map(reserveAnswer) };
}

type OfBank = Call<{ readonly bankId: string }>;

export const readBulletin = async (call: OfBank) =>
  found(await call.store.get('bulletin', call.input.bankId), 'NOT_FOUND', { row: 'bulletin' });

export async function listIssuers(call: OfBank) {
  const rows = await call.store.range('issuer', [call.input.bankId]);
  return { issuers: rows.map(({ value }) => value) };
}

const fraudAnswer = (row: FraudCaseRow) => ({
  ...row,
  settled: [...row.settled] as [number, string],
  contradicting: [...row.contradicting] as [number, string],
});

export async function listFrauds(call: Call<InputOf<'offline', 'listFrauds'>>) {
  const { bankId, open } = call.input;
  const rows = (await call.store.range('fraud', [])).map(({ value }) => value);
  const own = rows.filter((row) => row.bankId === bankId && !(open && row.compensation !== null));
  return { frauds: own.map(fraudAnswer) };
}

export async function listPayments(call: Call<OrderKey>) {
  const { merchantId, orderNumber } = call.input;
  const all = await paymentsUnder(call, merchantId);
  return { payments: all.filter((payment) => payment.orderNumber === orderNumber) };
}

export async function readPayment(call: Call<InputOf<'offline', 'readPayment'>>) {
  const payment = (await paymentsUnder(call)).find(isSameVoucher(call.input));
  return found(payment, 'NOT_FOUND', { row: 'payment' });
}

const batchAnswer = (batch: SettlementBatchRow) => {
  const { merchantId, batchId, currency, transactionId, at } = batch;
  const settled = paymentsIn(batch).map(
    (each): [string, string, string, number, number, string] => [
      ...([each.orderNumber, each.customerId, each.deviceId] as const),
      ...([each.epoch, each.counter, each.amount] as const),
    ],
  );
  return { merchantId, batchId, currency, transactionId, at, settled };
};

export async function listBatches(call: Call<InputOf<'offline', 'listBatches'>>) {
  const { merchantId, after } = call.input;
  const entries =
    after === undefined
      ? await call.store.range('batch', [merchantId], PAGE)
      : await call.store.rangeAfter('batch', [merchantId], [merchantId, after], PAGE);
  const batches = entries.map(({ value }) => batchAnswer(value));
  return { batches, next: batches.length < PAGE ? null : (batches.at(-1)?.batchId ?? null) };
}
