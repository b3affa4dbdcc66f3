// SPDX-License-Identifier: Apache-2.0
// What may be asked about payments without a network.
import {
  found,
  type FraudCaseRow,
  type InputOf,
  type OrderKey,
  type ReserveRow,
  type SettledEntry,
  type SettlementBatchRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { reserveRow, type ReserveKey } from '../ledger/reserves.js';

const PAGE = 100;

const reserveAnswer = (row: ReserveRow) => ({
  ...row,
  certificates: [...row.certificates],
  counters: row.counters.map((entry): [number, string, string, string, string] => [...entry]),
});

export const readReserve = async (call: Call<ReserveKey>) =>
  reserveAnswer(await reserveRow(call, call.input));

export async function listReserves(call: Call<{ readonly customerId: string }>) {
  const rows = await call.store.range('reserve', [call.input.customerId]);
  return { reserves: rows.map(({ value }) => reserveAnswer(value)) };
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

const paymentAnswer = (batch: SettlementBatchRow, entry: SettledEntry) => {
  const { merchantId, batchId, currency, transactionId, at } = batch;
  const [orderNumber, customerId, deviceId, epoch, counter, amount] = entry;
  return {
    ...{ customerId, deviceId, epoch, counter },
    ...{ merchantId, batchId, orderNumber, amount, currency, transactionId, at },
  };
};

async function payments(
  call: Call,
  under: readonly string[],
  wanted: (entry: SettledEntry) => boolean,
) {
  const rows = await call.store.range('batch', under);
  return rows.flatMap(({ value }) =>
    value.settled.filter(wanted).map((entry) => paymentAnswer(value, entry)),
  );
}

export async function listPayments(call: Call<OrderKey>) {
  const { merchantId, orderNumber } = call.input;
  return { payments: await payments(call, [merchantId], (entry) => entry[0] === orderNumber) };
}

export async function readPayment(call: Call<InputOf<'offline', 'readPayment'>>) {
  const { customerId, deviceId, epoch, counter } = call.input;
  const wanted = [customerId, deviceId, epoch, counter];
  const [payment] = await payments(call, [], (entry) =>
    wanted.every((value, index) => entry[index + 1] === value),
  );
  return found(payment, 'NOT_FOUND', { row: 'payment' });
}

const batchAnswer = ({
  merchantId,
  batchId,
  currency,
  transactionId,
  settled,
  at,
}: SettlementBatchRow) => ({
  ...{ merchantId, batchId, currency, transactionId, at },
  settled: settled.map((entry): [string, string, string, number, number, string] => [...entry]),
});

export async function listBatches(call: Call<InputOf<'offline', 'listBatches'>>) {
  const { merchantId, after } = call.input;
  const entries =
    after === undefined
      ? await call.store.range('batch', [merchantId], PAGE)
      : await call.store.rangeAfter('batch', [merchantId], [merchantId, after], PAGE);
  const batches = entries.map(({ value }) => batchAnswer(value));
  return { batches, next: batches.length < PAGE ? null : (batches.at(-1)?.batchId ?? null) };
}
