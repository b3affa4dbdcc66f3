// SPDX-License-Identifier: Apache-2.0
// Policies for tests, written as messages.
import { common, msp, peer } from '@hyperledger/fabric-protos';

const { Classification } = msp.MSPPrincipal;
const { MSPRoleType } = msp.MSPRole;

/** What a policy names. */
type TestPrincipal = msp.MSPPrincipal;

/** @returns a principal of any kind */
export function principalOf(
  classification: msp.MSPPrincipal.ClassificationMap[keyof msp.MSPPrincipal.ClassificationMap],
  bytes: Uint8Array,
): msp.MSPPrincipal {
  const message = new msp.MSPPrincipal();
  message.setPrincipalClassification(classification);
  message.setPrincipal(bytes);
  return message;
}

export function roleOf(mspId: string, role: keyof typeof MSPRoleType): msp.MSPPrincipal {
  const message = new msp.MSPRole();
  message.setMspIdentifier(mspId);
  message.setRole(MSPRoleType[role]);
  return principalOf(Classification.ROLE, message.serializeBinary());
}

/** A signer by its place in the list of principals, or some of several rules. */
export type TestRule = number | { readonly n: number; readonly of: readonly TestRule[] };

function ruleOf(rule: TestRule): common.SignaturePolicy {
  const message = new common.SignaturePolicy();
  if (typeof rule === 'number') {
    message.setSignedBy(rule);
    return message;
  }
  const combined = new common.SignaturePolicy.NOutOf();
  combined.setN(rule.n);
  combined.setRulesList(rule.of.map(ruleOf));
  message.setNOutOf(combined);
  return message;
}

export function signatureEnvelope(
  rule: TestRule,
  principals: readonly msp.MSPPrincipal[],
): common.SignaturePolicyEnvelope {
  const message = new common.SignaturePolicyEnvelope();
  message.setRule(ruleOf(rule));
  message.setIdentitiesList([...principals]);
  return message;
}

/** @returns so many of these */
export const someOf = (n: number, principals: readonly msp.MSPPrincipal[]) =>
  signatureEnvelope({ n, of: principals.map((_, place) => place) }, principals);

/** @returns Fabric's `ApplicationPolicy` */
export function applicationPolicy(of: string | common.SignaturePolicyEnvelope): Uint8Array {
  const message = new peer.ApplicationPolicy();
  if (typeof of === 'string') message.setChannelConfigPolicyReference(of);
  else message.setSignaturePolicy(of);
  return message.serializeBinary();
}

/** @returns a policy of the settings that asks for signatures */
export function signaturePolicyOf(envelope: common.SignaturePolicyEnvelope): common.Policy {
  const message = new common.Policy();
  message.setType(common.Policy.PolicyType.SIGNATURE);
  message.setValue(envelope.serializeBinary());
  return message;
}

/** @returns a policy of the settings that asks the groups below */
export function implicitPolicyOf(
  rule: keyof common.ImplicitMetaPolicy.RuleMap,
  name: string,
): common.Policy {
  const inner = new common.ImplicitMetaPolicy();
  inner.setRule(common.ImplicitMetaPolicy.Rule[rule]);
  inner.setSubPolicy(name);
  const message = new common.Policy();
  message.setType(common.Policy.PolicyType.IMPLICIT_META);
  message.setValue(inner.serializeBinary());
  return message;
}
