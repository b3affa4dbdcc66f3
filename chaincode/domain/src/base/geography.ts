// SPDX-License-Identifier: Apache-2.0
// Distances between places by integer arithmetic only, so that every endorser finds the same metre.

/** A place in integer micro-degrees (WGS 84): latitude −90,000,000…90,000,000, longitude −180,000,000…180,000,000. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

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

const SCALE = 1_000_000_000n;
const MICRODEGREES = 1_000_000n;
/** Millimetres in a degree of a great circle, mean Earth radius 6,371,008.8 m (IUGG). */
const MILLIMETRES_PER_DEGREE = 111_195_080n;
/** What divides micro-degrees times {@link MILLIMETRES_PER_DEGREE} to give metres. */
const PER_METRE = MICRODEGREES * 1000n;
/** More micro-degrees of a great circle than a metre has. */
const MICRODEGREES_PER_METRE_AT_MOST = 9;

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

/** Cosine of an angle in micro-degrees, from 0 to 90°, times 10^9, interpolated between whole degrees (error below 4·10⁻⁵). */
export function cosine(angle: bigint): bigint {
  const degrees = Number(angle / MICRODEGREES);
  const from = BigInt(COSINE[degrees] ?? 0);
  const to = BigInt(COSINE[degrees + 1] ?? 0);
  return from - ((from - to) * (angle % MICRODEGREES)) / MICRODEGREES;
}

/** @returns the largest integer whose square is not above the value (Newton's method). */
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
function longitudeDifference(from: Place, to: Place): bigint {
  const difference = absolute(BigInt(from.longitude) - BigInt(to.longitude));
  return difference > 180n * MICRODEGREES ? 360n * MICRODEGREES - difference : difference;
}

/** The square of the distance, in micro-degrees of a great circle, on the equirectangular projection. */
function squaredDistance(from: Place, to: Place): bigint {
  const north = absolute(BigInt(from.latitude) - BigInt(to.latitude));
  const middle = absolute(BigInt(from.latitude) + BigInt(to.latitude)) / 2n;
  const east = (longitudeDifference(from, to) * cosine(middle)) / SCALE;
  return north * north + east * east;
}

/**
 * Distance in whole metres on the equirectangular projection: within 0.5 % of the great circle up to 500 km
 * outside the polar regions, which is all that a courier's tariff needs.
 */
export function distanceMetres(from: Place, to: Place): number {
  const microdegrees = integerSquareRoot(squaredDistance(from, to));
  return Number((microdegrees * MILLIMETRES_PER_DEGREE) / PER_METRE);
}

/** Whether {@link distanceMetres} is at most so many metres, without its square root: areas are many. */
export function isWithinMetres(metres: number, from: Place, to: Place): boolean {
  const north = Math.abs(from.latitude - to.latitude);
  if (north > (metres + 1) * MICRODEGREES_PER_METRE_AT_MOST) return false;
  const beyond = (BigInt(metres + 1) * PER_METRE - 1n) / MILLIMETRES_PER_DEGREE + 1n;
  return squaredDistance(from, to) < beyond * beyond;
}
