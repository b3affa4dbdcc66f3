// SPDX-License-Identifier: Apache-2.0
// The tree of a channel's settings: groups of values and policies, each with a version and the policy by which it may be changed.
import { common } from '@hyperledger/fabric-protos';

interface Versioned {
  readonly version: number;
  /** Name of the policy by which it may be changed: in its own group, or from `/Channel` on. */
  readonly modPolicy: string;
}

export interface SettingsValue extends Versioned {
  readonly kind: 'value';
  readonly value: Uint8Array;
}

/** Fabric's `Policy`: its type, and the message of that type. */
export interface PolicyContent {
  readonly type: number;
  readonly value: Uint8Array;
}

export interface SettingsPolicy extends Versioned {
  readonly kind: 'policy';
  readonly policy: PolicyContent | undefined;
}

export interface SettingsGroup extends Versioned {
  readonly kind: 'group';
  readonly groups: ReadonlyMap<string, SettingsGroup>;
  readonly values: ReadonlyMap<string, SettingsValue>;
  readonly policies: ReadonlyMap<string, SettingsPolicy>;
}

export type SettingsNode = SettingsGroup | SettingsValue | SettingsPolicy;

/** A node with its place. */
export interface SettingsElement {
  /** The groups from the root to the one that holds it. Empty for the root. */
  readonly path: readonly string[];
  readonly key: string;
  readonly node: SettingsNode;
}

/** Elements by their subject, such as `value /Channel/Orderer/BatchSize`: a value, a policy and a group may share a path. */
export type SettingsElements = ReadonlyMap<string, SettingsElement>;

/** The name of the root group. */
export const ROOT = 'Channel';

interface ProtoMap<M> {
  forEach(each: (message: M, key: string) => void): void;
}

function mapped<M, T>(map: ProtoMap<M>, read: (message: M) => T): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  map.forEach((message, key) => found.set(key, read(message)));
  return found;
}

const valueOf = (message: common.ConfigValue): SettingsValue => ({
  kind: 'value',
  version: message.getVersion(),
  modPolicy: message.getModPolicy(),
  value: message.getValue_asU8(),
});

function policyOf(message: common.ConfigPolicy): SettingsPolicy {
  const policy = message.getPolicy();
  return {
    kind: 'policy',
    version: message.getVersion(),
    modPolicy: message.getModPolicy(),
    policy: policy && { type: policy.getType(), value: policy.getValue_asU8() },
  };
}

/** @param message fields that this version of the message does not have are not seen */
export const settingsGroup = (message: common.ConfigGroup): SettingsGroup => ({
  kind: 'group',
  version: message.getVersion(),
  modPolicy: message.getModPolicy(),
  groups: mapped(message.getGroupsMap(), settingsGroup),
  values: mapped(message.getValuesMap(), valueOf),
  policies: mapped(message.getPoliciesMap(), policyOf),
});

/** @returns the name under which an element stands in {@link SettingsElements} */
export const subjectOf = (kind: SettingsNode['kind'], path: readonly string[]): string =>
  `${kind} /${path.join('/')}`;

const LONGEST_NAME = 249;

/** Mirrors `validateConfigID`. A name with a slash could stand for another place. */
export const isName = (text: string): boolean =>
  /^[a-zA-Z0-9.-]+$/.test(text) && text.length <= LONGEST_NAME && text !== '.' && text !== '..';

function* elementsIn(
  path: readonly string[],
  key: string,
  node: SettingsNode,
): Generator<SettingsElement> {
  yield { path, key, node };
  if (node.kind !== 'group') return;
  for (const children of [node.groups, node.values, node.policies])
    for (const [name, child] of children) yield* elementsIn([...path, key], name, child);
}

/** All elements by their subject; mirrors `mapConfig`. @throws {RangeError} naming a place whose name Fabric does not allow */
export function settingsElements(root: SettingsGroup | undefined): SettingsElements {
  const elements = root === undefined ? [] : [...elementsIn([], ROOT, root)];
  const bad = elements.find(({ key }) => !isName(key));
  if (bad !== undefined) throw new RangeError(`A name in /${bad.path.join('/')} is not allowed`);
  return new Map(
    elements.map((each) => [subjectOf(each.node.kind, [...each.path, each.key]), each]),
  );
}
