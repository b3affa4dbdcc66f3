// SPDX-License-Identifier: Apache-2.0
// Units 1101, 1102 and 1104: each rule of eligibility, the fee at its limits, and a ranking that is the same for every
// endorser.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { distanceMetres, type Place } from '../base/geography';
import { centreOf, zoneOf, type Zone } from '../base/zone';
import { BLAMELESS } from '../conduct/conduct';
import { UNRATED } from '../feedback/ratings';
import type { Courier, Tariff } from '../ledger/catalogue-shapes';
import { DEFAULT_POLICY } from '../policy/default-policy';
import { MAX_FLEET } from './fleet';
import {
  deliveryFee,
  locationsOf,
  MAX_OFFERED,
  mayCarry,
  offersFor,
  rankCouriers,
  servesZone,
  type Load,
} from './select-courier';

fc.configureGlobal({ seed: SEED });

const at = (latitude: number, longitude: number) => ({ latitude, longitude });
const DEPOT = at(52_500_000, 13_400_000);
const SHOP = at(52_520_000, 13_400_000);
const HOME = at(52_540_000, 13_400_000);
/** A zone with this centre. */
const around = ({ latitude, longitude }: Place): Zone => ({
  south: latitude - 50_000,
  north: latitude + 50_000,
  west: longitude - 80_000,
  east: longitude + 80_000,
});
const ZONE = around(HOME);
const METRES = distanceMetres(DEPOT, SHOP) + distanceMetres(SHOP, HOME);
const SIZE = { latitude: 100_000, longitude: 150_000 };
const TARIFF: Tariff = { currency: 'EUR', base: '350', perKm: '20', perKg: '50' };
const COURIER: Courier = {
  courierId: 'courier-1',
  active: true,
  depot: DEPOT,
  tariffs: [TARIFF],
  areas: [{ centre: HOME, radiusMetres: 1000 }],
  categories: ['43000000', '50000000'],
  rating: UNRATED,
  conduct: BLAMELESS,
};
const LOAD: Load = {
  locations: [SHOP],
  weightGrams: 1400,
  categories: ['43211503', '50111500'],
  currency: 'EUR',
  standards: { now: 0, ratings: DEFAULT_POLICY.ratings, conduct: DEFAULT_POLICY.conduct },
};
const courier = (changes: Partial<Courier>): Courier => ({ ...COURIER, ...changes });
const rated = (count: number, stars: number) => ({
  rating: { at: 0, weight: 1000 * count, stars: 1000 * stars, defects: 0 },
});
const flat = (base: string) => ({ tariffs: [{ ...TARIFF, base, perKm: '0', perKg: '0' }] });
const ids = (couriers: readonly Courier[], load = LOAD) =>
  rankCouriers(couriers, load, ZONE).map((entry) => entry.courierId);

describe('unit 1101', () => {
  it('names each place once, from north to south, then west to east', () => {
    const places = [at(1, 5), at(2, 0), at(1, -5), at(2, 0), at(1, 5)];
    expect(locationsOf(places.map((location) => ({ location })))).toEqual([
      at(2, 0),
      at(1, -5),
      at(1, 5),
    ]);
  });

  it('measures the way from the depot past every place, in that order, to the centre of the zone', () => {
    const other = at(52_510_000, 13_500_000);
    const metres =
      distanceMetres(DEPOT, SHOP) + distanceMetres(SHOP, other) + distanceMetres(other, HOME);
    const [quoted] = rankCouriers([COURIER], { ...LOAD, locations: [SHOP, other] }, ZONE);
    expect(quoted?.fee).toBe(deliveryFee(TARIFF, metres, LOAD.weightGrams));
  });
});

describe('the fee', () => {
  it.each([
    [0, 0, '350'],
    [1, 0, '370'],
    [999, 0, '370'],
    [1000, 0, '370'],
    [1001, 0, '390'],
    [0, 1, '400'],
    [0, 1000, '400'],
    [0, 1001, '450'],
    [4448, 1400, '550'],
  ])('of %d m and %d g is %s', (metres, grams, fee) => {
    expect(deliveryFee(TARIFF, metres, grams)).toBe(fee);
  });

  it('is exact in integers, and never falls with distance or weight', () => {
    const part = fc.bigInt({ min: 0n, max: 10n ** 9n });
    const size = fc.integer({ min: 0, max: 20_000_000 });
    fc.assert(
      fc.property(part, part, part, size, size, (base, perKm, perKg, metres, grams) => {
        const tariff = { currency: 'EUR', base: `${base}`, perKm: `${perKm}`, perKg: `${perKg}` };
        const started = (value: number) => (BigInt(value) + 999n) / 1000n;
        const fee = BigInt(deliveryFee(tariff, metres, grams));
        expect(fee).toBe(base + perKm * started(metres) + perKg * started(grams));
        expect(BigInt(deliveryFee(tariff, metres + 1, grams)) >= fee).toBe(true);
      }),
    );
  });
});

