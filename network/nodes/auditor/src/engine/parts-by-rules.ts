// SPDX-License-Identifier: Apache-2.0
// Which blocks are judged by which rules.
import type { RawBlock, RawTransaction } from '../blocks/raw-block.js';
import { LIFECYCLE } from '../channel/definitions.js';
import { VALID } from '../checks/outcomes.js';

const changesRules = ({ code, content }: RawTransaction): boolean =>
  code === VALID &&
  (content.kind === 'settings' ||
    (content.kind === 'call' &&
      content.access.some(
        ({ namespace, writes }) => namespace === LIFECYCLE && writes.length > 0,
      )));

/** @returns the blocks in parts, each of which is judged by one set of rules: one that changes them ends a part */
export function partsByRules(blocks: readonly RawBlock[]): RawBlock[][] {
  const parts: RawBlock[][] = [[]];
  for (const block of blocks) {
    parts.at(-1)?.push(block);
    if (block.transactions.some(changesRules)) parts.push([]);
  }
  return parts.filter((part) => part.length > 0);
}
