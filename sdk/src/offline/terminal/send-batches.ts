// SPDX-License-Identifier: Apache-2.0
// Sends what waits: a batch is kept before it is sent and until its verdicts are, so that no crash makes it another one.
import type { LedgerVerdict } from '@fabric-offline-pay/domain';
import { ConfigurationError, ConflictError, OfflineError } from '../../errors.js';
import { halves } from '../../retry/halves.js';
import type { TerminalContext } from './context.js';
import { batchOf, planBatches } from './plan-batches.js';
import { recordVerdicts } from './record-verdicts.js';
import { batches, payments, waiting, type AcceptedPayment, type BatchRecord } from './records.js';
import type { TerminalLedger, VoucherBatch } from './terminal-ledger.js';

export interface SendOptions {
  /** The most vouchers of a batch: 200 unless told; the ledger takes 500. */
  readonly batchSize?: number;
  /** How many batches travel at a time: 4 unless told. No two share a device's reserve. */
  readonly inFlight?: number;
  readonly signal?: AbortSignal;
}

/** A batch that the ledger could never take would be in the way for ever. */
function ensureCount(option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > 500)
    throw new ConfigurationError(option, 'not from 1 to 500');
}

async function paymentsOf(
  { store }: TerminalContext,
  { orderNumbers }: Pick<BatchRecord, 'orderNumbers'>,
): Promise<readonly AcceptedPayment[]> {
  const found: AcceptedPayment[] = [];
  for (const orderNumber of orderNumbers) {
    const payment = await payments.get(store, orderNumber);
    if (payment === undefined) throw new OfflineError('STORE_DAMAGED', { orderNumber });
    found.push(payment);
  }
  return found;
}

const toClaims = (
  merchantId: string,
  { batchId, currency }: BatchRecord,
  vouchers: readonly AcceptedPayment[],
): VoucherBatch => ({
  ...{ merchantId, batchId, currency },
  vouchers: vouchers.map((payment) => {
    const { customerId, deviceId, epoch, voucher, certificate, requestPayload } = payment;
    return { customerId, deviceId, epoch, voucher, certificate, request: requestPayload };
  }),
});

function judgementsOf(vouchers: readonly AcceptedPayment[], verdicts: readonly LedgerVerdict[]) {
  return vouchers.map((payment, index) => {
    const verdict = verdicts[index];
    if (verdict === undefined || verdicts.length !== vouchers.length)
      throw new RangeError('the ledger gave another number of verdicts than vouchers');
    return { payment, verdict };
  });
}

/** Halves, in place of the whole: when others keep changing the same reserves, fewer rows meet fewer of them. */
async function halve(
  { store, till, inTurn }: TerminalContext,
  batch: BatchRecord,
  vouchers: readonly AcceptedPayment[],
): Promise<readonly BatchRecord[]> {
  const parts = halves(vouchers).map((half) => batchOf(till.merchantId, half));
  const changes = parts.map((part) => batches.put(part, part.batchId));
  await inTurn(() => store.write([batches.remove(batch.batchId), ...changes]));
  return parts;
}

async function send(
  context: TerminalContext,
  ledger: TerminalLedger,
  batch: BatchRecord,
  signal: AbortSignal | undefined,
): Promise<readonly AcceptedPayment[]> {
  const vouchers = await paymentsOf(context, batch);
  try {
    const claims = toClaims(context.till.merchantId, batch, vouchers);
    const verdicts = await ledger.settle(claims, signal);
    return await recordVerdicts(context, judgementsOf(vouchers, verdicts), batch);
  } catch (error) {
    if (!(error instanceof ConflictError) || vouchers.length === 1) throw error;
  }
  const judged: AcceptedPayment[] = [];
  for (const half of await halve(context, batch, vouchers))
    judged.push(...(await send(context, ledger, half, signal)));
  return judged;
}

/** Works off a list, some at a time. The first failure is thrown when the others that travel have ended. */
async function someAtATime<T>(
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

/** What may travel now: goods that were taken along. An order to deliver is settled with its order. */
async function plan(
  context: TerminalContext,
  tried: ReadonlySet<string>,
  size: number,
): Promise<readonly BatchRecord[]> {
  const { store, till, inTurn } = context;
  return inTurn(async () => {
    const orderNumbers = await waiting.list(store);
    const open = await paymentsOf(context, { orderNumbers });
    const ready = open.filter(
      ({ orderNumber, termsDigest }) => termsDigest === null && !tried.has(orderNumber),
    );
    const planned = planBatches(till.merchantId, ready, size);
    await store.write(planned.map((batch) => batches.put(batch, batch.batchId)));
    return planned;
  });
}

/**
 * Sends the batches that a crash or an outage left, and then everything else that waits.
 * @returns the payments of which the ledger said something.
 */
export async function sendWaiting(
  context: TerminalContext,
  ledger: TerminalLedger,
  { batchSize = 200, inFlight = 4, signal }: SendOptions,
): Promise<readonly AcceptedPayment[]> {
  ensureCount('batchSize', batchSize);
  ensureCount('inFlight', inFlight);
  const judged: AcceptedPayment[] = [];
  const sendAll = (planned: readonly BatchRecord[]): Promise<void> =>
    someAtATime(planned, inFlight, async (batch) => {
      signal?.throwIfAborted();
      judged.push(...(await send(context, ledger, batch, signal)));
    });
  await sendAll(await batches.list(context.store));
  for (;;) {
    const tried = new Set(judged.map(({ orderNumber }) => orderNumber));
    const planned = await plan(context, tried, batchSize);
    if (planned.length === 0) return judged;
    await sendAll(planned);
  }
}
