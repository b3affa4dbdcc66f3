// SPDX-License-Identifier: Apache-2.0
// The time, injected so that tests can move it, and the company's days.

/** @returns whole seconds since 1970, the unit of the ledger. */
export type Clock = () => number;

/** A calendar day, `2026-05-31`. Texts compare like days. */
export type Day = string;

/** @returns the day on which the instant falls in this zone, such as `Europe/Berlin` */
export const dayOf = (instant: number, timeZone: string): Day =>
  // Sweden writes dates as ISO 8601 does.
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(instant * 1000);
