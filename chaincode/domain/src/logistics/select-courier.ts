// SPDX-License-Identifier: Apache-2.0
// Units 1101, 1102 and 1104: where the goods stand, what each courier asks, and which one is best. Integers only.
import { byCodeUnit } from '../base/canonical.js';
import { distanceMetres, type Place } from '../base/geography.js';
import { isAmountOf, toAmount, toUnits } from '../base/money.js';
import { isCategoryAllowed } from '../goods/category.js';
import { isPoorlyRated } from '../goods/registration.js';
import type { AddressOffer, CourierQuote, CourierRow, GoodsRow, Tariff } from '../ledger/rows.js';

/** What is to be carried, and from where. */
export interface Load {
  readonly locations: readonly Place[];
  readonly weightGrams: number;
  readonly categories: readonly string[];
  readonly currency: string;
}

interface Candidate extends CourierQuote {
  readonly metres: number;
  readonly courier: CourierRow;
}

const samePlace = (a: Place, b: Place): boolean =>
  a.latitude === b.latitude && a.longitude === b.longitude;

/** Unit 1101: the distinct places at which the goods stand, from north to south, then west to east. */
export const locationsOf = (goods: readonly Pick<GoodsRow, 'location'>[]): Place[] =>
  goods
    .map((entry) => entry.location)
    .filter((place, index, all) => all.findIndex((other) => samePlace(place, other)) === index)
    .sort((a, b) => b.latitude - a.latitude || a.longitude - b.longitude);

/** Metres from the courier's depot past every place at which goods stand to the address. */
export function routeMetres(depot: Place, locations: readonly Place[], address: Place): number {
  const stops = [depot, ...locations, address];
  return stops
    .slice(1)
    .reduce((sum, stop, index) => sum + distanceMetres(stops[index] ?? stop, stop), 0);
}

const ceilDivide = (value: number, by: number): bigint => BigInt(Math.ceil(value / by));

/** Unit 1102: base + per started kilometre + per started kilogram. */
export const deliveryFee = (tariff: Tariff, metres: number, weightGrams: number): string =>
  toAmount(feeUnits(tariff, metres, weightGrams));

const feeUnits = (tariff: Tariff, metres: number, weightGrams: number): bigint =>
  toUnits(tariff.base) +
  toUnits(tariff.perKm) * ceilDivide(metres, 1000) +
  toUnits(tariff.perKg) * ceilDivide(weightGrams, 1000);

const serves = (courier: CourierRow, address: Place): boolean =>
  courier.areas.some((area) => distanceMetres(area.centre, address) <= area.radiusMetres);

/** Active, allowed to carry everything, serving the address, and not rated poorly. */
export const isEligible = (courier: CourierRow, load: Load, address: Place): boolean =>
  courier.active &&
  !isPoorlyRated(courier.rating) &&
  load.categories.every((category) => isCategoryAllowed(courier.categories, category)) &&
  serves(courier, address);

function candidate(courier: CourierRow, load: Load, address: Place): Candidate[] {
  const tariff = courier.tariffs.find((entry) => entry.currency === load.currency);
  if (tariff === undefined || !isEligible(courier, load, address)) return [];
  const metres = routeMetres(courier.depot, load.locations, address);
  const units = feeUnits(tariff, metres, load.weightGrams);
  // A tariff that no amount can hold excludes this courier, not its whole company.
  return isAmountOf(units)
    ? [{ courier, courierId: courier.courierId, metres, fee: toAmount(units) }]
    : [];
}

const compareUnits = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Average stars compared without division: a/b > c/d is a·d > c·b. Unrated couriers count as three stars. */
function compareRatings(a: CourierRow, b: CourierRow): number {
  const [first, second] = [a, b].map(({ rating }) =>
    rating.count === 0 ? { count: 1, stars: 3 } : rating,
  );
  if (first === undefined || second === undefined) return 0;
  return second.stars * first.count - first.stars * second.count;
}

const byPrice = (a: Candidate, b: Candidate): number =>
  compareUnits(toUnits(a.fee), toUnits(b.fee)) ||
  a.metres - b.metres ||
  compareRatings(a.courier, b.courier) ||
  byCodeUnit(a.courierId, b.courierId);

/** Units 1102 and 1104: every eligible courier's fee, lowest price first, then nearest, then rating, then id. */
export const rankCouriers = (
  couriers: readonly CourierRow[],
  load: Load,
  address: Place,
): CourierQuote[] =>
  couriers
    .flatMap((courier) => candidate(courier, load, address))
    .sort(byPrice)
    .map(({ courierId, fee }) => ({ courierId, fee }));

/** The ranking for every address offered. */
export const offersFor = (
  couriers: readonly CourierRow[],
  load: Load,
  addresses: readonly ({ readonly ref: string } & Place)[],
): AddressOffer[] =>
  addresses.map((address) => ({
    addressRef: address.ref,
    couriers: rankCouriers(couriers, load, address),
  }));
