// SPDX-License-Identifier: Apache-2.0
// Distances between places, in integers only, so that every endorser gets the same result.
import type * as z from 'zod';
import type { DeepReadonly } from './deep-readonly.js';
import type { place } from './identifiers.js';

/** A place in integer micro-degrees (WGS 84): latitude −90,000,000…90,000,000, longitude −180,000,000…180,000,000. */
export type Place = DeepReadonly<z.output<typeof place>>;

/** cos of 0°…90° in steps of 1°, times 10^9, rounded to the nearest integer. */
const COSINE = [
  1000000000, 999847695, 999390827, 998629535, 997564050, 996194698, 994521895, 992546152,
  990268069, 987688341, 984807753, 981627183, 978147601, 974370065, 970295726, 965925826, 961261696,
  956304756, 951056516, 945518576, 939692621, 933580426, 927183855, 920504853, 913545458, 906307787,
  898794046, 891006524, 882947593, 874619707, 866025404, 857167301, 848048096, 838670568, 829037573,
  819152044, 809016994, 798635510, 788010754, 777145961, 766044443, 754709580, 743144825, 731353702,
  719339800, 707106781, 694658370, 681998360, 669130606, 656059029, 642787610, 629320391, 615661475,
  601815023, 587785252, 573576436, 559192903, 544639035, 529919264, 515038075, 500000000, 484809620,
  469471563, 453990500, 438371147, 422618262, 406736643, 390731128, 374606593, 358367950, 342020143,
  325568154, 309016994, 292371705, 275637356, 258819045, 241921896, 224951054, 207911691, 190808995,
  173648178, 156434465, 139173101, 121869343, 104528463, 87155743, 69756474, 52335956, 34899497,
  17452406, 0,
] as const;

/** The table's factor, split in two. The product of micro-degrees with either part is exact in a number. */
const UPPER = 10_000;
const LOWER = 100_000;
const DEGREE = 1_000_000;
/** Micro-degrees. */
export const TURN = 360 * DEGREE;
/** Millimetres in a degree of a great circle, mean Earth radius 6,371,008.8 m (IUGG). */
const MILLIMETRES_PER_DEGREE = 111_195_080;
/** Divides micro-degrees times {@link MILLIMETRES_PER_DEGREE}, which gives metres. */
const PER_METRE = DEGREE * 1000;

/** Cosine of an angle from 0 to 90° in micro-degrees, times 10^9, interpolated between whole degrees (error below 4·10⁻⁵). */
function cosine(angle: number): number {
  const degrees = Math.floor(angle / DEGREE);
  const from = COSINE[degrees] ?? 0;
  const to = COSINE[degrees + 1] ?? 0;
  return from - Math.floor(((from - to) * (angle % DEGREE)) / DEGREE);
}

/**
 * Converts micro-degrees of longitude on a parallel into micro-degrees of a great circle. The angle is the parallel's
 * distance from the equator. Every step is an integer below 2^53, so the only rounding is down.
 */
export function alongParallel(longitude: number, angle: number): number {
  const factor = cosine(angle);
  const upper = longitude * Math.floor(factor / LOWER);
  const lower = Math.floor((longitude * (factor % LOWER)) / LOWER);
  return Math.floor((upper + lower) / UPPER);
}

/** @returns the largest integer whose square is at most the value (Newton's method). */
export function integerSquareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let estimate = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (estimate + value / estimate) >> 1n;
    if (next >= estimate) return estimate;
    estimate = next;
  }
}

/** The shorter way round the globe, in micro-degrees. */
function longitudeDifference(from: Place, to: Place): number {
  const difference = Math.abs(from.longitude - to.longitude);
  return Math.min(difference, TURN - difference);
}

const northward = (from: Place, to: Place): number => Math.abs(from.latitude - to.latitude);

const eastward = (from: Place, to: Place): number =>
  alongParallel(
    longitudeDifference(from, to),
    Math.floor(Math.abs(from.latitude + to.latitude) / 2),
  );

/**
 * Distance in whole metres on the equirectangular projection. It is within 0.5 % of the great circle up to 500 km outside
 * the polar regions. A courier's tariff needs no more.
 */
export function distanceMetres(from: Place, to: Place): number {
  const [north, east] = [BigInt(northward(from, to)), BigInt(eastward(from, to))];
  const microdegrees = integerSquareRoot(north * north + east * east);
  return Number((microdegrees * BigInt(MILLIMETRES_PER_DEGREE)) / BigInt(PER_METRE));
}

/**
 * @returns whether {@link distanceMetres} is at most `metres`, which is at most 5,000,000. It needs no square root, and
 * mostly only the latitude: a quote asks this for every area of every courier.
 */
export function isWithinMetres(metres: number, from: Place, to: Place): boolean {
  // The smallest distance in micro-degrees that is too far, with metres rounded down. Its square is below 2^53.
  const beyond = Math.floor(((metres + 1) * PER_METRE - 1) / MILLIMETRES_PER_DEGREE) + 1;
  const north = northward(from, to);
  if (north >= beyond) return false;
  const east = eastward(from, to);
  return east < beyond && north * north + east * east < beyond * beyond;
}
