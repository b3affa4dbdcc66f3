// SPDX-License-Identifier: Apache-2.0
// A terminal's clock that goes back would believe what is over. So the terminal keeps the latest time at which it asked or
// accepted. A clock that once ran ahead has a way back: a newer bulletin tells the time by the bank's word, and what the
// clock showed before it counts no longer.
import type { Bulletin } from '@fabric-offline-pay/domain';
import { shelf } from '../store/shelf.js';
import type { Change, Store } from '../store/store.js';

interface LatestTime {
  /** Seconds since 1970, by the terminal's clock. */
  readonly at: number;
  /** When the newest bulletin of that time was issued. */
  readonly issuedAt: number;
}

const latestTimes = shelf<LatestTime, []>('latest-time');

/** @returns the latest time that the clock showed since the bulletin was issued, or 0. */
export async function latestSince(store: Store, { issuedAt }: Bulletin): Promise<number> {
  const latest = await latestTimes.get(store);
  return latest === undefined || issuedAt > latest.issuedAt ? 0 : latest.at;
}

/** @returns what to write with what the terminal does now. */
export async function latestChange(
  store: Store,
  bulletin: Bulletin,
  now: number,
): Promise<readonly Change[]> {
  if (now <= (await latestSince(store, bulletin))) return [];
  const before = await latestTimes.get(store);
  const issuedAt = Math.max(bulletin.issuedAt, before?.issuedAt ?? 0);
  return [latestTimes.put({ at: now, issuedAt })];
}

/** @returns whether the clock lies within the policy's tolerance of the bank's word and of what it showed before. */
export async function isClockRight(store: Store, bulletin: Bulletin, now: number) {
  const latest = Math.max(bulletin.issuedAt, await latestSince(store, bulletin));
  return latest - now <= bulletin.policy.clockToleranceSeconds;
}
