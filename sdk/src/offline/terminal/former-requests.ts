// SPDX-License-Identifier: Apache-2.0
// Requests that are no longer valid: replaced or cancelled. The terminal accepts no voucher for them, so that it can sign that.
import {
  bytesToText,
  DomainError,
  encodeCancellation,
  requestHash,
  signCose,
} from '@fabric-offline-pay/domain';
import { RefusedError } from '../../errors.js';
import { fromBase64 } from '../base64.js';
import { restorationOf } from '../store/restore.js';
import { recordsOf } from '../store/records-of.js';
import type { Change, Store } from '../store/store.js';
import type { TerminalContext } from './context.js';
import { formerRequests, payments, requests, type RequestRecord } from './records.js';

const hashOf = (payload: string): Buffer => requestHash(fromBase64(payload));
const requestKey = (payload: string): string => bytesToText(hashOf(payload));

/** @returns the change that keeps a request among those that are no longer valid. */
export const formerChange = (
  { orderNumber, payload }: RequestRecord,
  cancelledAt: number | null,
): Change => formerRequests.put({ payload, cancelledAt }, orderNumber, requestKey(payload));

/** Whether the stored request was cancelled, and no new one was made since. */
export async function isCancelled(
  { store }: TerminalContext,
  { orderNumber, payload }: RequestRecord,
): Promise<boolean> {
  const former = await formerRequests.get(store, orderNumber, requestKey(payload));
  return former !== undefined;
}

const signCancellation = (
  { till }: TerminalContext,
  payload: string,
  cancelledAt: number,
): Promise<Buffer> =>
  signCose(
    'offpay/cancellation',
    encodeCancellation({ requestHash: hashOf(payload), cancelledAt }),
    till.key.sign,
  );

/**
 * Gives up all requests of an order that are not paid, and stores that before anything is signed. When the order is paid, the
 * terminal accepts no voucher for its other requests either.
 * @returns a cancellation of each request. The device knows the one that it answered.
 * @throws {RefusedError} NOT_FOUND when the order has no request; IDEMPOTENCY_CONFLICT when its only request is paid
 */
export async function cancelOrder(
  context: TerminalContext,
  orderNumber: string,
): Promise<readonly Buffer[]> {
  const { store, clock } = context;
  const request = await requests.get(store, orderNumber);
  const refused = (code: 'NOT_FOUND' | 'IDEMPOTENCY_CONFLICT', reason: string): RefusedError =>
    new RefusedError(new DomainError(code, { orderNumber, reason }).toWire());
  if (request === undefined) throw refused('NOT_FOUND', 'not asked');
  const paid = await payments.get(store, orderNumber);
  const now = clock();
  const known = await formerRequests.list(store, orderNumber);
  const all = [...known, { payload: request.payload, cancelledAt: null }];
  const unpaid = all.filter(({ payload }) => payload !== paid?.requestPayload);
  if (unpaid.length === 0) throw refused('IDEMPOTENCY_CONFLICT', 'paid before');
  const unique = new Map(unpaid.map((entry) => [entry.payload, entry]));
  const cancelled = [...unique.values()].map(({ payload, cancelledAt }) => ({
    payload,
    cancelledAt:
      known.find((entry) => entry.payload === payload)?.cancelledAt ?? cancelledAt ?? now,
  }));
  await store.write(
    cancelled.map(({ payload, cancelledAt }) => formerChange({ ...request, payload }, cancelledAt)),
  );
  return Promise.all(
    cancelled.map(({ payload, cancelledAt }) => signCancellation(context, payload, cancelledAt)),
  );
}

/** Id of the last restoration after which requests were dropped. */
const dropped = recordsOf<string, []>('dropped-after');

/**
 * Drops every request that is not paid, once after each restoration. A voucher for it may have been accepted after the copy was
 * made, so the terminal must not declare it void. The merchant can ask for the order again.
 */
export async function dropAfterRestoration(store: Store): Promise<void> {
  const restoration = await restorationOf(store);
  if (restoration === null || restoration === (await dropped.get(store))) return;
  const paid = new Set((await payments.list(store)).map(({ orderNumber }) => orderNumber));
  const unpaid = (await requests.list(store)).filter(({ orderNumber }) => !paid.has(orderNumber));
  const changes = await Promise.all(
    unpaid.map(async ({ orderNumber }) => [
      requests.remove(orderNumber),
      ...(await formerRequests.list(store, orderNumber)).map(({ payload }) =>
        formerRequests.remove(orderNumber, requestKey(payload)),
      ),
    ]),
  );
  await store.write([...changes.flat(), dropped.put(restoration)]);
}
