// SPDX-License-Identifier: Apache-2.0
// The description of one refusal.
/** What a refusal means and what its receiver should do. */
export interface ErrorDescription {
  /** Stable number, for systems that map codes to numbers. Never reused. */
  readonly number: number;
  readonly meaning: string;
  readonly remedy: string;
}

export const describe = (number: number, meaning: string, remedy: string): ErrorDescription => ({
  number,
  meaning,
  remedy,
});
