// SPDX-License-Identifier: Apache-2.0
// Policies, compiled once for each state of the settings: who must have signed.
import { common } from '@hyperledger/fabric-protos';
import { ChannelError, readable } from './channel-error.js';
import type { Identity } from './membership.js';
import { principal, type Identify, type NamedPrincipal } from './principals.js';
import type { PolicyContent, SettingsGroup } from './settings-tree.js';

/** A policy that can be asked. */
export interface Policy {
  /** @param signers each once, in the order of their signatures, which have been verified */
  readonly isSatisfied: (signers: readonly Identity[]) => boolean;
  /** For people: `2 of (BankMSP peer, MerchantMSP peer)`. */
  readonly text: string;
}

/** Whether a part is satisfied; marks the signers that it counts as used. */
type Part = (signers: readonly Identity[], used: boolean[]) => boolean;

interface NamedPart {
  readonly asks: Part;
  readonly text: string;
}

/** Mirrors the second case of `compile` in common/cauthdsl/cauthdsl.go: the first fitting signer that is not used. */
function signedBy(index: number, principals: readonly NamedPrincipal[]): NamedPart {
  const asked = principals[index];
  if (asked === undefined)
    throw new ChannelError('refused', 'A policy asks for a signer that it does not describe');
  return {
    asks: (signers, used) => {
      const found = signers.findIndex((each, place) => !used[place] && asked.isMet(each));
      if (found >= 0) used[found] = true;
      return found >= 0;
    },
    text: asked.text,
  };
}

/** Mirrors the first case: what a part used counts only if the part was satisfied. All parts are asked, even after enough are. */
function outOf(needed: number, parts: readonly NamedPart[]): NamedPart {
  const asks: Part = (signers, used) => {
    const satisfied = parts.filter((part) => {
      const trial = [...used];
      if (!part.asks(signers, trial)) return false;
      used.splice(0, used.length, ...trial);
      return true;
    });
    return satisfied.length >= needed;
  };
  return { asks, text: `${needed} of (${parts.map(({ text }) => text).join(', ')})` };
}

function compile(
  rule: common.SignaturePolicy | undefined,
  principals: readonly NamedPrincipal[],
): NamedPart {
  const { TypeCase } = common.SignaturePolicy;
  const combined = rule?.getNOutOf();
  if (combined !== undefined)
    return outOf(
      combined.getN(),
      combined.getRulesList().map((each) => compile(each, principals)),
    );
  if (rule?.getTypeCase() !== TypeCase.SIGNED_BY)
    throw new ChannelError('refused', 'A policy has a part that asks for nothing');
  return signedBy(rule.getSignedBy(), principals);
}

/** @throws {ChannelError} where Fabric cannot compile it */
export function signaturePolicy(
  envelope: common.SignaturePolicyEnvelope,
  identify: Identify,
): Policy {
  const principals = envelope.getIdentitiesList().map((each) => principal(each, identify));
  const { asks, text } = compile(envelope.getRule(), principals);
  return {
    isSatisfied: (signers) => asks(signers, new Array<boolean>(signers.length).fill(false)),
    text,
  };
}

/** Mirrors `NewPolicy` of the provider that reads the settings' policies; those of chaincodes have no version to check. */
function setSignaturePolicy(bytes: Uint8Array, identify: Identify): Policy {
  const envelope = common.SignaturePolicyEnvelope.deserializeBinary(bytes);
  if (envelope.getVersion() !== 0)
    throw new ChannelError('unsupported', 'A policy is of a version that Fabric does not know');
  return signaturePolicy(envelope, identify);
}

const { Rule } = common.ImplicitMetaPolicy;

/** How many of so many groups. Of none, none; what is no rule asks for none either, as in Go. */
const THRESHOLDS: ReadonlyMap<number, readonly [name: string, of: (groups: number) => number]> =
  new Map([
    [Rule.ANY, ['ANY', (groups: number) => Math.min(1, groups)] as const],
    [Rule.ALL, ['ALL', (groups: number) => groups] as const],
    [
      Rule.MAJORITY,
      ['MAJORITY', (groups: number) => (groups === 0 ? 0 : Math.floor(groups / 2) + 1)] as const,
    ],
  ]);

/** Mirrors common/policies/implicitmeta.go. */
function implicitPolicy(bytes: Uint8Array, groups: readonly PolicyGroup[]): Policy {
  const message = common.ImplicitMetaPolicy.deserializeBinary(bytes);
  const [name, of] = THRESHOLDS.get(message.getRule()) ?? ['NONE', () => 0];
  const policies = groups.map((group) => group.policy(message.getSubPolicy()));
  const needed = of(groups.length);
  return {
    isSatisfied: (signers) =>
      policies.filter((policy) => policy?.isSatisfied(signers) === true).length >= needed,
    text: `${name} ${message.getSubPolicy()}`,
  };
}

const { PolicyType } = common.Policy;

function compileSet(
  content: PolicyContent | undefined,
  groups: readonly PolicyGroup[],
  identify: Identify,
): Policy {
  if (content?.type === PolicyType.SIGNATURE) return setSignaturePolicy(content.value, identify);
  if (content?.type === PolicyType.IMPLICIT_META) return implicitPolicy(content.value, groups);
  throw new ChannelError('refused', 'A policy of the settings is of an unknown kind');
}

/** The policies of a group of the settings and of those below it: Fabric's `ManagerImpl` in common/policies/policy.go. */
export class PolicyGroup {
  readonly #path: string;
  readonly #groups: ReadonlyMap<string, PolicyGroup>;
  readonly #policies: ReadonlyMap<string, Policy>;

  /** @param path without a slash in front @throws {ChannelError} where Fabric would not take the settings */
  constructor(path: string, group: SettingsGroup, identify: Identify) {
    this.#path = path;
    this.#groups = new Map(
      [...group.groups].map(([name, each]) => [
        name,
        new PolicyGroup(`${path}/${name}`, each, identify),
      ]),
    );
    const groups = [...this.#groups.values()];
    this.#policies = new Map(
      [...group.policies].map(([name, { policy }]) => [
        name,
        readable(`The policy /${path}/${name}`, () => compileSet(policy, groups, identify)),
      ]),
    );
  }

  /** @param names of groups, from this one downwards */
  group(names: readonly string[]): PolicyGroup | undefined {
    const [name, ...further] = names;
    return name === undefined ? this : this.#groups.get(name)?.group(further);
  }

  /**
   * Mirrors `GetPolicy`.
   * @param name from this group downwards, or from the channel on when a slash stands in front
   * @returns undefined where there is none: nobody satisfies it
   */
  policy(name: string): Policy | undefined {
    const own = `/${this.#path}/`;
    if (name.startsWith('/'))
      return name.startsWith(own) ? this.#below(name.slice(own.length)) : undefined;
    return this.#below(name);
  }

  #below(name: string): Policy | undefined {
    const parts = name.split('/');
    const last = parts.pop() ?? '';
    const group = this.group(parts);
    return group === undefined ? undefined : group.#policies.get(last);
  }
}
