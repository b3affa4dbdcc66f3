// SPDX-License-Identifier: Apache-2.0
// A channel's settings as they stand at a height: the tree, and what of it decides who may sign.
import { common, msp, orderer } from '@hyperledger/fabric-protos';
import { ChannelError, readable } from './channel-error.js';
import {
  settingsElements,
  settingsGroup,
  type SettingsElements,
  type SettingsGroup,
} from './settings-tree.js';

/** A kind of unit that makes its bearers clients, peers, administrators or orderers. */
export interface UnitRule {
  readonly identifier: string;
  /** PEM: counts only under this authority. Empty: under any. */
  readonly certificate: string;
}

/** The kinds of members that units tell apart. */
export const UNIT_ROLES = ['client', 'peer', 'admin', 'orderer'] as const;

export type UnitRole = (typeof UNIT_ROLES)[number];

/** Who belongs to an organisation: Fabric's `FabricMSPConfig`. Certificates are PEM. */
export interface MembershipSettings {
  readonly mspId: string;
  readonly roots: readonly string[];
  readonly intermediates: readonly string[];
  readonly admins: readonly string[];
  /** PEM or DER. */
  readonly revocationLists: readonly Uint8Array[];
  /** Units of which each member has one; empty: no matter. */
  readonly units: readonly UnitRule[];
  /** Units that make members clients, peers, administrators or orderers; undefined: they are not told apart. */
  readonly roles: Readonly<Partial<Record<UnitRole, UnitRule>>> | undefined;
  readonly signatureHash: string;
  readonly identityHash: string;
  /** The message, by which two descriptions of one organisation are compared. */
  readonly bytes: Uint8Array;
}

/** An organisation in one of the channel's sections; many stand in both. */
export interface Organisation {
  readonly section: Section;
  /** The name of its group. */
  readonly name: string;
  readonly membership: MembershipSettings;
}

export type Section = 'Application' | 'Orderer';

export interface Consensus {
  /** `etcdraft` or `BFT`. */
  readonly type: string;
  /** Fabric's `ConsensusType.State`: 0 is normal work. */
  readonly state: number;
}

/** Capabilities by the group that asks for them. */
export interface Capabilities {
  readonly channel: readonly string[];
  readonly orderer: readonly string[];
  readonly application: readonly string[];
}

export interface ChannelSettings {
  /** Counts the changes. */
  readonly sequence: number;
  readonly root: SettingsGroup;
  readonly elements: SettingsElements;
  readonly organisations: readonly Organisation[];
  readonly capabilities: Capabilities;
  readonly consensus: Consensus | undefined;
  readonly ordererAddresses: readonly string[];
  /** As the settings name it; Fabric hashes blocks with SHA-256 whatever stands here. */
  readonly hashAlgorithm: string;
}

const SECTIONS: readonly Section[] = ['Application', 'Orderer'];
const FABRIC_MSP = 0;

const text = (bytes: Uint8Array | string): string =>
  typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');

const unitRule = (message: msp.FabricOUIdentifier): UnitRule => ({
  identifier: message.getOrganizationalUnitIdentifier(),
  certificate: text(message.getCertificate_asU8()),
});

/** Without a single unit, Fabric does not tell members apart, whatever the switch says: `setupNodeOUsV142`. */
function rolesOf(message: msp.FabricNodeOUs | undefined): MembershipSettings['roles'] {
  const units = {
    client: message?.getClientOuIdentifier(),
    peer: message?.getPeerOuIdentifier(),
    admin: message?.getAdminOuIdentifier(),
    orderer: message?.getOrdererOuIdentifier(),
  };
  const rules = UNIT_ROLES.flatMap((role) => {
    const unit = units[role];
    return unit === undefined ? [] : [[role, unitRule(unit)] as const];
  });
  const isOn = message?.getEnable() === true && rules.length > 0;
  return isOn ? Object.fromEntries(rules) : undefined;
}

