// SPDX-License-Identifier: Apache-2.0
// The clock of a device or terminal, as a port.

/** Seconds since 1970-01-01T00:00Z. */
export type Clock = () => number;

export const systemClock: Clock = () => Math.floor(Date.now() / 1000);
