// SPDX-License-Identifier: Apache-2.0
// The eight files of a folder by their customary names.
import { join } from 'node:path';
import type { InputPaths } from './load-input.js';
import { INPUT_FILE_NAMES } from './row-definitions.js';

/** @returns the paths `merchants.csv`, `goods.csv`, …, `waybills.csv`, `offline-payments.csv` in the folder. */
export function inputPaths(folder: string): Required<InputPaths> {
  const path = (name: keyof InputPaths): string => join(folder, `${INPUT_FILE_NAMES[name]}.csv`);
  return {
    merchants: path('merchants'),
    goods: path('goods'),
    couriers: path('couriers'),
    customers: path('customers'),
    orders: path('orders'),
    merchantOrders: path('merchantOrders'),
    waybills: path('waybills'),
    offlinePayments: path('offlinePayments'),
  };
}
