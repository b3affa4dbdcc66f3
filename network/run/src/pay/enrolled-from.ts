// SPDX-License-Identifier: Apache-2.0
// The customers files of earlier runs. Only their paths are stored, so that passwords stay where they were.
import { join, resolve } from 'node:path';
import { readAsIfPresent, writeJson } from '@fabric-offline-pay/node-common';
import * as z from 'zod';
import { readRows } from '../input/read-rows.js';
import { ROW_DEFINITIONS } from '../input/row-definitions.js';
import type { Customer } from '../input/rows/customer.js';

const placesFile = (folder: string): string => join(folder, 'customers-files.json');

/** The newest first. @throws {NetworkError} FILE_DAMAGED */
const placesIn = (folder: string): readonly string[] =>
  readAsIfPresent(placesFile(folder), z.array(z.string())) ?? [];

/** @param folder of the runs */
export function rememberEnrolled(folder: string, customersFile: string): void {
  const place = resolve(customersFile);
  const others = placesIn(folder).filter((other) => other !== place);
  writeJson(placesFile(folder), [place, ...others]);
}

/** @returns the rows of these customers in the newest file that has them. A missing file counts as empty. */
export function enrolledRows(
  folder: string,
  customerIds: ReadonlySet<string>,
): ReadonlyMap<string, Customer> {
  const found = new Map<string, Customer>();
  for (const place of placesIn(folder)) {
    if (found.size === customerIds.size) break;
    for (const row of readRows(place, ROW_DEFINITIONS.customers).rows)
      if (customerIds.has(row.customerId) && !found.has(row.customerId))
        found.set(row.customerId, row);
  }
  return found;
}
