// SPDX-License-Identifier: Apache-2.0
// SHA-256 in hexadecimal, in which the ledger names private keys and values, and transactions.
import { createHash } from 'node:crypto';

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
