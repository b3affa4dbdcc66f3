// SPDX-License-Identifier: Apache-2.0
import type { OrganisationDescription } from '../description.js';
import { defaultTopology } from '../topology/default-topology.js';
import { participantsOf } from './bootstrap.js';

test('those who take part found the ledger; one that only reads stands in no first registry', () => {
  const organisations = defaultTopology.organisations as unknown as OrganisationDescription[];
  const status = 'active';
  expect(participantsOf({ organisations })).toEqual([
    { mspId: 'BankMSP', role: 'bank', actor: 'bank-1', bankId: null, status },
    { mspId: 'MerchantMSP', role: 'merchant', actor: 'merchant-org', bankId: null, status },
    { mspId: 'LogisticsMSP', role: 'logistics', actor: 'logistics-1', bankId: 'bank-1', status },
  ]);
});
