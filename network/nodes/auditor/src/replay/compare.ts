// SPDX-License-Identifier: Apache-2.0
// Compares what a call gives when it is run again with what the block says of it.
import { createHash } from 'node:crypto';
import type { Endorsement } from '@fabric-offline-pay/testing';
import type {
  CollectionAccess,
  ReadRange,
  ReadRow,
  Version,
  WrittenRow,
} from '../blocks/raw-block.js';
import { rangeSummary } from './range-summary.js';
import type { Difference, ReplayedCall } from './replayed-call.js';

type Rule = Difference['rule'];

const ABSENT = 'none';

/** Rows may be long and may hold whatever a patched chaincode wrote: their hash is enough to tell them apart. */
const digestOf = (bytes: Uint8Array): string =>
  `${bytes.length.toString()} bytes, SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`;

const versionText = (version: Version | null): string =>
  version === null ? ABSENT : `block ${version.block.toString()}, place ${version.tx.toString()}`;

/** By key: what stands there, in words. */
type Described = ReadonlyMap<string, string>;

/** @returns a difference for each key that one of the two lacks or has otherwise */
function keyed(rule: Rule, expected: Described, found: Described): Difference[] {
  const keys = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return keys
    .map((key) => ({
      rule,
      subject: key,
      expected: expected.get(key) ?? ABSENT,
      found: found.get(key) ?? ABSENT,
    }))
    .filter((each) => each.expected !== each.found);
}

const readsOf = (reads: readonly ReadRow[]): Described =>
  new Map(reads.map(({ key, version }) => [key, `read at ${versionText(version)}`]));

const rangeName = ({ startKey, endKey, exhausted }: ReadRange): string =>
  `${startKey} to ${endKey}${exhausted ? '' : ', not to its end'}`;

/** A peer lists up to fifty rows of a range, and sums up more. */
const rangeText = ({ reads, merkle }: ReadRange): string => {
  const summary = merkle ?? rangeSummary(reads);
  if (summary !== undefined) return JSON.stringify(summary);
  return reads.map(({ key, version }) => `${key} at ${versionText(version)}`).join(', ') || 'empty';
};

const rangesOf = (ranges: readonly ReadRange[]): Described =>
  new Map(ranges.map((range) => [rangeName(range), rangeText(range)]));

const writesOf = (writes: readonly WrittenRow[]): Described =>
  new Map(
    writes.map(({ key, value }) => [
      key,
      value === null ? 'removed' : `written: ${digestOf(value)}`,
    ]),
  );

const privateRowsOf = (collections: readonly CollectionAccess[]): Described =>
  new Map(
    collections.flatMap(({ collection, reads, writes }) => [
      ...reads.map(
        ({ keyHash, version }) => [`${collection} ${keyHash} read`, versionText(version)] as const,
      ),
      ...writes.map(
        ({ keyHash, valueHash, isPurge }) =>
          [
            `${collection} ${keyHash} written`,
            `${valueHash ?? 'removed'}${isPurge ? ', with its history' : ''}`,
          ] as const,
      ),
    ]),
  );

const NO_EVENT = { name: '', payload: new Uint8Array() };

const one = (rule: Rule, expected: string, found: string): Difference[] =>
  expected === found ? [] : [{ rule, expected, found }];

const hashedCollections = (collections: Endorsement['collections']): CollectionAccess[] =>
  collections.map(({ collection, reads, writes }) => ({
    ...{ collection, reads, hasMetadata: false },
    writes: writes.map(({ keyHash, isDelete, isPurge, valueHash }) => ({
      ...{ keyHash, isPurge },
      valueHash: isDelete ? null : valueHash,
    })),
  }));

const writtenRows = (writes: Endorsement['writeSet']): WrittenRow[] =>
  writes.map(({ key, isDelete, value }) => ({ key, value: isDelete ? null : value }));

/** @returns where the block says something else than the contract: what is expected is what the contract gave here */
export function compare(call: ReplayedCall, again: Endorsement): Difference[] {
  const { answer, access } = call;
  const { response } = again;
  const announced = call.announced ?? NO_EVENT;
  const event = again.event ?? NO_EVENT;
  return [
    ...one('replay.response', response.status.toString(), answer.status.toString()),
    ...one('replay.response', digestOf(response.payload), digestOf(answer.payload)),
    ...keyed('replay.reads', readsOf(again.readSet), readsOf(access.reads)),
    ...keyed('replay.reads', rangesOf(again.rangeReads), rangesOf(access.ranges)),
    ...keyed('replay.writes', writesOf(writtenRows(again.writeSet)), writesOf(access.writes)),
    ...keyed(
      'replay.writes',
      privateRowsOf(hashedCollections(again.collections)),
      privateRowsOf(access.collections),
    ),
    ...one('replay.event', event.name, announced.name),
    ...one('replay.event', digestOf(event.payload), digestOf(announced.payload)),
  ];
}
