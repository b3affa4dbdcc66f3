// SPDX-License-Identifier: Apache-2.0
// How far the ledger's time may be from an endorser's clock. What ends at an instant ends that much later for everybody.

/** Seconds. */
export const CLOCK_TOLERANCE_SECONDS = 60;
