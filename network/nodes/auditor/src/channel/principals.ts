// SPDX-License-Identifier: Apache-2.0
// What a signature policy asks of one signer: Fabric's `MSPPrincipal`.
import { msp } from '@hyperledger/fabric-protos';
import { readable } from './channel-error.js';
import type { Identified, Identity, Role } from './membership.js';

/** Whether a signer is one of those that a policy asks for. */
export type Principal = (identity: Identity) => boolean;

/** Identifies whom a principal names by a certificate. */
export type Identify = (mspId: string, pem: string) => Identified;

/** A principal that a policy names, and how a person reads it: `BankMSP admin`. */
export interface NamedPrincipal {
  readonly isMet: Principal;
  readonly text: string;
}

const { Classification } = msp.MSPPrincipal;
const { MSPRoleType } = msp.MSPRole;
const { MSPIdentityAnonymityType } = msp.MSPIdentityAnonymity;

const ROLES: ReadonlyMap<number, Role> = new Map([
  [MSPRoleType.MEMBER, 'member'],
  [MSPRoleType.ADMIN, 'admin'],
  [MSPRoleType.CLIENT, 'client'],
  [MSPRoleType.PEER, 'peer'],
  [MSPRoleType.ORDERER, 'orderer'],
]);

/** A principal that Fabric cannot make sense of is met by nobody: it fails when it is asked for, not when it is set. */
const nobody = (text: string): NamedPrincipal => ({ isMet: () => false, text });

function role(bytes: Uint8Array): NamedPrincipal {
  const message = msp.MSPRole.deserializeBinary(bytes);
  const mspId = message.getMspIdentifier();
  const asked = ROLES.get(message.getRole());
  if (asked === undefined) return nobody(`unknown role of ${mspId}`);
  return {
    isMet: (identity) => identity.mspId === mspId && identity.roles.has(asked),
    text: `${mspId} ${asked}`,
  };
}

function unit(bytes: Uint8Array): NamedPrincipal {
  const message = msp.OrganizationUnit.deserializeBinary(bytes);
  const mspId = message.getMspIdentifier();
  const identifier = message.getOrganizationalUnitIdentifier();
  const certifiers = Buffer.from(message.getCertifiersIdentifier_asU8()).toString('hex');
  return {
    isMet: (identity) =>
      identity.mspId === mspId &&
      identity.units.some(
        (each) => each.identifier === identifier && each.certifiers === certifiers,
      ),
    text: `${mspId} unit ${identifier}`,
  };
}

function identity(bytes: Uint8Array, identify: Identify): NamedPrincipal {
  const message = msp.SerializedIdentity.deserializeBinary(bytes);
  const mspId = message.getMspid();
  const named = identify(mspId, Buffer.from(message.getIdBytes_asU8()).toString('utf8'));
  if (!named.valid) return nobody(`a certificate of ${mspId} that does not count`);
  return {
    isMet: (each) => each.mspId === mspId && each.fingerprint === named.fingerprint,
    text: `${mspId} certificate ${named.fingerprint.slice(0, 16)}`,
  };
}

function anonymity(bytes: Uint8Array): NamedPrincipal {
  const type = msp.MSPIdentityAnonymity.deserializeBinary(bytes).getAnonymityType();
  const isNominal = type === MSPIdentityAnonymityType.NOMINAL;
  return { isMet: () => isNominal, text: isNominal ? 'anybody by name' : 'anybody without a name' };
}

function combined(bytes: Uint8Array, identify: Identify): NamedPrincipal {
  const parts = msp.CombinedPrincipal.deserializeBinary(bytes)
    .getPrincipalsList()
    .map((each) => principal(each, identify));
  return {
    isMet: (each) => parts.length > 0 && parts.every(({ isMet }) => isMet(each)),
    text: parts.map(({ text }) => text).join(' and '),
  };
}

type Reader = (bytes: Uint8Array, identify: Identify) => NamedPrincipal;

const READERS: ReadonlyMap<number, Reader> = new Map<number, Reader>([
  [Classification.ROLE, role],
  [Classification.ORGANIZATION_UNIT, unit],
  [Classification.IDENTITY, identity],
  [Classification.ANONYMITY, anonymity],
  [Classification.COMBINED, combined],
]);

/** Mirrors `SatisfiesPrincipal` and `satisfiesPrincipalInternalV142` of msp/mspimpl.go. */
export function principal(message: msp.MSPPrincipal, identify: Identify): NamedPrincipal {
  const read = READERS.get(message.getPrincipalClassification());
  if (read === undefined) return nobody('unknown kind of signer');
  try {
    return readable('A principal', () => read(message.getPrincipal_asU8(), identify));
  } catch {
    return nobody('unreadable kind of signer');
  }
}
