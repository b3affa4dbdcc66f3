// SPDX-License-Identifier: Apache-2.0
// A row of couriers.csv: who carries, from where, to where, what, and at which price.
import { isCurrency, parseDecimal, type Place, type Tariff } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import {
  categories,
  cell,
  CURRENCY,
  DECIMAL,
  identifier,
  LATITUDE,
  latitude,
  LONGITUDE,
  longitude,
  matching,
} from '../cells.js';
import type { RowDefinition } from '../row-definition.js';

/** A circle that the courier delivers to. */
export interface DeliveryArea {
  /** Micro-degrees. */
  readonly centre: Place;
  readonly radiusMetres: number;
}

/** A courier of a logistics company. */
export interface Courier {
  readonly courierId: string;
  readonly logisticsId: string;
  /** Where it starts, micro-degrees. */
  readonly depot: Place;
  /** Minor units; at most one for each currency. */
  readonly tariffs: readonly Tariff[];
  readonly areas: readonly DeliveryArea[];
  /** UNSPSC codes that it may carry; trailing pairs of zeros cover everything below. */
  readonly categories: readonly string[];
}

const TARIFF = `${CURRENCY}(?: ${DECIMAL}){3}`;
const AREA = '-?\\d{1,2}(?:\\.\\d{1,6})?/-?\\d{1,3}(?:\\.\\d{1,6})?/[1-9]\\d{0,4}';

const listOf = (entry: string) =>
  matching(new RegExp(`^${entry}(?:;${entry})*$`)).transform((list) => list.split(';'));

function toTariff(entry: string, context: z.core.$RefinementCtx): Tariff {
  const [currency = '', base = '', perKm = '', perKg = ''] = entry.split(' ');
  try {
    return {
      currency,
      base: parseDecimal(base, currency),
      perKm: parseDecimal(perKm, currency),
      perKg: parseDecimal(perKg, currency),
    };
  } catch {
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  }
}

const haveOwnCurrencies = (tariffs: readonly Tariff[]): boolean =>
  tariffs.every(({ currency }) => isCurrency(currency)) &&
  new Set(tariffs.map(({ currency }) => currency)).size === tariffs.length;

function toArea(entry: string, context: z.core.$RefinementCtx): DeliveryArea {
  const [north, east, radius] = entry.split('/');
  const centre = z
    .object({ latitude: LATITUDE, longitude: LONGITUDE })
    .safeParse({ latitude: north, longitude: east });
  if (!centre.success) {
    context.addIssue({ code: 'custom' });
    return z.NEVER;
  }
  return { centre: centre.data, radiusMetres: Number(radius) * 1000 };
}

const columns = z.object({
  courier_id: identifier('Identifier of the courier.'),
  logistics_id: identifier('The logistics company that it belongs to.'),
  latitude: latitude('Latitude of its depot, decimal degrees (WGS 84), at most 6 decimals.'),
  longitude: longitude('Longitude of its depot, decimal degrees (WGS 84), at most 6 decimals.'),
  tariffs: cell(
    listOf(TARIFF)
      .transform((entries, context) => entries.map((entry) => toTariff(entry, context)))
      .refine(haveOwnCurrencies),
    'INPUT_BAD_TARIFF',
    'Currency, base, per kilometre and per kilogram, decimals separated by blanks; one tariff for each currency, joined by semicolons: EUR 3.50 0.20 0.50;CNY 18.00 1.10 2.50.',
  ),
  areas: cell(
    listOf(AREA).transform((entries, context) => entries.map((entry) => toArea(entry, context))),
    'INPUT_BAD_AREA',
    'Circles that it delivers to: latitude/longitude/radius in whole kilometres, joined by semicolons.',
  ),
  categories: categories(
    'UNSPSC codes that it may carry, joined by semicolons; trailing pairs of zeros stand for everything below.',
  ),
});

/** One courier a row, unique by courier_id. */
export const courierRow: RowDefinition<Courier> = {
  columns,
  schema: columns.transform((row): Courier => ({
    courierId: row.courier_id,
    logisticsId: row.logistics_id,
    depot: { latitude: row.latitude, longitude: row.longitude },
    tariffs: row.tariffs,
    areas: row.areas,
    categories: row.categories,
  })),
  keyColumn: 'courier_id',
  key: ({ courierId }) => courierId,
};
