// SPDX-License-Identifier: Apache-2.0
// The queries about payments without a network.
import {
  decodeBulletin,
  encodeBulletinChanges,
  ensure,
  found,
  joinedChanges,
  ordinalKey,
  parseCose,
  restoreReserve,
  storeEntry,
  type BulletinChangeRow,
  type BulletinRow,
  type ParsedInputOf as InputOf,
  type OrderKey,
  type ReserveKey,
  type ReserveRow,
  type SettlementBatchRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { isSameVoucher, paymentsIn, paymentsUnder } from '../shared/payments.js';
import { reserveRow } from '../shared/reserves.js';
import { base64Of, bytesOf } from './issued.js';

const PAGE = 100;

const reserveAnswer = (row: ReserveRow) => ({
  ...row,
  counters: row.counters.map(storeEntry),
});

export const readReserve = async (call: Call<ReserveKey>) =>
  reserveAnswer(await reserveRow(call, call.input));

export async function listReserves(call: Call<InputOf<'offline', 'listReserves'>>) {
  const { customerId, after } = call.input;
  const { entries, next } = await call.store.page('reserve', [customerId], after, PAGE);
  return { reserves: entries.map(({ value }) => reserveAnswer(restoreReserve(value))), next };
}

type OfBank = Call<{ readonly bankId: string }>;

const bulletinRow = async ({ store, input }: OfBank): Promise<BulletinRow> =>
  found(await store.get('bulletin', input.bankId), 'NOT_FOUND', { row: 'bulletin' });

export async function readBulletin(call: OfBank) {
  const { bankId, number, issuedAt, bulletin } = await bulletinRow(call);
  return { bankId, number, issuedAt, bulletin };
}

/** The most changes in one answer. A terminal that was away for longer fetches the whole bulletin. */
const MOST_CHANGES = 200;

export async function readBulletinChanges(call: Call<InputOf<'offline', 'readBulletinChanges'>>) {
  const { bankId, since } = call.input;
  const { number, issuedAt, bulletin } = await bulletinRow(call);
  const steps = number - since;
  ensure(steps >= 0 && steps <= MOST_CHANGES, 'NOT_FOUND', { row: 'bulletinChange', number });
  const rows: BulletinChangeRow[] = [];
  for (let step = since + 1; step <= number; step += 1) {
    const row = await call.store.get('bulletinChange', bankId, ordinalKey(step));
    rows.push(found(row, 'NOT_FOUND', { row: 'bulletinChange', number: step }));
  }
  const envelope = parseCose('offpay/bulletin', bytesOf(bulletin));
  const newest = decodeBulletin(envelope.payload);
  const changes = encodeBulletinChanges(since, joinedChanges(rows), newest, envelope);
  return { bankId, number, issuedAt, changes: base64Of(changes) };
}

export async function listIssuers(call: OfBank) {
  const rows = await call.store.range('issuer', [call.input.bankId]);
  return { issuers: rows.map(({ value }) => value) };
}

/** The cases of all banks are in one range, so a page may have few of one bank's, or none. */
export async function listFrauds(call: Call<InputOf<'offline', 'listFrauds'>>) {
  const { bankId, open, after } = call.input;
  const { entries, next } = await call.store.page('fraud', [], after, PAGE);
  const own = entries
    .map(({ value }) => value)
    .filter((row) => row.bankId === bankId && !(open && row.compensation !== null));
  return { frauds: own, next };
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
  const { entries, next } = await call.store.page('batch', [merchantId], after, PAGE);
  return { batches: entries.map(({ value }) => batchAnswer(value)), next };
}
