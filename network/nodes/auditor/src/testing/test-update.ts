// SPDX-License-Identifier: Apache-2.0
// The change that leads from one tree of settings to another, as Fabric's `configtxlator compute_update` writes it down.
import { common } from '@hyperledger/fabric-protos';
import { defined } from './defined.js';

/** What a change says it read and writes. */
export interface ComputedUpdate {
  readonly read: common.ConfigGroup;
  readonly write: common.ConfigGroup;
  readonly isChanged: boolean;
}

type Leaf = common.ConfigValue | common.ConfigPolicy;

/** The part of a map of messages that is used here. */
interface Leaves<T> {
  get(key: string): T | undefined;
  set(key: string, message: T): unknown;
  has(key: string): boolean;
  keys(): Iterator<string>;
}

export function keysOf(map: { keys(): Iterator<string> }): string[] {
  const keys: string[] = [];
  const iterator = map.keys();
  for (let each = iterator.next(); each.done !== true; each = iterator.next())
    keys.push(each.value);
  return keys.sort();
}

/** Its content without its version. */
function contentOf(leaf: Leaf): string {
  const copy = leaf.cloneMessage();
  copy.setVersion(0);
  return Buffer.from(copy.serializeBinary()).toString('hex');
}

const sameKeys = (one: { keys(): Iterator<string> }, other: { keys(): Iterator<string> }) =>
  keysOf(one).join() === keysOf(other).join();

function bare(group: common.ConfigGroup): common.ConfigGroup {
  const copy = new common.ConfigGroup();
  copy.setVersion(group.getVersion());
  copy.setModPolicy(group.getModPolicy());
  return copy;
}

/** A pair of sets that is being filled for one group. */
interface Sets {
  readonly read: common.ConfigGroup;
  readonly write: common.ConfigGroup;
  /** Whether what did not change is named, too. */
  readonly isWhole: boolean;
}

interface LeafMaps<T> {
  readonly old: Leaves<T>;
  readonly next: Leaves<T>;
  readonly read: Leaves<T>;
  readonly write: Leaves<T>;
}

/** Gives the leaves of the new group their versions. @returns whether one changed */
function fillLeaves<T extends Leaf>(maps: LeafMaps<T>, isWhole: boolean): boolean {
  let isChanged = false;
  for (const key of keysOf(maps.next)) {
    const [old, leaf] = [maps.old.get(key), defined(maps.next.get(key))];
    const isSame = old !== undefined && contentOf(old) === contentOf(leaf);
    leaf.setVersion(old === undefined ? 0 : old.getVersion() + (isSame ? 0 : 1));
    if (isSame && isWhole) maps.read.set(key, old);
    if (!isSame || isWhole) maps.write.set(key, leaf);
    isChanged ||= !isSame;
  }
  return isChanged;
}

function fillGroups(old: common.ConfigGroup, next: common.ConfigGroup, sets: Sets): boolean {
  let isChanged = false;
  for (const key of keysOf(next.getGroupsMap())) {
    const [before, after] = [old.getGroupsMap().get(key), next.getGroupsMap().get(key)];
    const update = before && computedUpdate(before, defined(after));
    if (update === undefined) sets.write.getGroupsMap().set(key, defined(after));
    if (update !== undefined && (update.isChanged || sets.isWhole)) {
      sets.read.getGroupsMap().set(key, update.read);
      sets.write.getGroupsMap().set(key, update.write);
    }
    isChanged ||= update === undefined || update.isChanged;
  }
  return isChanged;
}

/** @param next gets its versions here: each changed element one more than before, new ones 0 */
export function computedUpdate(old: common.ConfigGroup, next: common.ConfigGroup): ComputedUpdate {
  const isWhole =
    old.getModPolicy() !== next.getModPolicy() ||
    !sameKeys(old.getGroupsMap(), next.getGroupsMap()) ||
    !sameKeys(old.getValuesMap(), next.getValuesMap()) ||
    !sameKeys(old.getPoliciesMap(), next.getPoliciesMap());
  next.setVersion(old.getVersion() + (isWhole ? 1 : 0));
  const sets = { read: bare(old), write: bare(next), isWhole };
  const maps = <T>(of: (group: common.ConfigGroup) => Leaves<T>): LeafMaps<T> => ({
    old: of(old),
    next: of(next),
    read: of(sets.read),
    write: of(sets.write),
  });
  const changed = [
    fillLeaves(
      maps<common.ConfigValue>((group) => group.getValuesMap()),
      isWhole,
    ),
    fillLeaves(
      maps<common.ConfigPolicy>((group) => group.getPoliciesMap()),
      isWhole,
    ),
    fillGroups(old, next, sets),
  ];
  return { read: sets.read, write: sets.write, isChanged: isWhole || changed.includes(true) };
}
