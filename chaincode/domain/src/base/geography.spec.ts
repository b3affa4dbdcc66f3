// SPDX-License-Identifier: Apache-2.0
// Compares integer distances with an independent great circle in floating point, and the integer square root with its
// definition.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { distanceMetres, integerSquareRoot, isWithinMetres, type Place } from './geography';

fc.configureGlobal({ seed: SEED });

const RADIUS = 6_371_008.8;
const radians = (microdegrees: number): number => (microdegrees / 1e6 / 180) * Math.PI;

/** The haversine formula, written independently of the source. */
function greatCircle(from: Place, to: Place): number {
  const [first, second] = [radians(from.latitude), radians(to.latitude)];
  const half = Math.sin((second - first) / 2) ** 2;
  const wide = Math.sin((radians(to.longitude) - radians(from.longitude)) / 2) ** 2;
  return 2 * RADIUS * Math.asin(Math.sqrt(half + Math.cos(first) * Math.cos(second) * wide));
}

/** A place by its distance and bearing from another, kept on the globe and within ±65° of latitude. */
function displaced(from: Place, metres: number, bearing: number): Place {
  const north = (metres * Math.cos(bearing)) / 111_195;
  const east = (metres * Math.sin(bearing)) / (111_195 * Math.cos(radians(from.latitude)));
  const longitude = Math.round(from.longitude + east * 1e6);
  return {
    latitude: Math.max(-65e6, Math.min(65e6, Math.round(from.latitude + north * 1e6))),
    longitude: ((((longitude + 180e6) % 360e6) + 360e6) % 360e6) - 180e6,
  };
}

const placeWithin = (latitude: number) =>
  fc.record({
    latitude: fc.integer({ min: -latitude, max: latitude }),
    longitude: fc.integer({ min: -180e6, max: 180e6 }),
  });
const anywhere = placeWithin(90e6);
const bearing = fc.double({ min: 0, max: 2 * Math.PI, noNaN: true });

describe('distance', () => {
  it.each([
    ['Berlin', 52520008, 13404954, 'Hamburg', 53551086, 9993682, 255_300],
    ['Paris', 48856613, 2352222, 'London', 51507351, -127758, 343_560],
    ['Singapore', 1352083, 103819836, 'Kuala Lumpur', 3139003, 101686855, 309_300],
    ['Suva', -18141600, 178441900, 'Apia', -13833300, -171766700, 1_149_000],
  ])('%s – %s is within 0.5 %% of an atlas', (...row) => {
    const [, latitude, longitude, , toLatitude, toLongitude, expected] = row;
    const metres = distanceMetres(
      { latitude, longitude },
      { latitude: toLatitude, longitude: toLongitude },
    );
    expect(Math.abs(metres / expected - 1)).toBeLessThan(0.005);
  });

  it('differs from the great circle by at most 0.5 % up to 500 km, between 65° south and 65° north', () => {
    const metres = fc.integer({ min: 0, max: 499_000 });
    fc.assert(
      fc.property(placeWithin(65e6), metres, bearing, (from, far, direction) => {
        const to = displaced(from, far, direction);
        const exact = greatCircle(from, to);
        fc.pre(exact <= 500_000);
        expect(Math.abs(distanceMetres(from, to) - exact)).toBeLessThanOrEqual(exact * 0.005 + 1.5);
      }),
      { numRuns: 5000 },
    );
  });

  it('is a whole number, zero from a place to itself, and equal in both directions', () => {
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        const metres = distanceMetres(a, b);
        expect(Number.isSafeInteger(metres) && metres >= 0).toBe(true);
        expect(distanceMetres(b, a)).toBe(metres);
        expect(distanceMetres(a, a)).toBe(0);
      }),
    );
  });

  it('takes the short way over the date line', () => {
    const west = { latitude: 0, longitude: 179_900_000 };
    const east = { latitude: 0, longitude: -179_900_000 };
    expect(distanceMetres(west, east)).toBe(
      distanceMetres({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 200_000 }),
    );
    const line = { latitude: 10_000_000, longitude: 180_000_000 };
    expect(distanceMetres(line, { ...line, longitude: -180_000_000 })).toBe(0);
  });

  it('is a degree of the meridian per degree of latitude, over the equator too', () => {
    const south = { latitude: -500_000, longitude: 0 };
    expect(distanceMetres(south, { latitude: 500_000, longitude: 0 })).toBe(111_195);
  });

  it.each(Array.from({ length: 90 }, (_, degrees) => degrees))(
    'along the parallel of %d° is in proportion to its cosine',
    (degrees) => {
      const from = { latitude: degrees * 1e6, longitude: 0 };
      const exact = 111_195.08 * Math.cos(radians(from.latitude));
      const metres = distanceMetres(from, { ...from, longitude: 1_000_000 });
      expect(Math.abs(metres - exact)).toBeLessThanOrEqual(1.5);
    },
  );

  it('isWithinMetres agrees with distanceMetres', () => {
    const close = fc.tuple(anywhere, fc.integer({ min: 0, max: 5_000_000 }), bearing);
    fc.assert(
      fc.property(close, ([from, far, direction]) => {
        const to = displaced(from, far, direction);
        const metres = distanceMetres(from, to);
        expect(isWithinMetres(metres, from, to)).toBe(true);
        expect(metres === 0 || !isWithinMetres(metres - 1, from, to)).toBe(true);
        expect(isWithinMetres(far, from, to)).toBe(metres <= far);
      }),
      { numRuns: 2000 },
    );
  });

  it('is nothing around a pole', () => {
    const pole = { latitude: 90e6, longitude: 0 };
    expect(distanceMetres(pole, { ...pole, longitude: 90e6 })).toBe(0);
  });
});

describe('integer square root', () => {
  it.each([
    [0n, 0n],
    [1n, 1n],
    [3n, 1n],
    [4n, 2n],
    [99n, 9n],
    [100n, 10n],
    [10n ** 40n, 10n ** 20n],
    [10n ** 40n - 1n, 10n ** 20n - 1n],
  ])('of %s is %s', (value, root) => expect(integerSquareRoot(value)).toBe(root));

  it('is the largest integer whose square is at most the value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), (value) => {
        const root = integerSquareRoot(value);
        expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds the root of every square, and one less just below the square', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 100n }), (root) => {
        expect(integerSquareRoot(root * root)).toBe(root);
        expect(integerSquareRoot(root * root - 1n)).toBe(root - 1n);
      }),
    );
  });
});
