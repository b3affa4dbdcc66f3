// SPDX-License-Identifier: Apache-2.0
// A customer who plays along with whoever is hostile: its device signs whatever the terms of an order have become.
import type { KeyObject } from 'node:crypto';
import { signedText, signEs256, type OrderTerms } from '@fabric-offline-pay/domain';

/** Device keys by customer. */
export type Devices = ReadonlyMap<string, KeyObject>;

interface Signed {
  readonly terms?: Partial<OrderTerms>;
}

/** @returns the input with a new signature, where it has terms of a known customer that can be written at all. */
export function signAgain(devices: Devices, input: unknown): unknown {
  const { terms } = (input ?? {}) as Signed;
  const key = devices.get(terms?.customerId ?? '');
  if (terms === undefined || key === undefined) return input;
  try {
    return { ...(input as object), signature: signEs256(key, signedText(terms as OrderTerms)) };
  } catch {
    // What has no canonical form cannot be signed.
    return input;
  }
}
