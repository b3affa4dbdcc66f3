// SPDX-License-Identifier: Apache-2.0
// Sends the payments that wait. A batch is stored before it is sent, and until its verdicts are stored, so that no crash changes it.
// Every run tries every batch. A batch that the ledger does not take is halved until the bad voucher is alone.
import { MOST_BATCHED, type LedgerVerdict } from '@fabric-offline-pay/domain';
import { ConfigurationError, OfflineError } from '../../errors.js';
import { halves } from '../../retry/halves.js';
import type { TerminalContext } from './context.js';
import { batchOf, planBatches } from './plan-batches.js';
import { recordVerdicts } from './record-verdicts.js';
import { batches, waiting, type AcceptedPayment, type BatchRecord } from './records.js';
import { isOfThePart, reasonOf } from './stuck.js';
import { noteFailure, noteStuck, type SyncRun } from './sync-run.js';
import type { VoucherBatch } from './terminal-ledger.js';
import { readPayments } from './waiting.js';

/** How payments are sent for settlement. */
export interface SendOptions {
  /** The most vouchers in a batch, from 1 to 500. Default: 500, the most that the ledger takes. */
  readonly batchSize?: number;
  /** How many batches are sent at the same time. Default: 4. No two share a device's reserve. */
  readonly inFlight?: number;
  readonly signal?: AbortSignal;
}

/** A batch that the ledger could never take would block the others for ever. */
function ensureCount(option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > MOST_BATCHED)
    throw new ConfigurationError(option, `must be from 1 to ${MOST_BATCHED.toString()}`);
}

const toClaims = (
  merchantId: string,
  { batchId, currency }: BatchRecord,
  vouchers: readonly AcceptedPayment[],
): VoucherBatch => ({
  merchantId,
  batchId,
  currency,
  vouchers: vouchers.map((payment) => {
    const { customerId, deviceId, epoch, voucher, certificate, requestPayload } = payment;
    return { customerId, deviceId, epoch, voucher, certificate, request: requestPayload };
  }),
});

function judgementsOf(vouchers: readonly AcceptedPayment[], verdicts: readonly LedgerVerdict[]) {
  return vouchers.map((payment, index) => {
    const verdict = verdicts[index];
    if (verdict === undefined || verdicts.length !== vouchers.length)
      throw new RangeError('The ledger did not give one verdict for each voucher.');
    return { payment, verdict };
  });
}

/** A batch with its payments. */
interface Loaded {
  readonly batch: BatchRecord;
  readonly vouchers: readonly AcceptedPayment[];
}

/** Replaces one batch by others, in one write. */
async function replaceBatch(
  { store, till, inTurn }: TerminalContext,
  { batchId }: BatchRecord,
  parts: readonly (readonly AcceptedPayment[])[],
): Promise<readonly Loaded[]> {
  const loaded = parts.map((vouchers) => ({ batch: batchOf(till.merchantId, vouchers), vouchers }));
  const changes = loaded.map(({ batch }) => batches.put(batch, batch.batchId));
  await inTurn(() => store.write([batches.remove(batchId), ...changes]));
  return loaded;
}

async function settleLoaded(
  { context, ledger, signal, judged }: SyncRun,
  { batch, vouchers }: Loaded,
) {
  const claims = toClaims(context.till.merchantId, batch, vouchers);
  const verdicts = await ledger.settle(claims, signal);
  judged.push(...(await recordVerdicts(context, judgementsOf(vouchers, verdicts), batch)));
}

function noteRefused(run: SyncRun, { batch }: Loaded, error: unknown): void {
  const { batchId, orderNumbers } = batch;
  const reason = reasonOf(error);
  if (reason === undefined) noteFailure(run, error);
  else noteStuck(run, { batchId, orderNumbers, ...reason });
}

/** Halves a failed batch: fewer rows meet fewer changes by others, and one bad voucher spoils only one half. */
async function sendOrHalve(run: SyncRun, loaded: Loaded): Promise<void> {
  const { batch, vouchers } = loaded;
  try {
    await settleLoaded(run, loaded);
    return;
  } catch (error) {
    run.signal?.throwIfAborted();
    if (vouchers.length === 1 || !isOfThePart(error)) {
      noteRefused(run, loaded, error);
      return;
    }
  }
  for (const half of await replaceBatch(run.context, batch, halves(vouchers)))
    await sendOrHalve(run, half);
}

/** @returns the batch without payments that cannot be read, or undefined when none is left. */
async function loadBatch({ context }: SyncRun, batch: BatchRecord): Promise<Loaded | undefined> {
  const { found: vouchers, damaged } = await readPayments(context.store, batch.orderNumbers);
  if (damaged.length === 0) return { batch, vouchers };
  const [rest] = await replaceBatch(context, batch, vouchers.length === 0 ? [] : [vouchers]);
  return rest;
}

async function sendFirst(run: SyncRun, loaded: Loaded): Promise<void> {
  run.signal?.throwIfAborted();
  for (const { orderNumber } of loaded.vouchers) run.tried.add(orderNumber);
  await sendOrHalve(run, loaded);
}

async function sendLeft(run: SyncRun, batch: BatchRecord): Promise<void> {
  const loaded = await loadBatch(run, batch);
  if (loaded !== undefined) await sendFirst(run, loaded);
}

/** Works through a list, some items at a time. Throws the first failure after the others in progress have ended. */
async function workThrough<T>(
  items: readonly T[],
  atATime: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = [...items];
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined && !failed; item = rest.shift()) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: atATime }, worker));
  const failure = ended.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

function noteDamaged(run: SyncRun, orderNumber: string): void {
  const reason = reasonOf(new OfflineError('STORE_DAMAGED', { orderNumber }));
  run.tried.add(orderNumber);
  if (reason !== undefined)
    noteStuck(run, { batchId: null, orderNumbers: [orderNumber], ...reason });
}

/** What may be sent now: payments for goods that were taken along. An order to deliver is settled with its order. */
async function planAndStore(run: SyncRun, size: number): Promise<readonly Loaded[]> {
  const { store, till, inTurn } = run.context;
  return inTurn(async () => {
    const open = (await waiting.list(store)).filter((number) => !run.tried.has(number));
    const { found, damaged } = await readPayments(store, open);
    for (const orderNumber of damaged) noteDamaged(run, orderNumber);
    const ready = found.filter(({ termsDigest }) => termsDigest === null);
    const planned = planBatches(ready, size).map((vouchers) => ({
      batch: batchOf(till.merchantId, vouchers),
      vouchers,
    }));
    await store.write(planned.map(({ batch }) => batches.put(batch, batch.batchId)));
    return planned;
  });
}

/** Sends the batches that a crash, an outage or a refusal left, and then everything else that waits. */
export async function sendWaiting(
  run: SyncRun,
  { batchSize = MOST_BATCHED, inFlight = 4 }: SendOptions,
): Promise<void> {
  ensureCount('batchSize', batchSize);
  ensureCount('inFlight', inFlight);
  const left = await batches.list(run.context.store);
  await workThrough(left, inFlight, (batch) => sendLeft(run, batch));
  for (;;) {
    const planned = await planAndStore(run, batchSize);
    if (planned.length === 0) return;
    await workThrough(planned, inFlight, (loaded) => sendFirst(run, loaded));
  }
}
