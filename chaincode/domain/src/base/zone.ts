// SPDX-License-Identifier: Apache-2.0
// The grid of zones over the globe. The public ledger may depend on the zone of a customer's address, and on nothing else of
// it.
import { alongParallel, TURN, type Place } from './geography.js';

/**
 * The size of a grid's zones, in micro-degrees. Every zone is at least `latitude` high and `longitude` wide. In metres,
 * every zone is at least as wide as `latitude` is high.
 */
export interface ZoneSize {
  readonly latitude: number;
  readonly longitude: number;
}

/**
 * One cell of a grid, by its edges in micro-degrees: `south` ≤ latitude < `north`, `west` ≤ longitude < `east`. The
 * northernmost zones include the pole. A zone is not a {@link Place}, so nobody can pass an address to a function that takes
 * a zone.
 */
export interface Zone {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

const HALF_TURN = TURN / 2;

/** The part, of `count` equal parts of a span, that contains the offset. The end of the span belongs to the last part. */
const partAt = (offset: number, span: number, count: number): number =>
  Math.min(Number((BigInt(offset) * BigInt(count)) / BigInt(span)), count - 1);

/** The first offset in the part. A part ends where the next one begins. */
const startOf = (part: number, span: number, count: number): number =>
  Number((BigInt(part) * BigInt(span) + BigInt(count) - 1n) / BigInt(count));

const atLeastOne = (count: number): number => Math.max(1, count);

/**
 * How many zones fit on a row. The angle is the distance of the row's edge from the equator: parallels get shorter towards
 * the poles.
 */
function columnsAt(angle: number, size: ZoneSize): number {
  const byWidth = Math.floor(TURN / size.longitude);
  const byHeight = Math.floor(alongParallel(TURN, angle) / size.latitude);
  return atLeastOne(Math.min(byWidth, byHeight));
}

/**
 * The zone that contains a place. Rows of equal height run from pole to pole. Each row has equal columns, fewer towards the
 * poles, so that no zone is smaller than `latitude` squared. Each pole has one round zone. 180° W and 180° E are one
 * meridian. It uses integers only, so that every endorser gets the same zone.
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

/** The place that represents every address of the zone. */
export const centreOf = ({ south, north, west, east }: Zone): Place => ({
  latitude: Math.floor((south + north) / 2),
  longitude: Math.floor((west + east) / 2),
});
