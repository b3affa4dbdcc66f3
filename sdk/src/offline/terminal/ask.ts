// SPDX-License-Identifier: Apache-2.0
// Asks for money: shows the stored request again while it is valid, else makes a new one and stores it before it is shown.
import { DomainError, type Bulletin } from '@fabric-offline-pay/domain';
import { RefusedError } from '../../errors.js';
import { withRefusedErrors } from '../with-refused-errors.js';
import type { TerminalContext } from './context.js';
import { formerChange, isCancelled } from './former-requests.js';
import { isClockRight, latestChange } from './latest-time.js';
import {
  bulletinsFor,
  ensureAskable,
  ensureInput,
  ensureSame,
  makeRequest,
  theBulletin,
  type RequestInput,
} from './make-request.js';
import { payments, requests, type RequestRecord } from './records.js';
import { ensureWithinLimits } from './till-limits.js';
import { allBulletins } from './trust.js';
import { readWaiting } from './waiting.js';

/** @throws {RefusedError} OFFLINE_CLOCK_WRONG when the terminal's clock disagrees with every bulletin. */
async function ensureClock(
  { store }: TerminalContext,
  bulletins: readonly Bulletin[],
  now: number,
): Promise<void> {
  for (const bulletin of bulletins) if (await isClockRight(store, bulletin, now)) return;
  throw new RefusedError(new DomainError('OFFLINE_CLOCK_WRONG', { now }).toWire());
}

async function ensureLimits(
  { store, limits }: TerminalContext,
  input: RequestInput,
  now: number,
): Promise<void> {
  if (limits === undefined) return;
  const { found } = await readWaiting(store);
  withRefusedErrors(() => {
    ensureWithinLimits(limits, found, input, now);
  });
}

async function askWithNewRequest(
  context: TerminalContext,
  input: RequestInput,
  bulletins: readonly Bulletin[],
  now: number,
): Promise<RequestRecord> {
  const { store, till } = context;
  const bulletin = theBulletin(bulletins);
  await ensureClock(context, [bulletin], now);
  ensureAskable(bulletin, input, now);
  await ensureLimits(context, input, now);
  const before = await requests.get(store, input.orderNumber);
  const record = await makeRequest(till, input, bulletin, now);
  const latest = await latestChange(store, bulletin, now);
  const over =
    before === undefined || (await isCancelled(context, before))
      ? []
      : [formerChange(before, null)];
  await store.write([requests.put(record, record.orderNumber), ...over, ...latest]);
  return record;
}

export interface AskedFor {
  readonly record: RequestRecord;
  /** Whether the request was made before. */
  readonly repeated: boolean;
}

/** @throws {RefusedError} INPUT_INVALID; IDEMPOTENCY_CONFLICT for other content; the refusals of `Terminal.request` */
export async function askFor(context: TerminalContext, input: RequestInput): Promise<AskedFor> {
  ensureInput(input);
  const { store, clock } = context;
  const now = clock();
  const stored = await requests.get(store, input.orderNumber);
  if (stored !== undefined) ensureSame(stored, input);
  const paid = await payments.get(store, input.orderNumber);
  if (stored !== undefined && paid !== undefined) return { record: stored, repeated: true };
  const bulletins = bulletinsFor(await allBulletins(store), input);
  const isOver =
    stored === undefined || now > stored.expiresAt || (await isCancelled(context, stored));
  if (isOver)
    return { record: await askWithNewRequest(context, input, bulletins, now), repeated: false };
  await ensureClock(context, bulletins, now);
  return { record: stored, repeated: true };
}
