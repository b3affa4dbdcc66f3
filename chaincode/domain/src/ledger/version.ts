// SPDX-License-Identifier: Apache-2.0
// Which shape the rows of a ledger have. A chaincode that reads rows of another shape would take them for something else,
// so that it refuses them all, its own registry's first.
import { ensure } from '../base/errors.js';
import type { StoredRegistry } from './rows.js';

/**
 * To be raised with every change after which rows of before are read wrongly. Version 1 had no version in its registry. Its
 * orders and baskets stand under other keys, its accounts hold no sessions: no rule says what an order under way would be in
 * version 2, so that it is refused and not migrated. Version 2 knew votes by the time when they were given, and merchants without
 * revisions. Version 3 knew of a reported device by the number of its bulletin alone, and of no bearer by bulletin.
 */
export const LEDGER_VERSION = 4;

/** @throws {DomainError} LEDGER_VERSION_OTHER when another version wrote the ledger. */
export const ensureOfThisVersion = ({ version = 1 }: Partial<StoredRegistry>): void =>
  ensure(version === LEDGER_VERSION, 'LEDGER_VERSION_OTHER', {
    ledger: version,
    chaincode: LEDGER_VERSION,
  });
