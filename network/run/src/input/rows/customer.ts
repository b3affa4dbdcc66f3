// SPDX-License-Identifier: Apache-2.0
// A row of customers.csv: whom the bank enrols. Personal data: it stays in the bank's own database.
import type { Amount, Currency, Place } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import {
  addedMoney,
  choice,
  currency,
  identifier,
  money,
  optionalCountry,
  newPassword,
  optionalBirthDate,
  optionalEmail,
  optionalLatitude,
  optionalLongText,
  optionalLongitude,
  optionalText,
  phone,
  text,
} from '../cells.js';
import { rowIssue, toMinorUnits, type RowDefinition } from '../row-definition.js';

/** An address to deliver to. */
export interface CustomerAddress {
  /** 1, 2 or 3: the number of its columns, by which orders name it. */
  readonly number: number;
  readonly street: string;
  readonly city: string;
  readonly country: string;
  /** Micro-degrees. */
  readonly place: Place;
}

/** A customer. Without e-mail address, birth date or first address the profile is incomplete. */
export interface Customer {
  readonly customerId: string;
  readonly name: string;
  /** E.164. */
  readonly phone: string;
  readonly email: string | null;
  /** YYYY-MM-DD. */
  readonly birthDate: string | null;
  readonly password: string;
  readonly currency: Currency;
  /** Minor units, issued at enrolment. */
  readonly balance: Amount;
  readonly instrument: 'card' | 'mobile';
  /** Minor units in the bank's book behind the instrument; null: the bank has no such account. */
  readonly instrumentBalance: Amount | null;
  readonly addresses: readonly CustomerAddress[];
}

interface AddressCells {
  readonly street: string | null;
  readonly city: string | null;
  readonly country: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

const where = (what: string, number: number) =>
  `${what} of address ${number.toString()}; empty: no such address.`;

const columns = z.object({
  customer_id: identifier('Identifier of the customer; says nothing about the person.'),
  name: text('Name. Personal data.'),
  phone: phone('Telephone number for one-time codes, E.164. Personal data.'),
  email: optionalEmail('E-mail address; empty: the profile is incomplete. Personal data.'),
  birth_date: optionalBirthDate('YYYY-MM-DD; empty: the profile is incomplete. Personal data.'),
  password: newPassword('Password at enrolment, 8 to 128 characters. Secret.'),
  currency: currency("ISO 4217 code of the customer's account."),
  balance: money('Issued to the account at enrolment, decimal in the currency of the row.'),
  instrument: choice(['card', 'mobile'], 'What the account is linked to.'),
  instrument_balance: addedMoney(
    "Money behind the instrument, in the bank's book, which pays for what the account lacks; decimal in the currency of the row. Empty, or without the column: none.",
  ),
  address_1: optionalLongText(
    'Street and number of address 1; empty: the profile is incomplete. Personal data.',
  ),
  city_1: optionalText(where('City', 1)),
  country_1: optionalCountry(where('Country (ISO 3166-1 alpha-2)', 1)),
  latitude_1: optionalLatitude(where('Latitude (decimal degrees)', 1)),
  longitude_1: optionalLongitude(where('Longitude (decimal degrees)', 1)),
  address_2: optionalLongText(where('Street and number', 2)),
  city_2: optionalText(where('City', 2)),
  country_2: optionalCountry(where('Country (ISO 3166-1 alpha-2)', 2)),
  latitude_2: optionalLatitude(where('Latitude (decimal degrees)', 2)),
  longitude_2: optionalLongitude(where('Longitude (decimal degrees)', 2)),
  address_3: optionalLongText(where('Street and number', 3)),
  city_3: optionalText(where('City', 3)),
  country_3: optionalCountry(where('Country (ISO 3166-1 alpha-2)', 3)),
  latitude_3: optionalLatitude(where('Latitude (decimal degrees)', 3)),
  longitude_3: optionalLongitude(where('Longitude (decimal degrees)', 3)),
});

type CustomerCells = z.output<typeof columns>;

const addressCells = (row: CustomerCells, number: 1 | 2 | 3): AddressCells => ({
  street: row[`address_${number}`],
  city: row[`city_${number}`],
  country: row[`country_${number}`],
  latitude: row[`latitude_${number}`],
  longitude: row[`longitude_${number}`],
});

const isComplete = (
  cells: AddressCells,
): cells is { readonly [Name in keyof AddressCells]: NonNullable<AddressCells[Name]> } =>
  Object.values(cells).every((value) => value !== null);

function toAddress(
  row: CustomerCells,
  number: 1 | 2 | 3,
  context: z.core.$RefinementCtx,
): CustomerAddress | undefined {
  const cells = addressCells(row, number);
  if (isComplete(cells)) {
    const { street, city, country, latitude, longitude } = cells;
    return { number, street, city, country, place: { latitude, longitude } };
  }
  if (Object.values(cells).some((value) => value !== null)) {
    rowIssue(context, `address_${number.toString()}`, 'INPUT_INCOMPLETE_ADDRESS');
  }
  return undefined;
}

/** One customer a row, unique by customer_id. */
export const customerRow: RowDefinition<Customer> = {
  columns,
  schema: columns.transform((row, context): Customer => ({
    customerId: row.customer_id,
    name: row.name,
    phone: row.phone,
    email: row.email,
    birthDate: row.birth_date,
    password: row.password,
    currency: row.currency,
    balance: toMinorUnits(context, 'balance', row.balance, row.currency),
    instrument: row.instrument,
    instrumentBalance:
      row.instrument_balance === null
        ? null
        : toMinorUnits(context, 'instrument_balance', row.instrument_balance, row.currency),
    addresses: ([1, 2, 3] as const)
      .map((number) => toAddress(row, number, context))
      .filter((address) => address !== undefined),
  })),
  keyColumn: 'customer_id',
  key: ({ customerId }) => customerId,
};
