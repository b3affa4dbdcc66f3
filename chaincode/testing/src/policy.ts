// SPDX-License-Identifier: Apache-2.0
// Endorsement policies as data: which sets of members may endorse a transaction.

/**
 * A member's MSP id, a combination, or a predicate over the endorsing members. `and` without members is always satisfied, `or`
 * without members never is.
 * @example and('BankMSP', or('MerchantMSP', 'LogisticsMSP'))
 */
export type Policy =
  | string
  | { readonly outOf: number; readonly policies: readonly Policy[] }
  | ((endorsedBy: ReadonlySet<string>) => boolean);

/** All of `policies` must hold. */
export function and(...policies: Policy[]): Policy {
  return { outOf: policies.length, policies };
}

/** One of `policies` must hold. */
export function or(...policies: Policy[]): Policy {
  return { outOf: 1, policies };
}

/** More than half of the members: Fabric's default. */
export function majority(mspIds: readonly string[]): Policy {
  return { outOf: Math.floor(mspIds.length / 2) + 1, policies: mspIds };
}

/** Whether `endorsedBy` satisfies `policy`. */
export function satisfies(policy: Policy, endorsedBy: ReadonlySet<string>): boolean {
  if (typeof policy === 'string') return endorsedBy.has(policy);
  if (typeof policy === 'function') return policy(endorsedBy);
  return policy.policies.filter((part) => satisfies(part, endorsedBy)).length >= policy.outOf;
}
