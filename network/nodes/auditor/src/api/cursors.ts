// SPDX-License-Identifier: Apache-2.0
// Where a page of findings begins.

export const findingCursor = ({
  block,
  id,
}: {
  readonly block: number;
  readonly id: string;
}): string => `${block.toString()}~${id}`;

/** Whatever the caller gave: a cursor that nobody made begins at some place, and shows nothing that its caller may not see. */
export function placeOfCursor(
  after: string | undefined,
): { readonly block: number; readonly id: string } | undefined {
  const [, block, id] = /^(\d{1,9})~([0-9a-f]{64})$/.exec(after ?? '') ?? [];
  return block === undefined || id === undefined ? undefined : { block: Number(block), id };
}
