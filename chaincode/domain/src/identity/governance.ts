// SPDX-License-Identifier: Apache-2.0
// Who must vote for what: one table by kind of proposal. It also finds the kind of a proposal from the current state.
import { digestOf, isSame } from '../base/canonical.js';
import { ensure } from '../base/errors.js';
import type { Licensing, MerchantRow } from '../ledger/catalogue-shapes.js';
import type { ParticipantRow, Role } from '../ledger/identity-shapes.js';
import type { RegistryRow } from '../ledger/rows.js';
import type { OfflinePolicy, Policy } from '../policy/policy.js';
import { ensureSound, isActive, isBank, participantNamed, registryOf } from './registry.js';

/** How many active participants must vote: none in particular, more than half, or all except the subject. */
export type Quorum = 'none' | 'majority' | 'allOthers';

/** Whose vote is required: every bank, suspended or not; the subject; or the bank that pays the subject out. */
export type Consent = 'everyBank' | 'subject' | 'itsBank';

export interface VotesNeeded {
  readonly quorum: Quorum;
  readonly consents: readonly Consent[];
}

/**
 * The votes that each kind of proposal needs: any one entry is enough. Money is a bank's promise. So nothing here makes a
 * bank, changes the rules of a bank's money, or makes a bank pay somebody out without the banks concerned.
 */
export const VOTES_NEEDED = {
  bankEntry: [{ quorum: 'majority', consents: ['everyBank'] }],
  logisticsEntry: [{ quorum: 'majority', consents: ['itsBank'] }],
  merchantEntry: [{ quorum: 'majority', consents: [] }],
  auditorEntry: [{ quorum: 'majority', consents: [] }],
  bankSuspension: [
    { quorum: 'none', consents: ['subject'] },
    { quorum: 'allOthers', consents: [] },
  ],
  suspension: [
    { quorum: 'none', consents: ['subject'] },
    { quorum: 'majority', consents: [] },
  ],
  bankReinstatement: [{ quorum: 'majority', consents: ['subject'] }],
  reinstatement: [{ quorum: 'majority', consents: [] }],
  policy: [{ quorum: 'majority', consents: ['everyBank'] }],
  licence: [
    { quorum: 'none', consents: ['itsBank', 'subject'] },
    { quorum: 'majority', consents: ['itsBank'] },
  ],
} as const satisfies Readonly<Record<string, readonly VotesNeeded[]>>;

export type ProposalKind = keyof typeof VOTES_NEEDED;

/** What can be voted on. */
export type Proposal =
  | { readonly kind: 'participant'; readonly participant: ParticipantRow }
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'licence'; readonly merchant: Licensing };

/** What a proposal can change. */
export interface Governed {
  readonly registry: RegistryRow;
  /** The merchant whose id the proposal names, see {@link merchantNamed}. */
  readonly merchant: MerchantRow | undefined;
}

/** The kind of a proposal, its subject (an MSP id), and the actor of the bank that pays the subject out. */
export interface Matter {
  readonly kind: ProposalKind;
  readonly subject: string | null;
  readonly bankId: string | null;
}

/** @returns the merchant id to look up: the licence's own, or a participant's name, which no merchant may have already. */
export function merchantNamed(proposal: Proposal): string | null {
  if (proposal.kind === 'policy') return null;
  return proposal.kind === 'licence' ? proposal.merchant.merchantId : proposal.participant.actor;
}

const ENTRY: Readonly<Record<Role, ProposalKind>> = {
  bank: 'bankEntry',
  logistics: 'logisticsEntry',
  merchant: 'merchantEntry',
  auditor: 'auditorEntry',
};

/** The fields that no vote changes, because rights and money depend on them. */
const FIXED = ['role', 'actor', 'bankId'] as const satisfies readonly (keyof ParticipantRow)[];

function entryOf(
  { merchant }: Governed,
  { role, actor, ...entering }: ParticipantRow,
): ProposalKind {
  ensureSound(entering.status === 'active', 'notActive');
  ensure(merchant === undefined, 'ACTOR_TAKEN', { actor });
  return ENTRY[role];
}

function changeOf(before: ParticipantRow, after: ParticipantRow): ProposalKind {
  const field = FIXED.find((name) => before[name] !== after[name]);
  ensure(field === undefined, 'PARTICIPANT_FIXED', { mspId: before.mspId, field });
  if (isActive(after)) return isBank(after) ? 'bankReinstatement' : 'reinstatement';
  return isBank(after) ? 'bankSuspension' : 'suspension';
}

function participantMatter(standing: Governed, participant: ParticipantRow): Matter {
  const { mspId: subject, bankId } = participant;
  const before = participantNamed(standing.registry, subject);
  const kind =
    before === undefined ? entryOf(standing, participant) : changeOf(before, participant);
  return { kind, subject, bankId };
}

/** Devices and terminals know the rules of offline payments by their version. It rises by one with every change. */
function isVersionDue(before: OfflinePolicy, after: OfflinePolicy): boolean {
  const isChanged = !isSame({ ...before, version: 0 }, { ...after, version: 0 });
  return after.version === before.version + (isChanged ? 1 : 0);
}

