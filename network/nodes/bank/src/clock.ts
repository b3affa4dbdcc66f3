// SPDX-License-Identifier: Apache-2.0
// Time, injected so that tests can move it.

/** @returns milliseconds since 1970-01-01T00:00Z. */
export type Clock = () => number;

/** @returns whole seconds since 1970, as the ledger counts them. */
export const toInstant = (milliseconds: number): number => Math.floor(milliseconds / 1000);