/** @param bytes Fabric’s `MSPConfig` @throws {ChannelError} unsupported */
export function membershipSettings(bytes: Uint8Array): MembershipSettings {
  const outer = msp.MSPConfig.deserializeBinary(bytes);
  if (outer.getType() !== FABRIC_MSP)
    throw new ChannelError('unsupported', 'An organisation has members of another kind than X.509');
  const message = msp.FabricMSPConfig.deserializeBinary(outer.getConfig_asU8());
  return {
    mspId: message.getName(),
    roots: message.getRootCertsList_asU8().map(text),
    intermediates: message.getIntermediateCertsList_asU8().map(text),
    admins: message.getAdminsList_asU8().map(text),
    revocationLists: message.getRevocationListList_asU8(),
    units: message.getOrganizationalUnitIdentifiersList().map(unitRule),
    roles: rolesOf(message.getFabricNodeOus()),
    signatureHash: message.getCryptoConfig()?.getSignatureHashFamily() ?? '',
    identityHash: message.getCryptoConfig()?.getIdentityIdentifierHashFunction() ?? '',
    bytes,
  };
}

/** @returns the value of a group by the message that stands in it; undefined: there is none */
function valueIn<T>(
  group: SettingsGroup | undefined,
  name: string,
  read: (bytes: Uint8Array) => T,
): T | undefined {
  const value = group?.values.get(name)?.value;
  return value === undefined ? undefined : readable(`The value ${name}`, () => read(value));
}

const addressesIn = (bytes: Uint8Array): string[] =>
  common.OrdererAddresses.deserializeBinary(bytes).getAddressesList();

function consensusIn(bytes: Uint8Array): Consensus {
  const message = orderer.ConsensusType.deserializeBinary(bytes);
  return { type: message.getType(), state: message.getState() };
}

/** @param bytes Fabric's `Capabilities` */
export function capabilitiesIn(bytes: Uint8Array): string[] {
  const names: string[] = [];
  common.Capabilities.deserializeBinary(bytes)
    .getCapabilitiesMap()
    .forEach((_, name: string) => names.push(name));
  return names.sort();
}

function organisationsIn(root: SettingsGroup): Organisation[] {
  return SECTIONS.flatMap((section) =>
    [...(root.groups.get(section)?.groups ?? [])].map(([name, group]) => {
      const membership = valueIn(group, 'MSP', membershipSettings);
      if (membership === undefined)
        throw new ChannelError('refused', `/Channel/${section}/${name} has no members`);
      return { section, name, membership };
    }),
  );
}

function addressesOf(root: SettingsGroup): string[] {
  const organisations = [...(root.groups.get('Orderer')?.groups.values() ?? [])];
  const own = organisations.flatMap((group) => valueIn(group, 'Endpoints', addressesIn) ?? []);
  return [...(valueIn(root, 'OrdererAddresses', addressesIn) ?? []), ...own];
}

function capabilitiesOf(root: SettingsGroup): Capabilities {
  const of = (group: SettingsGroup | undefined): string[] =>
    valueIn(group, 'Capabilities', capabilitiesIn) ?? [];
  return {
    channel: of(root),
    orderer: of(root.groups.get('Orderer')),
    application: of(root.groups.get('Application')),
  };
}

/** Mirrors the choice of sections in `NewChannelConfig`; a system channel's consortiums are of no use to an auditor. */
function checkSections(root: SettingsGroup): void {
  const other = [...root.groups.keys()].find((name) => !SECTIONS.some((known) => known === name));
  if (other !== undefined)
    throw new ChannelError('unsupported', `/Channel/${other} is no section of a channel`);
}

function settingsOf(config: common.Config): ChannelSettings {
  const group = config.getChannelGroup();
  if (group === undefined) throw new ChannelError('unreadable', 'The settings have no channel');
  const root = settingsGroup(group);
  checkSections(root);
  return {
    sequence: config.getSequence(),
    root,
    elements: settingsElements(root),
    organisations: organisationsIn(root),
    capabilities: capabilitiesOf(root),
    consensus: valueIn(root.groups.get('Orderer'), 'ConsensusType', consensusIn),
    ordererAddresses: addressesOf(root),
    hashAlgorithm:
      valueIn(root, 'HashingAlgorithm', (bytes) =>
        common.HashingAlgorithm.deserializeBinary(bytes).getName(),
      ) ?? '',
  };
}

/**
 * @param envelope Fabric's `ConfigEnvelope`
 * @throws {ChannelError}
 */
export const channelSettings = (envelope: Uint8Array): ChannelSettings =>
  readable('The settings of the channel', () => {
    const config = common.ConfigEnvelope.deserializeBinary(envelope).getConfig();
    if (config === undefined) throw new ChannelError('unreadable', 'There are no settings');
    return settingsOf(config);
  });