/**
 * The half-life of opinions cannot change. An opinion is subtracted from a sum with the half-life of today, but the sum lost
 * weight with the half-life of its time. With two half-lives, more would be subtracted than is there.
 */
function policyMatter({ registry }: Governed, { offline, ratings }: Policy): Matter {
  const standing = registry.policy;
  ensureSound(isVersionDue(standing.offline, offline), 'offlineVersion');
  ensureSound(ratings.halfLifeSeconds === standing.ratings.halfLifeSeconds, 'halfLife');
  return { kind: 'policy', subject: null, bankId: null };
}

/** @throws {DomainError} PARTICIPANT_UNKNOWN unless the organisation is a merchant organisation. */
export const ensureMerchantOrganisation = (registry: RegistryRow, mspId: string): void =>
  ensure(participantNamed(registry, mspId)?.role === 'merchant', 'PARTICIPANT_UNKNOWN', { mspId });

function licenceMatter({ registry, merchant }: Governed, proposed: Licensing): Matter {
  ensure(merchant !== undefined, 'MERCHANT_UNKNOWN', { merchantId: proposed.merchantId });
  ensureMerchantOrganisation(registry, proposed.mspId);
  return { kind: 'licence', subject: merchant.mspId, bankId: merchant.bankId };
}

/**
 * @returns the matter that the proposal is at this moment.
 * @throws {DomainError} REGISTRY_INVALID, PARTICIPANT_FIXED, ACTOR_TAKEN, MERCHANT_UNKNOWN or PARTICIPANT_UNKNOWN.
 */
export function matterOf(standing: Governed, proposal: Proposal): Matter {
  if (proposal.kind === 'participant') return participantMatter(standing, proposal.participant);
  if (proposal.kind === 'policy') return policyMatter(standing, proposal.policy);
  return licenceMatter(standing, proposal.merchant);
}

/** @returns the part of a merchant that its licence says, without what the ledger added. */
export const licensingOf = ({
  merchantId,
  mspId,
  active,
  licence,
  categories,
}: Licensing): Licensing => ({ merchantId, mspId, active, licence, categories });

/** The name, in the registry's revisions, of what the vote can change. */
const matterNamed = (proposal: Exclude<Proposal, { kind: 'licence' }>): string =>
  proposal.kind === 'policy' ? 'policy' : `participant/${proposal.participant.mspId}`;

/** How often the subject of the proposal has changed. Null when it does not exist yet. */
function revisionOf({ registry, merchant }: Governed, proposal: Proposal): number | null {
  if (proposal.kind !== 'licence') return registry.revisions?.[matterNamed(proposal)] ?? null;
  return merchant?.merchantId === proposal.merchant.merchantId ? merchant.revision : null;
}

/**
 * A vote is for a change of the state at that time. After that state has changed, the vote does not count any more, even if
 * the state is changed back. Otherwise an old vote of a bank could bring back an earlier policy without the bank, or a bank
 * could keep alive a vote that its organisation wants to withdraw.
 * @returns the digest under which the votes for a proposal count at this moment.
 */
export const ballotDigest = (standing: Governed, proposal: Proposal): string =>
  digestOf({ proposal, revision: revisionOf(standing, proposal) });

/** Certificates keep the time to spend that they were granted, even when the policy changes. */
function withPolicy(registry: RegistryRow, policy: Policy): RegistryRow {
  if (isSame(policy, registry.policy)) return registry;
  const { policy: before, longestSpendSeconds = 0 } = registry;
  const longest = Math.max(longestSpendSeconds, before.offline.spendSeconds);
  return { ...registry, policy, longestSpendSeconds: longest };
}

function withParticipant(registry: RegistryRow, participant: ParticipantRow): RegistryRow {
  const others = registry.participants.filter(({ mspId }) => mspId !== participant.mspId);
  return registryOf({ ...registry, participants: [...others, participant] });
}

/** @returns the registry after a vote. The revision of what it changed is one higher. */
function revised(before: RegistryRow, after: RegistryRow, matter: string): RegistryRow {
  if (isSame(before, after)) return before;
  const { revisions = {} } = before;
  return { ...after, revisions: { ...revisions, [matter]: (revisions[matter] ?? 0) + 1 } };
}

/** @returns the merchant with this licence. Its revision is one higher when the licence is different. */
export function relicensed(before: MerchantRow, licensing: Licensing): MerchantRow {
  const { revision } = before;
  const isOther = !isSame(licensingOf(before), licensingOf(licensing));
  return { ...before, ...licensing, revision: isOther ? revision + 1 : revision };
}

/**
 * @returns the state after the proposal is enacted.
 * @throws {DomainError} REGISTRY_INVALID or ACTOR_TAKEN when the new registry would not work.
 */
export function enact({ registry, merchant }: Governed, proposal: Proposal): Governed {
  if (proposal.kind === 'licence')
    return { registry, merchant: merchant && relicensed(merchant, proposal.merchant) };
  const after =
    proposal.kind === 'policy'
      ? withPolicy(registry, proposal.policy)
      : withParticipant(registry, proposal.participant);
  return { registry: revised(registry, after, matterNamed(proposal)), merchant };
}
