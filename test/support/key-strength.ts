// SPDX-License-Identifier: Apache-2.0
// In the place of the SDK's own in specs, which open key files by the hundred; programs that specs start keep the SDK's.

/** With three bytes, as the SDK's. */
export const ITERATIONS = 0x010000;
