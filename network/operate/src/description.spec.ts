// SPDX-License-Identifier: Apache-2.0
// A network may have two banks. Each one is the bank for itself.
import {
  organisationsSeenBy,
  organisationWithRole,
  type OrganisationDescription,
} from './description.js';

const of = (id: string, role: OrganisationDescription['role'], mspId: string) =>
  ({ id, role, mspId }) as OrganisationDescription;

const north = of('north', 'bank', 'NorthMSP');
const south = of('south', 'bank', 'SouthMSP');
const shops = of('shops', 'merchant', 'ShopsMSP');
const network = { organisations: [north, south, shops] };

test('a role names the first organisation that has it', () => {
  expect(organisationWithRole(network, 'bank')).toBe(north);
  expect(() => organisationWithRole(network, 'logistics')).toThrow(
    expect.objectContaining({ code: 'ORGANISATION_UNKNOWN' }) as Error,
  );
});

test('each bank takes itself as the bank, other organisations take the first', () => {
  expect(organisationsSeenBy(south, network)).toEqual({ bank: 'SouthMSP', merchant: 'ShopsMSP' });
  expect(organisationsSeenBy(north, network)).toEqual({ bank: 'NorthMSP', merchant: 'ShopsMSP' });
  expect(organisationsSeenBy(shops, network)).toEqual({ bank: 'NorthMSP', merchant: 'ShopsMSP' });
});
