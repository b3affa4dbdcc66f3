// SPDX-License-Identifier: Apache-2.0
// Where the pieces of one kind that belong to an order came from and stand now, by its moves.

/** A way that some pieces went. Null from: from the merchant; null to: out of the company's places. */
export interface Leg {
  readonly quantity: number;
  readonly from: string | null;
  readonly to: string | null;
}

/** @returns how many pieces stand in the place for the order; below zero: so many more were taken there than were brought for it */
export const piecesIn = (place: string, legs: readonly Leg[]): number =>
  legs.reduce(
    (sum, { quantity, from, to }) =>
      sum + (to === place ? quantity : 0) - (from === place ? quantity : 0),
    0,
  );

/** @returns how many pieces the order has drawn so far: from its merchant, and from what stands in places for no order */
export function piecesDrawn(legs: readonly Leg[]): number {
  const places = new Set(legs.map(({ from }) => from));
  return [...places].reduce((sum, place) => {
    const pieces =
      place === null
        ? legs.filter(({ from }) => from === null).reduce((all, leg) => all + leg.quantity, 0)
        : -piecesIn(place, legs);
    return sum + Math.max(pieces, 0);
  }, 0);
}
