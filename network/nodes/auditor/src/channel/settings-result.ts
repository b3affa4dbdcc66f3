// SPDX-License-Identifier: Apache-2.0
// The settings that a change gives: the old tree with the changed elements put in, and how two trees are compared.
import {
  ROOT,
  settingsElements,
  subjectOf,
  type SettingsElements,
  type SettingsGroup,
  type SettingsNode,
  type SettingsPolicy,
  type SettingsValue,
} from './settings-tree.js';

const CAPABILITIES_OF_ORDERERS = `value /${ROOT}/Orderer/Capabilities`;
/** What Fabric puts where an old channel has no name of a policy. */
const DEFAULT_POLICY = 'Admins';

/** A group says which children it has; what they are stands in the elements. @throws {RangeError} where one is missing */
class Rebuild {
  /** Mirrors the upgrade of old channels in `recurseConfigMap`. */
  readonly #fillsIn: boolean;

  constructor(readonly elements: SettingsElements) {
    this.#fillsIn = elements.has(CAPABILITIES_OF_ORDERERS);
  }

  group(path: readonly string[]): SettingsGroup {
    const group = this.#at('group', path) as SettingsGroup;
    const children = <T>(names: Iterable<string>, build: (child: readonly string[]) => T) =>
      new Map([...names].map((name) => [name, build([...path, name])]));
    return this.#filled({
      ...group,
      groups: children(group.groups.keys(), (child) => this.group(child)),
      values: children(group.values.keys(), (child) => this.#value(child)),
      policies: children(group.policies.keys(), (child) => this.#policy(child)),
    });
  }

  #value(path: readonly string[]): SettingsValue {
    return this.#filled(this.#at('value', path) as SettingsValue);
  }

  #policy(path: readonly string[]): SettingsPolicy {
    return this.#filled(this.#at('policy', path) as SettingsPolicy);
  }

  #at(kind: SettingsNode['kind'], path: readonly string[]): SettingsNode {
    const found = this.elements.get(subjectOf(kind, path));
    if (found === undefined) throw new RangeError(`There is no ${subjectOf(kind, path)}`);
    return found.node;
  }

  #filled<T extends SettingsNode>(node: T): T {
    return this.#fillsIn && node.modPolicy === '' ? { ...node, modPolicy: DEFAULT_POLICY } : node;
  }
}

/**
 * Mirrors `computeUpdateResult` and `configMapToConfig` of common/configtx.
 * @param changed the elements whose version the change raises, or that are new
 * @throws {RangeError} where a group names a child that nobody gave
 */
export const changedSettings = (old: SettingsElements, changed: SettingsElements): SettingsGroup =>
  new Rebuild(new Map([...old, ...changed])).group([ROOT]);

const sameBytes = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one === undefined || other === undefined ? one === other : Buffer.from(one).equals(other);

/** What an element is by itself, without what stands below it. */
function contentOf(node: SettingsNode): { readonly type: number; readonly bytes?: Uint8Array } {
  if (node.kind === 'value') return { type: 0, bytes: node.value };
  if (node.kind === 'group' || node.policy === undefined) return { type: -1 };
  return { type: node.policy.type, bytes: node.policy.value };
}

/** Whether two elements have the same content, whatever their versions. */
export function hasSameContent(one: SettingsNode, other: SettingsNode): boolean {
  const [left, right] = [contentOf(one), contentOf(other)];
  return left.type === right.type && sameBytes(left.bytes, right.bytes);
}

/** An element that is not what it should be. Absent: undefined. */
export interface Difference {
  readonly subject: string;
  readonly expected: SettingsNode | undefined;
  readonly found: SettingsNode | undefined;
}

const isEqual = (one: SettingsNode, other: SettingsNode): boolean =>
  one.version === other.version && one.modPolicy === other.modPolicy && hasSameContent(one, other);

/** @returns every element in which two trees differ, by subject */
export function differences(expected: SettingsGroup, found: SettingsElements): Difference[] {
  const elements = settingsElements(expected);
  const subjects = [...new Set([...elements.keys(), ...found.keys()])].sort();
  return subjects
    .map((subject) => ({
      subject,
      expected: elements.get(subject)?.node,
      found: found.get(subject)?.node,
    }))
    .filter(({ expected: one, found: other }) => !one || !other || !isEqual(one, other));
}
