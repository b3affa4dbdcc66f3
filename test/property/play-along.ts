// SPDX-License-Identifier: Apache-2.0
// A customer who plays along with an attacker: its device signs any terms of an order, and
// disputes every order that the attacker names.
import type { KeyObject } from 'node:crypto';
import { disputeText, signedText, signEs256, type OrderTerms } from '@fabric-offline-pay/domain';

/** Device keys by customer. */
export type Devices = ReadonlyMap<string, KeyObject>;

interface Signed {
  readonly terms?: Partial<OrderTerms>;
  readonly merchantId?: string;
  readonly orderNumber?: string;
  readonly disputeId?: string;
}

/** What the customer should sign, and whose key does it: a dispute names no customer, so that the first one's tries. */
function signing(devices: Devices, input: Signed): [text: string, key: KeyObject] | undefined {
  const { terms, merchantId = '', orderNumber = '', disputeId } = input;
  const key = terms === undefined ? [...devices.values()][0] : devices.get(terms.customerId ?? '');
  if (key === undefined) return undefined;
  if (terms !== undefined) return [signedText(terms as OrderTerms), key];
  return disputeId === undefined
    ? undefined
    : [disputeText({ merchantId, orderNumber }, disputeId), key];
}

/** @returns the input with a new signature, where it is something to sign that can be written at all. */
export function signAgain(devices: Devices, input: unknown): unknown {
  const given = (input ?? {}) as Signed;
  if (!Object.hasOwn(given, 'signature')) return input;
  try {
    const found = signing(devices, given);
    return found === undefined ? input : { ...given, signature: signEs256(found[1], found[0]) };
  } catch {
    // What has no canonical form cannot be signed.
    return input;
  }
}