describe('a courier may carry the load', () => {
  it('when no rule excludes it', () => {
    expect(mayCarry(COURIER, LOAD)).toBe(true);
    expect(servesZone(COURIER, ZONE)).toBe(true);
  });

  it.each([
    ['is not active', { active: false }],
    ['is rated poorly', rated(3, 7)],
    ['was blamed too often', { conduct: { at: 0, mismatch: 11_000, debt: 0 } }],
    ['may carry only a part', { categories: ['43000000'] }],
    ['may carry nothing', { categories: [] }],
    ['serves another place', { areas: [{ centre: DEPOT, radiusMetres: 1000 }] }],
    ['serves no place', { areas: [] }],
  ])('not when it %s', (_, changes) => {
    const changed = courier(changes);
    expect(mayCarry(changed, LOAD) && servesZone(changed, ZONE)).toBe(false);
    expect(ids([courier(changes)])).toEqual([]);
  });

  it('up to the last metre of an area, and one area is enough', () => {
    const metres = distanceMetres(DEPOT, HOME);
    const area = (radiusMetres: number) => ({
      areas: [
        { centre: at(0, 0), radiusMetres: 1 },
        { centre: DEPOT, radiusMetres },
      ],
    });
    expect(servesZone(courier(area(metres)), ZONE)).toBe(true);
    expect(servesZone(courier(area(metres - 1)), ZONE)).toBe(false);
  });

  it('not without a tariff in the currency of the order', () => {
    expect(ids([COURIER], { ...LOAD, currency: 'USD' })).toEqual([]);
    const both = courier({ tariffs: [TARIFF, { ...TARIFF, currency: 'USD', base: '9' }] });
    const [quoted] = rankCouriers([both], { ...LOAD, currency: 'USD' }, ZONE);
    expect(quoted?.fee).toBe(deliveryFee({ ...TARIFF, base: '9' }, METRES, 1400));
  });
});

describe('the ranking', () => {
  const near = { depot: SHOP };
  const far = { depot: DEPOT };

  it('puts the lowest price first, by value and not by text, before distance and rating', () => {
    const dear = courier({ courierId: 'a', ...flat('1000'), ...near, ...rated(1, 5) });
    const cheap = courier({ courierId: 'b', ...flat('999'), ...far, ...rated(3, 9) });
    expect(ids([dear, cheap])).toEqual(['b', 'a']);
  });

  it('breaks equal prices by distance, before the rating', () => {
    const away = courier({ courierId: 'a', ...flat('500'), ...far, ...rated(1, 5) });
    const close = courier({ courierId: 'b', ...flat('500'), ...near, ...rated(3, 9) });
    expect(ids([away, close])).toEqual(['b', 'a']);
  });

  it('breaks equal distances by the average rating; no rating counts three stars', () => {
    const of = (courierId: string, count: number, stars: number) =>
      courier({ courierId, ...flat('500'), ...rated(count, stars) });
    const couriers = [
      of('a', 1, 2),
      of('b', 0, 0),
      of('c', 100, 301),
      of('d', 2, 9),
      of('e', 3, 8),
    ];
    expect(ids(couriers)).toEqual(['d', 'c', 'b', 'e', 'a']);
  });

  it('breaks equal ratings by id in code units', () => {
    const of = (courierId: string) => courier({ courierId, ...flat('500') });
    expect(ids([of('b'), of('a'), of('Z'), of('a-1')])).toEqual(['Z', 'a', 'a-1', 'b']);
  });

  it('shows id and fee, and nothing else of the courier', () => {
    const fee = deliveryFee(TARIFF, METRES, 1400);
    expect(rankCouriers([COURIER], LOAD, ZONE)).toEqual([{ courierId: 'courier-1', fee }]);
  });

  const some = fc.record({
    base: fc.constantFrom('500', '1000', '999'),
    depot: fc.constantFrom(SHOP, DEPOT, HOME),
    count: fc.integer({ min: 0, max: 4 }),
    average: fc.constantFrom(3, 4, 5),
    active: fc.boolean(),
  });
  const fleet = fc.array(some, { maxLength: 12 }).map((entries) =>
    entries.map(({ base, depot, count, average, active }, index) =>
      courier({
        courierId: `courier-${index}`,
        ...flat(base),
        depot,
        active,
        ...rated(count, count * average),
      }),
    ),
  );
  const shuffled = fleet.chain((couriers) =>
    fc.tuple(fc.constant(couriers), fc.shuffledSubarray(couriers, { minLength: couriers.length })),
  );

  it('does not depend on the order of the couriers, and does not change its input', () => {
    fc.assert(
      fc.property(shuffled, ([couriers, others]) => {
        const before = JSON.stringify(others);
        expect(rankCouriers(others, LOAD, ZONE)).toEqual(rankCouriers(couriers, LOAD, ZONE));
        expect(JSON.stringify(others)).toBe(before);
      }),
    );
  });

  it('is a total order: of any three, pairwise rankings agree with the ranking of all', () => {
    fc.assert(
      fc.property(fleet, (couriers) => {
        const all = ids(couriers);
        expect(all).toHaveLength(couriers.filter((entry) => entry.active).length);
        for (const [index, first] of all.entries())
          for (const second of all.slice(index + 1)) {
            const pair = couriers.filter((entry) => [first, second].includes(entry.courierId));
            expect(ids(pair)).toEqual([first, second]);
          }
      }),
    );
  });
});

