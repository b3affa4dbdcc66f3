// SPDX-License-Identifier: Apache-2.0
// Days of UTC, `2026-11-29`. Compared as texts, they are in order.
import { dayOf } from '../core-banking/book/post-entry.js';

const DAY_MS = 86_400_000;

/** @param days from the day, below zero for days before it */
export const dayFrom = (day: string, days: number): string =>
  dayOf(Date.parse(day) + days * DAY_MS);

/** @param at milliseconds since 1970 @returns whether the day has ended by then */
export const isOver = (day: string, at: number): boolean => day < dayOf(at);
