// SPDX-License-Identifier: Apache-2.0
// The rules of a channel at a height: who is whom, which policies hold, and whether those signed whose signatures they ask for.
import { common, peer } from '@hyperledger/fabric-protos';
import type { RawBlock, Signed, SignedIdentity } from '../blocks/raw-block.js';
import { ChannelError, readable } from './channel-error.js';
import { channelSettings, type ChannelSettings, type Organisation } from './channel-settings.js';
import { Membership, type Identified, type Identity } from './membership.js';
import { PolicyGroup, signaturePolicy, type Policy } from './policies.js';
import { shortened, type Problem } from './problem.js';
import { ROOT } from './settings-tree.js';
import { verifySignature } from './signatures.js';
import { signersOf, type Signers } from './signers.js';

/** A policy by its path in the settings, by Fabric's `ApplicationPolicy` as a chaincode's definition has it, or itself. */
export type PolicyReference = string | Uint8Array | common.SignaturePolicyEnvelope;

/** With an older one, Fabric judges members in older ways. */
const CHANNEL_CAPABILITIES: ReadonlySet<string> = new Set(['V2_0', 'V3_0']);

const BLOCK_VALIDATION = '/Channel/Orderer/BlockValidation';

/** Mirrors `ProposeMSP`: an organisation that stands in both sections is described there in the same way. */
function membershipsOf(organisations: readonly Organisation[]): ReadonlyMap<string, Membership> {
  const described = new Map<string, Uint8Array>();
  for (const { membership } of organisations) {
    const other = described.get(membership.mspId);
    if (other !== undefined && !Buffer.from(other).equals(membership.bytes))
      throw new ChannelError('refused', `${membership.mspId} is described in two ways`);
    described.set(membership.mspId, membership.bytes);
  }
  const byId = new Map(organisations.map(({ membership }) => [membership.mspId, membership]));
  return new Map([...byId].map(([mspId, settings]) => [mspId, new Membership(settings)]));
}

function checkCapabilities({ capabilities }: ChannelSettings): void {
  if (!capabilities.channel.some((name) => CHANNEL_CAPABILITIES.has(name)))
    throw new ChannelError('unsupported', 'The channel has no capability V2_0 or V3_0');
}

/** What a policy that nobody set asks for: Fabric's `rejectPolicy`. */
const nobody = (name: string): Policy => ({
  isSatisfied: () => false,
  text: `${name}, which the settings do not have`,
});

/** The rules from one change of the settings to the next. Immutable but for what it remembers of certificates and policies. */
export class ChannelRules {
  readonly #memberships: ReadonlyMap<string, Membership>;
  readonly #policies: PolicyGroup;
  readonly #compiled = new Map<string, Policy>();

  private constructor(
    /** The channel's name. */
    readonly channel: string,
    readonly settings: ChannelSettings,
  ) {
    checkCapabilities(settings);
    this.#memberships = membershipsOf(settings.organisations);
    this.#policies = new PolicyGroup(ROOT, settings.root, this.#identify);
  }

  /**
   * @param envelope Fabric's `ConfigEnvelope`, as a transaction of the kind settings carries it
   * @param channel as the header of that transaction names it
   * @throws {ChannelError} when nothing can be judged by these settings
   */
  static of(envelope: Uint8Array, channel: string): ChannelRules {
    return new ChannelRules(channel, channelSettings(envelope));
  }

  /** Who that is, and whether it counts; mirrors `DeserializeIdentity` and `Validate`. Remembered by the certificate. */
  identify({ mspId, certificate }: SignedIdentity): Identified {
    return this.#identify(mspId, certificate);
  }

  readonly #identify = (mspId: string, certificate: string): Identified =>
    this.#memberships.get(mspId)?.identify(certificate) ?? {
      valid: false,
      reason: 'no organisation of the channel',
    };

  /** Verifies signatures, several at once. */
  async signers(signatures: readonly Signed[]): Promise<Signers> {
    return signersOf(signatures, (identity) => this.identify(identity));
  }

  /** @returns the policies of a group, by the names of groups from the channel downwards; undefined: there is no such group */
  policiesOf(groups: readonly string[]): PolicyGroup | undefined {
    return this.#policies.group(groups);
  }

  /** Whether the settings have a policy at this path, which begins with `/Channel/`. */
  has(path: string): boolean {
    return this.#policies.policy(path) !== undefined;
  }

  /** @throws {ChannelError} for a policy of a chaincode that Fabric cannot compile */
  policy(reference: PolicyReference): Policy {
    if (typeof reference === 'string') return this.#policies.policy(reference) ?? nobody(reference);
    if (!(reference instanceof Uint8Array)) return signaturePolicy(reference, this.#identify);
    const key = Buffer.from(reference).toString('base64');
    const policy = this.#compiled.get(key) ?? this.#application(reference);
    this.#compiled.set(key, policy);
    return policy;
  }

  /** @param signers verified, each once: {@link signers} */
  satisfies(reference: PolicyReference, signers: readonly Identity[]): boolean {
    return this.policy(reference).isSatisfied(signers);
  }

  /** Mirrors `checkSignatureFromCreator` of core/common/validation/msgvalidation.go. */
  async creatorProblem(creator: Signed | undefined): Promise<Problem | undefined> {
    const problem = (found: string): Problem => ({
      rule: 'transaction.creator',
      ...(creator && { subject: shortened(creator.identity.mspId) }),
      expected: 'a member of the channel, who signed the transaction',
      found,
    });
    if (creator === undefined) return problem('nobody signed');
    const identified = this.identify(creator.identity);
    if (!identified.valid) return problem(identified.reason);
    const { message, signature } = creator;
    return (await verifySignature(identified.publicKey, message, signature))
      ? undefined
      : problem('the signature is not over this transaction');
  }

  /**
   * Mirrors `BlockSignatureVerifier` of protoutil/blockutils.go. A block that brings settings is signed by the rules before it.
   * @returns undefined for block 0, too: nobody signs it, and it is believed by its hash
   */
  async blockSignatures(block: RawBlock): Promise<Problem | undefined> {
    if (block.number === 0) return undefined;
    if (this.settings.consensus?.type === 'BFT')
      return {
        rule: 'block.signatures',
        expected: 'orderers that agree by Raft',
        found: 'orderers that agree by BFT, whose signatures this auditor does not know',
      };
    const signers = await this.signers(block.signatures);
    const policy = this.policy(BLOCK_VALIDATION);
    if (policy.isSatisfied(signers.identities)) return undefined;
    return {
      rule: 'block.signatures',
      subject: BLOCK_VALIDATION,
      expected: policy.text,
      found: signers.text,
    };
  }

  /** Mirrors `ApplicationPolicyEvaluator` of core/policy/application.go. */
  #application(bytes: Uint8Array): Policy {
    return readable('The policy of a chaincode', () => {
      const message = peer.ApplicationPolicy.deserializeBinary(bytes);
      const { TypeCase } = peer.ApplicationPolicy;
      const signature = message.getSignaturePolicy();
      if (signature !== undefined) return signaturePolicy(signature, this.#identify);
      if (message.getTypeCase() !== TypeCase.CHANNEL_CONFIG_POLICY_REFERENCE)
        throw new ChannelError('refused', 'The policy of a chaincode asks for nothing');
      return this.policy(message.getChannelConfigPolicyReference());
    });
  }
}
