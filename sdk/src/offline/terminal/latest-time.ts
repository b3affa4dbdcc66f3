// SPDX-License-Identifier: Apache-2.0
// A terminal whose clock goes back would trust what has expired. So it keeps the latest time at which it asked for or accepted
// money. A clock that once ran ahead can recover: a newer bulletin gives the bank's time, and the terminal then ignores times
// from before that bulletin.
import type { Bulletin } from '@fabric-offline-pay/domain';
import { recordsOf } from '../store/records-of.js';
import type { Change, Store } from '../store/store.js';

interface LatestTime {
  /** Seconds since 1970, by the terminal's clock. */
  readonly at: number;
  /** When the newest bulletin at that time was issued. */
  readonly issuedAt: number;
}

const latestTimes = recordsOf<LatestTime, []>('latest-time');

/** @returns the latest time that the clock has shown since the bulletin was issued, or 0. */
export async function latestSince(store: Store, { issuedAt }: Bulletin): Promise<number> {
  const latest = await latestTimes.get(store);
  return latest === undefined || issuedAt > latest.issuedAt ? 0 : latest.at;
}

/** @returns the changes that record the current time. */
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

/** @returns whether the clock is within the policy's tolerance of the bulletin's time and of the latest time it has shown. */
export async function isClockRight(store: Store, bulletin: Bulletin, now: number) {
  const latest = Math.max(bulletin.issuedAt, await latestSince(store, bulletin));
  return latest - now <= bulletin.policy.clockToleranceSeconds;
}
