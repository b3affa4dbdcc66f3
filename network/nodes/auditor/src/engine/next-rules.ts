// SPDX-License-Identifier: Apache-2.0
// The rules after settings, and which blocks are judged by rules of their own.
import type { RawBlock, RawTransaction } from '../blocks/raw-block.js';
import { ChannelRules } from '../channel/channel-rules.js';
import { LIFECYCLE } from '../channel/definitions.js';
import { VALID } from '../checks/outcomes.js';
import type { RulesInForce } from './rules-in-force.js';

/** Settings count whether they came about rightly or not: peers and orderers follow them. */
export const nextRules = (
  rules: RulesInForce,
  block: number,
  { channel }: RawTransaction,
  envelope: Uint8Array,
): RulesInForce => ({
  ...rules,
  channel: ChannelRules.of(envelope, channel),
  settings: { envelope, block },
});

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
