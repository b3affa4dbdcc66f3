// SPDX-License-Identifier: Apache-2.0
// How much time has passed, whatever somebody does to the machine's clock. What is remembered for a time, or ends after one, counts by it: by a
// clock that was a month ahead for a moment it would last a month.

/** @returns milliseconds since any moment of this process */
export type Elapsed = () => number;

export const elapsed: Elapsed = () => performance.now();
