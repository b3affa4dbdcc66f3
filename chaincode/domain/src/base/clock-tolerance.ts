// SPDX-License-Identifier: Apache-2.0
// How far the ledger's time may be from an endorser's clock. A deadline has passed for every endorser only after this time
// more.

/** Seconds. */
export const CLOCK_TOLERANCE_SECONDS = 60;
