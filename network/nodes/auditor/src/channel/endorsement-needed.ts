// SPDX-License-Identifier: Apache-2.0
// Whose endorsement a transaction needs, by what it wrote and the definitions in force, and whether it has it.
import { common, msp, peer } from '@hyperledger/fabric-protos';
import type { Access, Call, CollectionAccess } from '../blocks/raw-block.js';
import { ChannelError } from './channel-error.js';
import type { ChannelRules } from './channel-rules.js';
import {
  definitionOf,
  LIFECYCLE,
  type ChaincodeDefinition,
  type Definitions,
} from './definitions.js';
import { shortened, type Problem } from './problem.js';

/** A policy that a transaction must satisfy, and for the sake of what. */
export interface NeededPolicy {
  /** A chaincode, or a chaincode and a collection: `offline-pay`, `offline-pay/addresses`. */
  readonly subject: string;
  /** Fabric's `ApplicationPolicy`. */
  readonly policy: Uint8Array;
}

const IMPLICIT = '_implicit_org_';
const LIFECYCLE_POLICY = '/Channel/Application/LifecycleEndorsement';
/** The only way to check endorsements that comes with Fabric. */
const BUILT_IN = 'vscc';

function reference(path: string): Uint8Array {
  const policy = new peer.ApplicationPolicy();
  policy.setChannelConfigPolicyReference(path);
  return policy.serializeBinary();
}

/** Mirrors `SignedByNOutOfGivenRole` of common/policydsl for members. */
function membersOf(mspIds: readonly string[], needed: number): Uint8Array {
  const envelope = new common.SignaturePolicyEnvelope();
  const all = new common.SignaturePolicy.NOutOf();
  all.setN(needed);
  for (const [place, mspId] of mspIds.entries()) {
    const role = new msp.MSPRole();
    role.setMspIdentifier(mspId);
    role.setRole(msp.MSPRole.MSPRoleType.MEMBER);
    const principal = new msp.MSPPrincipal();
    principal.setPrincipalClassification(msp.MSPPrincipal.Classification.ROLE);
    principal.setPrincipal(role.serializeBinary());
    envelope.addIdentities(principal);
    const signed = new common.SignaturePolicy();
    signed.setSignedBy(place);
    all.addRules(signed);
  }
  const rule = new common.SignaturePolicy();
  rule.setNOutOf(all);
  envelope.setRule(rule);
  const policy = new peer.ApplicationPolicy();
  policy.setSignaturePolicy(envelope);
  return policy.serializeBinary();
}

const applicants = ({ settings }: ChannelRules) =>
  settings.organisations.filter(({ section }) => section === 'Application');

/** Mirrors `LifecycleEndorsementPolicyAsBytes`: without a policy of its own, the majority of the organisations. */
function lifecyclePolicy(rules: ChannelRules): Uint8Array {
  if (rules.has(LIFECYCLE_POLICY)) return reference(LIFECYCLE_POLICY);
  const mspIds = applicants(rules).map(({ membership }) => membership.mspId);
  return membersOf(mspIds, Math.floor(mspIds.length / 2) + 1);
}

/** Mirrors `ImplicitCollectionEndorsementPolicyAsBytes`. */
function implicitPolicy(rules: ChannelRules, collection: string): Uint8Array {
  const mspId = collection.slice(IMPLICIT.length);
  const found = applicants(rules).find(({ membership }) => membership.mspId === mspId);
  if (found === undefined)
    throw new ChannelError('refused', `${collection} is of no organisation of the channel`);
  const path = `/Channel/Application/${found.name}/Endorsement`;
  return rules.has(path) ? reference(path) : membersOf([mspId], 1);
}

/** What is known of a namespace: its definition, or that of `_lifecycle`, which nobody defines. */
interface Namespace {
  readonly name: string;
  readonly policy: Uint8Array;
  readonly collections: ChaincodeDefinition['collections'];
}

/** Mirrors `ValidationInfo` and `getCDataForCC`. */
function namespaceOf(name: string, rules: ChannelRules, definitions: Definitions): Namespace {
  if (name === LIFECYCLE) return { name, policy: lifecyclePolicy(rules), collections: [] };
  const found = definitionOf(definitions, name);
  if (found === undefined) throw new ChannelError('refused', `${name} is not defined`);
  if (found.policy.length === 0) throw new ChannelError('refused', `${name} has no policy`);
  if (found.validationPlugin !== BUILT_IN)
    throw new ChannelError('unsupported', `${name} is checked in a way of its own`);
  return { name, policy: found.policy, collections: found.collections };
}

