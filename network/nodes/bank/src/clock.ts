// SPDX-License-Identifier: Apache-2.0
// The time, injected so that tests can move it.

/** @returns milliseconds since 1970-01-01T00:00Z. */
export type Clock = () => number;

/** @returns whole seconds since 1970, the unit of the ledger. */
export const toInstant = (milliseconds: number): number => Math.floor(milliseconds / 1000);
