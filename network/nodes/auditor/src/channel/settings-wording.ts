// SPDX-License-Identifier: Apache-2.0
// Settings in words, for people who look through changes: numbers, names and fingerprints, never a certificate's content.
import { common, orderer } from '@hyperledger/fabric-protos';
import { certificateIn, fingerprintOf } from './certificate.js';
import type { Identified } from './membership.js';
import { PolicyGroup } from './policies.js';
import { capabilitiesIn, membershipSettings, type UnitRule } from './channel-settings.js';
import type { PolicyContent, SettingsGroup, SettingsNode } from './settings-tree.js';

/** Between the parts of a long text. */
export const PARTS = '; ';

/** Long enough to tell certificates apart by eye. */
const SHOWN = 16;

function shown(pem: string): string {
  try {
    return fingerprintOf(certificateIn(pem).raw).slice(0, SHOWN);
  } catch {
    return 'unreadable';
  }
}

const shownBytes = (bytes: Uint8Array): string => fingerprintOf(bytes).slice(0, SHOWN);

const list = (name: string, entries: readonly string[]): string[] =>
  entries.length === 0 ? [] : [`${name} ${entries.join(' ')}`];

const unit = (rule: UnitRule | undefined): string => rule?.identifier ?? '';

function membership(bytes: Uint8Array): string {
  const settings = membershipSettings(bytes);
  const parts = [
    settings.mspId,
    ...list('roots', settings.roots.map(shown)),
    ...list('intermediates', settings.intermediates.map(shown)),
    ...list('administrators', settings.admins.map(shown)),
    ...list('revocation lists', settings.revocationLists.map(shownBytes)),
    ...list('units', settings.units.map(unit)),
    ...list('kinds of members', Object.values(settings.roles ?? {}).map(unit)),
  ];
  return parts.join(PARTS);
}

function batchSize(bytes: Uint8Array): string {
  const size = orderer.BatchSize.deserializeBinary(bytes);
  const [count, absolute, preferred] = [
    size.getMaxMessageCount(),
    size.getAbsoluteMaxBytes(),
    size.getPreferredMaxBytes(),
  ];
  return `${count} transactions, ${preferred} bytes preferred, ${absolute} at most`;
}

function consensus(bytes: Uint8Array): string {
  const type = orderer.ConsensusType.deserializeBinary(bytes);
  return `${type.getType()}, state ${type.getState()}, settings ${shownBytes(type.getMetadata_asU8())}`;
}

const addresses = (bytes: Uint8Array): string =>
  common.OrdererAddresses.deserializeBinary(bytes).getAddressesList().join(' ');

/** By the name of a value. Others are shown by their hash. */
const VALUES: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  MSP: membership,
  Capabilities: (bytes) => capabilitiesIn(bytes).join(' '),
  BatchSize: batchSize,
  BatchTimeout: (bytes) => orderer.BatchTimeout.deserializeBinary(bytes).getTimeout(),
  ConsensusType: consensus,
  Endpoints: addresses,
  OrdererAddresses: addresses,
};

function valueText(key: string, bytes: Uint8Array): string {
  const read = Object.hasOwn(VALUES, key) ? VALUES[key] : undefined;
  try {
    return read?.(bytes) ?? `content ${shownBytes(bytes)}`;
  } catch {
    return `unreadable content ${shownBytes(bytes)}`;
  }
}

const unknown = (): Identified => ({ valid: false, reason: '' });

/** Compiled alone, a policy says the same in words as in its place. */
function policyText(policy: PolicyContent | undefined): string {
  if (policy === undefined) return 'nothing';
  const alone: SettingsGroup = {
    kind: 'group',
    version: 0,
    modPolicy: '',
    groups: new Map(),
    values: new Map(),
    policies: new Map([['it', { kind: 'policy', version: 0, modPolicy: '', policy }]]),
  };
  try {
    return new PolicyGroup('alone', alone, unknown).policy('it')?.text ?? 'nothing';
  } catch {
    return `unreadable policy ${shownBytes(policy.value)}`;
  }
}

/** @param key name of the element in its group @returns its content for people */
export function settingText(key: string, node: SettingsNode): string {
  if (node.kind === 'value') return valueText(key, node.value);
  if (node.kind === 'policy') return policyText(node.policy);
  const names = [...node.groups.keys(), ...node.values.keys(), ...node.policies.keys()];
  return `holds ${names.sort().join(' ')}`;
}
