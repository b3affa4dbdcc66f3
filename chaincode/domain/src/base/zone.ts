// SPDX-License-Identifier: Apache-2.0
// The grid of zones over the globe: all that the public ledger may depend on of a customer's address is its zone.
import { alongParallel, TURN, type Place } from './geography.js';

/**
 * How large the zones of a grid are, in micro-degrees.
 * No zone is lower than `latitude` or narrower than `longitude`, nor narrower, in metres, than `latitude` is high.
 */
export interface ZoneSize {
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * One cell of a grid, by its edges in micro-degrees: `south` ≤ latitude < `north`, `west` ≤ longitude < `east`; the
 * northernmost zones include the pole. It is no {@link Place}, so that what takes a zone cannot be given an address.
 */
export interface Zone {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

const HALF_TURN = TURN / 2;

/** Which of `count` equal parts of a span an offset from its beginning lies in; the end of the span is in the last. */
const partAt = (offset: number, span: number, count: number): number =>
  Math.min(Number((BigInt(offset) * BigInt(count)) / BigInt(span)), count - 1);

/** The first offset that lies in the part: a part ends where the next begins. */
const startOf = (part: number, span: number, count: number): number =>
  Number((BigInt(part) * BigInt(span) + BigInt(count) - 1n) / BigInt(count));

const atLeastOne = (count: number): number => Math.max(1, count);

/** Parallels shorten towards the poles: so many zones fit on a row whose edge lies at this angle from the equator. */
function columnsAt(angle: number, size: ZoneSize): number {
  const byWidth = Math.floor(TURN / size.longitude);
  const byHeight = Math.floor(alongParallel(TURN, angle) / size.latitude);
  return atLeastOne(Math.min(byWidth, byHeight));
}

/**
 * The zone in which a place lies. Rows of equal height run from pole to pole; each is divided into equal columns,
 * fewer towards the poles, so that no zone is smaller than `latitude` squared; around each pole lies one round zone.
 * 180° W and 180° E are one meridian. Integers only, so that every endorser finds the same zone.
 */
export function zoneOf(size: ZoneSize, { latitude, longitude }: Place): Zone {
  const rows = atLeastOne(Math.floor(HALF_TURN / size.latitude));
  const row = partAt(latitude + HALF_TURN / 2, HALF_TURN, rows);
  const south = startOf(row, HALF_TURN, rows) - HALF_TURN / 2;
  const north = startOf(row + 1, HALF_TURN, rows) - HALF_TURN / 2;
  const columns = columnsAt(Math.max(Math.abs(south), Math.abs(north)), size);
  const column = partAt((longitude + HALF_TURN) % TURN, TURN, columns);
  const west = startOf(column, TURN, columns) - HALF_TURN;
  const east = startOf(column + 1, TURN, columns) - HALF_TURN;
  return { south, north, west, east };
}

/** The place that stands for every address of the zone. */
export const centreOf = ({ south, north, west, east }: Zone): Place => ({
  latitude: Math.floor((south + north) / 2),
  longitude: Math.floor((west + east) / 2),
});