describe('the offers', () => {
  const CENTRE = centreOf(zoneOf(SIZE, HOME));
  const serving = courier({ areas: [{ centre: CENTRE, radiusMetres: 1 }] });

  it('rank for every address, in the order in which the addresses were offered', () => {
    const addresses = [
      { ref: 'far', ...at(48_100_000, 11_500_000) },
      { ref: 'home', ...HOME },
    ];
    const offers = offersFor([serving], LOAD, addresses, SIZE);
    expect(offers.map((offer) => offer.addressRef)).toEqual(['far', 'home']);
    expect(offers.map((offer) => offer.couriers.length)).toEqual([0, 1]);
    expect(JSON.stringify(offers)).not.toContain('latitude');
  });

  it('are the same for every address of a zone, for any depots, areas and tariffs', () => {
    const degrees = (least: number, most: number) => fc.integer({ min: least, max: most });
    const near = fc.record({
      latitude: degrees(52_000_000, 53_000_000),
      longitude: degrees(12_900_000, 13_900_000),
    });
    const fleetNear = fc.array(
      fc.record({ depot: near, centre: near, radiusMetres: degrees(1, 40_000) }),
      { minLength: 1, maxLength: 10 },
    );
    const within = (zone: Zone) =>
      fc.record({
        ref: fc.constant('home'),
        latitude: degrees(zone.south, zone.north - 1),
        longitude: degrees(zone.west, zone.east - 1),
      });
    const inOneZone = near.chain((place) => {
      const zone = zoneOf(SIZE, place);
      return fc.tuple(within(zone), within(zone));
    });
    fc.assert(
      fc.property(fleetNear, inOneZone, (entries, [one, other]) => {
        const couriers = entries.map(({ depot, ...area }, index) =>
          courier({ courierId: `courier-${index}`, depot, areas: [area] }),
        );
        expect(offersFor(couriers, LOAD, [one], SIZE)).toEqual(
          offersFor(couriers, LOAD, [other], SIZE),
        );
      }),
    );
  });

  it('list only the best couriers, for a fleet of any size', () => {
    const fleetOf = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        courier({ ...serving, courierId: `courier-${index}`, ...flat(`${1000 - index}`) }),
      );
    const [offer] = offersFor(fleetOf(MAX_FLEET), LOAD, [{ ref: 'home', ...HOME }], SIZE);
    expect(offer?.couriers).toHaveLength(MAX_OFFERED);
    expect(offer?.couriers[0]).toEqual({ courierId: 'courier-99', fee: '901' });
    expect(offer?.couriers.at(-1)?.fee).toBe('910');
  });
});
