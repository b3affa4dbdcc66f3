// SPDX-License-Identifier: Apache-2.0
// Couriers as they were registered, out of what the ledger answers, to register them again or elsewhere.
import type { InputOf, OutputOf } from '@fabric-offline-pay/domain';

type Listed = OutputOf<'logistics', 'listCouriers'>['couriers'][number];
type Registered = InputOf<'logistics', 'registerCouriers'>['couriers'][number];

/** Without what the ledger added: the company and the ratings. */
export const registrationOf = ({
  courierId,
  active,
  depot,
  tariffs,
  areas,
  categories,
}: Listed): Registered => ({ courierId, active, depot, tariffs, areas, categories });
