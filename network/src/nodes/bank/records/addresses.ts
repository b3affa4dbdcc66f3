// SPDX-License-Identifier: Apache-2.0
// The customer's addresses as a checkout offers them (sub-unit 1103): under references that are new each time, so that
// two purchases cannot be linked by them.
import { randomBytes } from 'node:crypto';
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import type { AddressTable } from '../database/schema.js';
import type { Parsed } from '../inputs.js';
import type { OfferedAddresses } from '../operations.js';
import { requireCustomer } from './customers.js';

const offer = ({ street, city, country, latitude, longitude }: AddressTable) => ({
  ref: randomBytes(16).toString('hex'),
  latitude,
  longitude,
  text: `${street}, ${city}, ${country}`,
});

/** @throws {BankError} ADDRESS_UNKNOWN when the customer has no address of that number. */
function pick(rows: readonly AddressTable[], number: number): AddressTable {
  const row = rows.find((candidate) => candidate.number === number);
  if (row === undefined) throw new BankError('ADDRESS_UNKNOWN', 'which');
  return row;
}

export async function offerAddresses(
  context: BankContext,
  { customerId, which }: Parsed<'offerAddresses'>,
): Promise<OfferedAddresses> {
  await requireCustomer(context, customerId);
  const rows = await context.db
    .selectFrom('addresses')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('number')
    .execute();
  const chosen = which?.map((number) => pick(rows, number)) ?? rows;
  return { salt: randomBytes(32).toString('hex'), addresses: chosen.map(offer) };
}