/** Mirrors `CollectionValidationInfo`. */
function collectionPolicy(namespace: Namespace, name: string, rules: ChannelRules): Uint8Array {
  if (name.startsWith(IMPLICIT)) return implicitPolicy(rules, name);
  const found = namespace.collections.find((each) => each.name === name);
  if (found === undefined)
    throw new ChannelError('refused', `${namespace.name} has no collection ${name}`);
  return found.endorsementPolicy ?? namespace.policy;
}

const isWritten = ({ writes, hasMetadata }: CollectionAccess): boolean =>
  writes.length > 0 || hasMetadata;

const hasPublicWrites = ({ writes, metadataKeys }: Access): boolean =>
  writes.length > 0 || metadataKeys.length > 0;

/** Mirrors `txWritesToNamespace`. */
const isChanged = (access: Access): boolean =>
  hasPublicWrites(access) || access.collections.some(isWritten);

/** Mirrors `policyCheckerV20`: the chaincode's policy where a public row is written, or nothing at all. */
function neededIn(
  namespace: Namespace,
  access: Access | undefined,
  rules: ChannelRules,
): NeededPolicy[] {
  const collections = access?.collections.filter(isWritten) ?? [];
  const own = { subject: namespace.name, policy: namespace.policy };
  const isOwn = collections.length === 0 || (access !== undefined && hasPublicWrites(access));
  return [
    ...(isOwn ? [own] : []),
    ...collections.map(({ collection }) => ({
      subject: `${namespace.name}/${collection}`,
      policy: collectionPolicy(namespace, collection, rules),
    })),
  ];
}

/** Mirrors the checks of `Dispatch` in core/committer/txvalidator/v20/plugindispatcher/dispatcher.go. */
function checkForm({ chaincode, ran, announced, access }: Call): void {
  const refuse = (message: string) => new ChannelError('refused', message);
  if (chaincode === '' || chaincode !== ran.chaincode)
    throw refuse('the endorsers ran another chaincode than the sender named');
  if (ran.version === '') throw refuse('the endorsers do not say which version they ran');
  if (announced !== null && announced.chaincode !== chaincode)
    throw refuse('an event is announced for another chaincode');
  const names = access.map(({ namespace }) => namespace);
  if (new Set(names).size < names.length) throw refuse('a namespace is written twice');
  if (access.some(({ metadataKeys }) => metadataKeys.length > 0))
    throw new ChannelError('unsupported', 'a row got a policy of its own');
  if (access.some(({ collections }) => collections.some(({ hasMetadata }) => hasMetadata)))
    throw new ChannelError('unsupported', 'a private row got a policy of its own');
}

/**
 * Which policies the endorsers of a call must satisfy. The chaincode that was called counts, and each that wrote rows; policies of
 * single rows do not exist here, since no row ever gets one without a problem.
 * @throws {ChannelError} where Fabric refuses the call before it looks at signatures, or this auditor cannot judge it
 */
export function neededPolicies(
  call: Call,
  rules: ChannelRules,
  definitions: Definitions,
): readonly NeededPolicy[] {
  checkForm(call);
  const written = call.access.filter(isChanged).map(({ namespace }) => namespace);
  return [...new Set([call.chaincode, ...written])].flatMap((name) =>
    neededIn(
      namespaceOf(name, rules, definitions),
      call.access.find(({ namespace }) => namespace === name),
      rules,
    ),
  );
}

/** Policies and signers of an honest channel are named in full. */
const LONGEST = 2000;

const problem = (subject: string, expected: string, found: string): Problem => ({
  rule: 'transaction.endorsements',
  subject: shortened(subject),
  expected: shortened(expected, LONGEST),
  found: shortened(found, LONGEST),
});

/** @param definitions as they stood before the block: a definition counts from the block after its own */
export async function checkEndorsements(
  call: Call,
  rules: ChannelRules,
  definitions: Definitions,
): Promise<Problem | undefined> {
  try {
    const needed = neededPolicies(call, rules, definitions);
    const signers = await rules.signers(call.endorsements);
    const missing = needed.find(({ policy }) => !rules.satisfies(policy, signers.identities));
    if (missing === undefined) return undefined;
    return problem(missing.subject, rules.policy(missing.policy).text, signers.text);
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return problem(call.chaincode, 'a call that the rules in force can judge', error.message);
  }
}
