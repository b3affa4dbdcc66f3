// SPDX-License-Identifier: Apache-2.0
// The version of the rows' shapes. A chaincode could misread rows of another version. So it refuses to work with them, from
// the registry on.
import { ensure } from '../base/errors.js';
import type { StoredRegistry } from './rows.js';

/**
 * Raise this with every change after which older rows would be read wrongly. Version 1 had no version in its registry. Its
 * orders and baskets have other keys, and its accounts have no sessions. No rule says what an unfinished order would be in
 * version 2, so it is refused and not migrated. Version 2 kept the time of each vote instead of its end, and merchants
 * without revisions. Version 3 knew only the bulletin number of a reported device, and no loss bearer by bulletin.
 */
export const LEDGER_VERSION = 4;

/** @throws {DomainError} LEDGER_VERSION_OTHER when another version wrote the ledger. */
export const ensureOfThisVersion = ({ version = 1 }: Partial<StoredRegistry>): void =>
  ensure(version === LEDGER_VERSION, 'LEDGER_VERSION_OTHER', {
    ledger: version,
    chaincode: LEDGER_VERSION,
  });
