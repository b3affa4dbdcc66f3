// SPDX-License-Identifier: Apache-2.0
// Zones cover the globe without gaps or overlaps. None is smaller than promised, also at the poles and the date line.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { distanceMetres, type Place } from './geography';
import { centreOf, zoneOf, type Zone, type ZoneSize } from './zone';

fc.configureGlobal({ seed: SEED });

const SIZE = { latitude: 100_000, longitude: 150_000 };
const METRES_PER_DEGREE = 111_195.08;
const at = (latitude: number, longitude: number): Place => ({ latitude, longitude });

const size = fc.record({
  latitude: fc.integer({ min: 10_000, max: 10_000_000 }),
  longitude: fc.integer({ min: 10_000, max: 10_000_000 }),
});
const place = fc.record({
  latitude: fc.oneof(
    fc.integer({ min: -90_000_000, max: 90_000_000 }),
    fc.integer({ min: 89_900_000, max: 90_000_000 }),
    fc.integer({ min: -90_000_000, max: -89_900_000 }),
  ),
  longitude: fc.oneof(
    fc.integer({ min: -180_000_000, max: 180_000_000 }),
    fc.constantFrom(-180_000_000, -179_999_999, 179_999_999, 180_000_000),
  ),
});

const corners = ({ south, north, west, east }: Zone): Place[] => [
  at(south, west),
  at(north - 1, west),
  at(south, east - 1),
  at(north - 1, east - 1),
];

/** Exact on the sphere, in floating point: the band between two parallels, times the share of the turn. */
function squareKilometres({ south, north, west, east }: Zone): number {
  const sine = (microdegrees: number) => Math.sin((microdegrees / 180e6) * Math.PI);
  const radius = 6371.0088;
  return radius ** 2 * ((east - west) / 180e6) * Math.PI * (sine(north) - sine(south));
}

const squareOf = ({ latitude }: ZoneSize): number =>
  ((latitude / 1e6) * METRES_PER_DEGREE) ** 2 / 1e6;

describe('a zone', () => {
  it.each([
    ['Berlin', at(52_520_008, 13_404_954), 11.1, 11.1],
    ['Singapore', at(1_352_083, 103_819_836), 11.1, 16.7],
    ['Tromsø', at(69_649_205, 18_955_324), 11.1, 11.1],
  ])('of the default policy in %s is %d… km across', (_, inside, high, wide) => {
    const { south, north, west, east } = zoneOf(SIZE, inside);
    const { latitude, longitude } = centreOf({ south, north, west, east });
    const height = distanceMetres(at(south, longitude), at(north, longitude)) / 1000;
    const width = distanceMetres(at(latitude, west), at(latitude, east)) / 1000;
    expect(height).toBeCloseTo(high, 1);
    expect(Math.abs(width - wide)).toBeLessThan(0.1);
  });

  it('contains its place, and its corners and centre belong only to it', () => {
    fc.assert(
      fc.property(size, place, (grid, inside) => {
        const zone = zoneOf(grid, inside);
        const longitude = inside.longitude === 180_000_000 ? -180_000_000 : inside.longitude;
        expect(zone.south <= inside.latitude && zone.west <= longitude).toBe(true);
        expect(inside.latitude < zone.north || inside.latitude === 90_000_000).toBe(true);
        expect(longitude < zone.east).toBe(true);
        for (const point of [...corners(zone), centreOf(zone)])
          expect(zoneOf(grid, point)).toEqual(zone);
      }),
    );
  });

  it('meets its neighbour at each edge', () => {
    fc.assert(
      fc.property(size, place, (grid, inside) => {
        const zone = zoneOf(grid, inside);
        const eastern = zoneOf(grid, at(zone.south, zone.east));
        expect(eastern.west).toBe(zone.east === 180_000_000 ? -180_000_000 : zone.east);
        expect(
          zone.north === 90_000_000 || zoneOf(grid, at(zone.north, 0)).south === zone.north,
        ).toBe(true);
      }),
    );
  });

  it('is never lower, narrower or smaller than the grid says', () => {
    fc.assert(
      fc.property(size, place, (grid, inside) => {
        const zone = zoneOf(grid, inside);
        expect(zone.north - zone.south).toBeGreaterThanOrEqual(grid.latitude - 1);
        expect(zone.east - zone.west).toBeGreaterThanOrEqual(grid.longitude - 1);
        // The cosine is interpolated between whole degrees.
        expect(squareKilometres(zone)).toBeGreaterThan(squareOf(grid) * 0.999);
      }),
    );
  });

  it('is round at a pole, for any longitude', () => {
    for (const latitude of [89_950_000, 90_000_000, -89_950_000, -90_000_000]) {
      const zone = zoneOf(SIZE, at(latitude, 7_000_000));
      expect([zone.west, zone.east]).toEqual([-180_000_000, 180_000_000]);
      expect(zoneOf(SIZE, at(latitude, -170_000_000))).toEqual(zone);
      expect(squareKilometres(zone)).toBeGreaterThan(squareOf(SIZE));
    }
  });

  it('is the same for both names of the date line', () => {
    expect(zoneOf(SIZE, at(-16_800_000, 180_000_000))).toEqual(
      zoneOf(SIZE, at(-16_800_000, -180_000_000)),
    );
  });

  it('of the largest grids still lies on the globe', () => {
    const whole = { latitude: 180_000_000, longitude: 360_000_000 };
    expect(zoneOf(whole, at(90_000_000, 180_000_000))).toEqual({
      south: -90_000_000,
      north: 90_000_000,
      west: -180_000_000,
      east: 180_000_000,
    });
  });
});
