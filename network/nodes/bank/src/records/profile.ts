// SPDX-License-Identifier: Apache-2.0
// A customer's profile in the database, and its missing fields (units 3 and 20).
import type { BankDatabase, Customer } from '../database/schema.js';
import type { Parsed } from '../inputs.js';
import { PROFILE_FIELDS, type ProfileField } from '../operations.js';

type Addresses = NonNullable<Parsed<'enrol'>['addresses']>;

/** The profile columns that a patch changes; undefined leaves a column unchanged. */
export const profileColumns = ({
  name,
  phone,
  email,
  birthDate,
  language,
}: Pick<
  Parsed<'updateProfile'>,
  'name' | 'phone' | 'email' | 'birthDate' | 'language'
>): Partial<Customer> => ({
  ...(name !== undefined && { name }),
  ...(phone !== undefined && { phone }),
  ...(email !== undefined && { email }),
  ...(birthDate !== undefined && { birth_date: birthDate }),
  ...(language !== undefined && { language }),
});

/** Replaces all addresses, and numbers them from 1 in the given order. */
export async function replaceAddresses(
  db: BankDatabase,
  customerId: string,
  addresses: Addresses,
): Promise<void> {
  await db.deleteFrom('addresses').where('customer_id', '=', customerId).execute();
  if (addresses.length === 0) return;
  const rows = addresses.map((address, index) => ({
    ...address,
    label: address.label ?? null,
    customer_id: customerId,
    number: index + 1,
  }));
  await db.insertInto('addresses').values(rows).execute();
}

/** @returns the names of the fields that this profile lacks. */
export async function missingFields(db: BankDatabase, customerId: string): Promise<ProfileField[]> {
  const profile = await db
    .selectFrom('customers')
    .select(['name', 'phone', 'email', 'birth_date as birthDate'])
    .select((expressions) =>
      expressions
        .selectFrom('addresses')
        .select('number')
        .where('customer_id', '=', customerId)
        .limit(1)
        .as('addresses'),
    )
    .where('customer_id', '=', customerId)
    .executeTakeFirstOrThrow();
  return PROFILE_FIELDS.filter((field) => profile[field] === null);
}
