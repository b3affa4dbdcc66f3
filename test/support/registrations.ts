// SPDX-License-Identifier: Apache-2.0
// Couriers and merchants as they were registered, out of what the ledger answers, to register them again or elsewhere.
import type { InputOf, MerchantRow, OutputOf } from '@fabric-offline-pay/domain';

type Listed = OutputOf<'logistics', 'listCouriers'>['couriers'][number];
type Registered = InputOf<'logistics', 'registerCouriers'>['couriers'][number];

type Licensed = InputOf<'goods', 'licenseMerchants'>['merchants'][number];

/** Without what the ledger added: the bank and the ratings. */
export const licensingOf = ({
  merchantId,
  mspId,
  active,
  licence,
  categories,
}: Omit<MerchantRow, 'bankId' | 'rating'>): Licensed => ({
  merchantId,
  mspId,
  active,
  categories,
  licence,
});

/** Without what the ledger added: the company and the ratings. */
export const registrationOf = ({
  courierId,
  active,
  depot,
  tariffs,
  areas,
  categories,
}: Listed): Registered => ({ courierId, active, depot, tariffs, areas, categories });
