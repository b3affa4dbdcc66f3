// SPDX-License-Identifier: Apache-2.0
// The customer's addresses in a checkout (sub-unit 1103). Their references are valid for one offer only, so that
// they do not link two purchases.
import { randomBytes } from 'node:crypto';
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import type { AddressTable } from '../database/schema.js';
import type { Parsed } from '../inputs.js';
import { keyedDigest } from '../secrets/installation-key.js';
import type { OfferedAddresses } from '../operations.js';
import { requireSession } from './logins.js';

/** A secret value of 64 hex digits for an offer. It is always the same for the same purpose of the same offer. */
type Secrets = (purpose: string) => string;

/** Without the bank's key, these look like random bytes. */
const secretsOf =
  ({ key }: BankContext, customerId: string, offerId: string): Secrets =>
  (purpose) =>
    keyedDigest(key, 'offer', customerId, offerId, purpose);

const randomSecrets: Secrets = () => randomBytes(32).toString('hex');

const offer =
  (secrets: Secrets) =>
  ({ number, street, city, country, latitude, longitude }: AddressTable) => ({
    ref: secrets(`address ${number.toString()}`).slice(0, 32),
    latitude,
    longitude,
    text: `${street}, ${city}, ${country}`,
  });

/** @throws {BankError} ADDRESS_UNKNOWN when the customer has no address with this number. */
function pick(rows: readonly AddressTable[], number: number): AddressTable {
  const row = rows.find((candidate) => candidate.number === number);
  if (row === undefined) throw new BankError('ADDRESS_UNKNOWN', 'which');
  return row;
}

export async function offerAddresses(
  context: BankContext,
  { loginId, which, offerId }: Parsed<'offerAddresses'>,
): Promise<OfferedAddresses> {
  const { customer_id: customerId } = await requireSession(context, loginId);
  const rows = await context.db
    .selectFrom('addresses')
    .selectAll()
    .where('customer_id', '=', customerId)
    .orderBy('number')
    .execute();
  const chosen = which?.map((number) => pick(rows, number)) ?? rows;
  const secrets = offerId === undefined ? randomSecrets : secretsOf(context, customerId, offerId);
  return { salt: secrets('salt'), addresses: chosen.map(offer(secrets)) };
}
