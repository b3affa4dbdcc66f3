// SPDX-License-Identifier: Apache-2.0
// A logistics company's couriers. They are one row, so a fleet has a bound in couriers and in bytes.
import { byCodeUnit } from '../base/canonical.js';
import { ensure, found } from '../base/errors.js';
import { BLAMELESS } from '../conduct/conduct.js';
import { UNRATED } from '../feedback/ratings.js';
import type { Courier, CourierRegistration } from '../ledger/catalogue-shapes.js';
import type { FleetRow } from '../ledger/rows.js';

/** The most couriers of one logistics company. A quote considers all of them. */
export const MAX_FLEET = 100;

/** The most bytes of a company's registrations. Every quote reads them all, and a rating of one courier writes them all. */
export const MAX_FLEET_BYTES = 250_000;

/** Rating and conduct of a new courier. */
const UNKNOWN = { rating: UNRATED, conduct: BLAMELESS };

const byId = (a: Courier, b: Courier): number => byCodeUnit(a.courierId, b.courierId);

/** @returns the courier as its company registered it, without what the ledger added. */
export const registrationOf = ({
  courierId,
  active,
  depot,
  tariffs,
  areas,
  categories,
}: CourierRegistration): CourierRegistration => ({
  courierId,
  active,
  depot,
  tariffs,
  areas,
  categories,
});

/**
 * Bounds only what the company registers. Rating and conduct are a few numbers and must always fit. Otherwise no blame could
 * be counted, and an order with blame could not end.
 */
function ensureFits(fleet: FleetRow): FleetRow {
  const couriers = fleet.couriers.length;
  ensure(couriers <= MAX_FLEET, 'FLEET_TOO_LARGE', { couriers, most: MAX_FLEET });
  const bytes = Buffer.byteLength(JSON.stringify(fleet.couriers.map(registrationOf)));
  ensure(bytes <= MAX_FLEET_BYTES, 'FLEET_TOO_LARGE', { bytes, most: MAX_FLEET_BYTES });
  return fleet;
}

/** @throws {DomainError} NOT_FOUND. */
export const courierOf = ({ couriers }: FleetRow, courierId: string): Courier =>
  found(
    couriers.find((courier) => courier.courierId === courierId),
    'NOT_FOUND',
    { row: 'courier' },
  );

/** @returns the fleet with these couriers. They replace couriers with the same id. */
export function withCouriers(fleet: FleetRow, couriers: readonly Courier[]): FleetRow {
  const all = new Map([...fleet.couriers, ...couriers].map((each) => [each.courierId, each]));
  return { ...fleet, couriers: [...all.values()].sort(byId) };
}

/**
 * @returns the fleet after registering or replacing these couriers. Their rating and conduct stay. @throws {DomainError}
 * FLEET_TOO_LARGE.
 */
export function withRegistered(
  fleet: FleetRow,
  registrations: readonly CourierRegistration[],
): FleetRow {
  const known = new Map(fleet.couriers.map((courier) => [courier.courierId, courier]));
  const couriers = registrations.map((registration) => {
    const { rating, conduct } = known.get(registration.courierId) ?? UNKNOWN;
    return { ...registration, rating, conduct };
  });
  return ensureFits(withCouriers(fleet, couriers));
}
