// SPDX-License-Identifier: Apache-2.0
// Units 1101, 1102 and 1104: where the goods are, what each courier costs, and which one is best. Integers only. Fees and
// rankings are public, so they are computed for the address's zone. Only `offersFor` sees an address.
import { byCodeUnit } from '../base/canonical.js';
import { distanceMetres, isWithinMetres, type Place } from '../base/geography.js';
import { isAmountOf, toAmount, toUnits } from '../base/money.js';
import { centreOf, zoneOf, type Zone, type ZoneSize } from '../base/zone.js';
import { isTrusted, type Standards } from '../conduct/conduct.js';
import { areCategoriesAllowed } from '../goods/category.js';
import type { AddressOffer, CourierQuote } from '../ledger/order-shapes.js';
import type { Courier, GoodsRow, Tariff } from '../ledger/catalogue-shapes.js';

/** The goods to carry, and where they are. */
export interface Load {
  readonly locations: readonly Place[];
  readonly weightGrams: number;
  readonly categories: readonly string[];
  readonly currency: string;
  /** The rules for judging couriers. */
  readonly standards: Standards;
}

/** The most couriers that a quote lists for one address: the best ones. */
export const MAX_OFFERED = 10;

/** A courier that may carry the load, with the parts of its way and price that are the same for every address. */
interface Carrier {
  readonly courier: Courier;
  readonly tariff: Tariff;
  readonly metresToGoods: number;
}

interface Candidate {
  readonly courier: Courier;
  readonly units: bigint;
  readonly metres: number;
}

const samePlace = (a: Place, b: Place): boolean =>
  a.latitude === b.latitude && a.longitude === b.longitude;

/** Unit 1101: the distinct places of the goods, from north to south, then west to east. */
export const locationsOf = (goods: readonly Pick<GoodsRow, 'location'>[]): Place[] =>
  goods
    .map((entry) => entry.location)
    .filter((place, index, all) => all.findIndex((other) => samePlace(place, other)) === index)
    .sort((a, b) => b.latitude - a.latitude || a.longitude - b.longitude);

/** The way from stop to stop, in metres. */
const metresPast = (stops: readonly Place[]): number =>
  stops.slice(1).reduce((sum, stop, index) => sum + distanceMetres(stops[index] ?? stop, stop), 0);

const ceilDivide = (value: number, by: number): bigint => BigInt(Math.ceil(value / by));

/** Unit 1102: base + per started kilometre + per started kilogram. */
export const deliveryFee = (tariff: Tariff, metres: number, weightGrams: number): string =>
  toAmount(feeUnits(tariff, metres, weightGrams));

const feeUnits = (tariff: Tariff, metres: number, weightGrams: number): bigint =>
  toUnits(tariff.base) +
  toUnits(tariff.perKm) * ceilDivide(metres, 1000) +
  toUnits(tariff.perKg) * ceilDivide(weightGrams, 1000);

/** Whether the courier is active, may carry everything, and has a good standing. */
export const mayCarry = (courier: Courier, { categories, standards }: Load): boolean =>
  courier.active &&
  isTrusted(courier, standards) &&
  areCategoriesAllowed(courier.categories, categories);

/** A courier serves a zone as a whole, when one of its areas contains the zone's centre. */
export function servesZone(courier: Courier, zone: Zone): boolean {
  const centre = centreOf(zone);
  return courier.areas.some((area) => isWithinMetres(area.radiusMetres, area.centre, centre));
}

/** The couriers that may carry the load. The way to the first place of goods is measured once, for all offered addresses. */
const carriersOf = (couriers: readonly Courier[], load: Load): Carrier[] =>
  couriers.flatMap((courier) => {
    const tariff = courier.tariffs.find((entry) => entry.currency === load.currency);
    if (tariff === undefined || !mayCarry(courier, load)) return [];
    return [
      {
        courier,
        tariff,
        metresToGoods: metresPast([courier.depot, ...load.locations.slice(0, 1)]),
      },
    ];
  });

const compareUnits = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Compares average stars without division: a/b > c/d means a·d > c·b. Unrated couriers count as three stars. Averages do not
 * change with time.
 */
function compareRatings(a: Courier, b: Courier): number {
  const [first, second] = [a, b].map(({ rating }) =>
    rating.weight === 0 ? { weight: 1, stars: 3 } : rating,
  );
  if (first === undefined || second === undefined) return 0;
  return second.stars * first.weight - first.stars * second.weight;
}

const byPrice = (a: Candidate, b: Candidate): number =>
  compareUnits(a.units, b.units) ||
  a.metres - b.metres ||
  compareRatings(a.courier, b.courier) ||
  byCodeUnit(a.courier.courierId, b.courier.courierId);

/** The way past all goods to the zone is the same for every courier. */
function rankCarriers(carriers: readonly Carrier[], load: Load, zone: Zone): CourierQuote[] {
  const onwards = metresPast([...load.locations, centreOf(zone)]);
  return (
    carriers
      .filter(({ courier }) => servesZone(courier, zone))
      .map(({ courier, tariff, metresToGoods }) => {
        const metres = metresToGoods + onwards;
        return { courier, metres, units: feeUnits(tariff, metres, load.weightGrams) };
      })
      // A fee that is too large for an amount excludes its courier, not the whole company.
      .filter(({ units }) => isAmountOf(units))
      .sort(byPrice)
      .slice(0, MAX_OFFERED)
      .map(({ courier, units }) => ({ courierId: courier.courierId, fee: toAmount(units) }))
  );
}

/** Units 1102 and 1104: the best eligible couriers with their fees. Lowest price first, then nearest, then best rating, then id. */
export const rankCouriers = (
  couriers: readonly Courier[],
  load: Load,
  zone: Zone,
): CourierQuote[] => rankCarriers(carriersOf(couriers, load), load, zone);

/** The ranking for every offered address: the ranking of its zone. */
export function offersFor(
  couriers: readonly Courier[],
  load: Load,
  addresses: readonly ({ readonly ref: string } & Place)[],
  size: ZoneSize,
): AddressOffer[] {
  const carriers = carriersOf(couriers, load);
  return addresses.map((address) => ({
    addressRef: address.ref,
    couriers: rankCarriers(carriers, load, zoneOf(size, address)),
  }));
}
