// SPDX-License-Identifier: Apache-2.0
// Proof of delivery: the customer's device draws a secret, signs its digest with the terms, and shows it at the door.
import { sha256Hex } from '../base/canonical.js';
import { ensure } from '../base/errors.js';
import type { OrderTerms } from '../ledger/order-shapes.js';

/** @returns the digest for the terms: SHA-256 of the secret's 32 bytes, both in hex. */
export const commitmentTo = (secret: string): string => sha256Hex(Buffer.from(secret, 'hex'));

/** @throws {DomainError} DELIVERY_PROOF_INVALID when the secret does not match the digest that the customer signed. */
export function ensureProves(secret: string, terms: OrderTerms): void {
  ensure(commitmentTo(secret) === terms.deliveryCommitment, 'DELIVERY_PROOF_INVALID');
}
