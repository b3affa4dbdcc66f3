// SPDX-License-Identifier: Apache-2.0
// Who must vote for what: one table by kind of proposal. And which kind a proposal is, held against what stands.
import { digestOf, isSame } from '../base/canonical.js';
import { ensure } from '../base/errors.js';
import type { Licensing, MerchantRow } from '../ledger/catalogue-shapes.js';
import type { ParticipantRow, Role } from '../ledger/identity-shapes.js';
import type { RegistryRow } from '../ledger/rows.js';
import type { OfflinePolicy, Policy } from '../policy/policy.js';
import { ensureSound, isActive, isBank, participantNamed, registryOf } from './registry.js';

/** How many of the active participants: none in particular, more than half, or everybody but the subject. */
export type Quorum = 'none' | 'majority' | 'allOthers';

/** Whose vote must be among them: every bank's, suspended or not; of whom it is about; of the bank that pays that one out. */
export type Consent = 'everyBank' | 'subject' | 'itsBank';

export interface VotesNeeded {
  readonly quorum: Quorum;
  readonly consents: readonly Consent[];
}

/**
 * The votes that each kind of proposal needs: those of any one entry. Money is a bank's promise, so nothing here makes a
 * bank, changes the rules of a bank's money, or has a bank pay somebody out, without the banks that it concerns.
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

/** What a proposal comes to: its kind, whom it is about (an MSP id), and the actor of the bank that pays that one out. */
export interface Matter {
  readonly kind: ProposalKind;
  readonly subject: string | null;
  readonly bankId: string | null;
}

/** @returns the merchant id to look up: a licence's own, or a participant's name, which no merchant may bear already. */
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

/** What no vote changes: rights and money hang on it. */
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

/** Devices and terminals know the rules of offline payments by their version: it rises by one with every change. */
function follows(before: OfflinePolicy, after: OfflinePolicy): boolean {
  const isChanged = !isSame({ ...before, version: 0 }, { ...after, version: 0 });
  return after.version === before.version + (isChanged ? 1 : 0);
}

/**
 * An opinion is taken out of a sum by the half-life of today, and the sum lost weight by that of its time: with two of them
 * more would be taken than there is.
 */
function policyMatter({ registry }: Governed, { offline, ratings }: Policy): Matter {
  const standing = registry.policy;
  ensureSound(follows(standing.offline, offline), 'offlineVersion');
  ensureSound(ratings.halfLifeSeconds === standing.ratings.halfLifeSeconds, 'halfLife');
  return { kind: 'policy', subject: null, bankId: null };
}

/** @throws {DomainError} PARTICIPANT_UNKNOWN when the organisation is no merchant organisation. */
export const ensureMerchantOrganisation = (registry: RegistryRow, mspId: string): void =>
  ensure(participantNamed(registry, mspId)?.role === 'merchant', 'PARTICIPANT_UNKNOWN', { mspId });

function licenceMatter({ registry, merchant }: Governed, proposed: Licensing): Matter {
  ensure(merchant !== undefined, 'MERCHANT_UNKNOWN', { merchantId: proposed.merchantId });
  ensureMerchantOrganisation(registry, proposed.mspId);
  return { kind: 'licence', subject: merchant.mspId, bankId: merchant.bankId };
}

/**
 * @returns what the proposal comes to, here and now.
 * @throws {DomainError} REGISTRY_INVALID, PARTICIPANT_FIXED, ACTOR_TAKEN, MERCHANT_UNKNOWN or PARTICIPANT_UNKNOWN.
 */
export function matterOf(standing: Governed, proposal: Proposal): Matter {
  if (proposal.kind === 'participant') return participantMatter(standing, proposal.participant);
  if (proposal.kind === 'policy') return policyMatter(standing, proposal.policy);
  return licenceMatter(standing, proposal.merchant);
}

/** @returns what a licence says of a merchant, without what the ledger added. */
export const licensingOf = ({
  merchantId,
  mspId,
  active,
  licence,
  categories,
}: Licensing): Licensing => ({ merchantId, mspId, active, licence, categories });

/** What a vote can change in the registry, as its revisions name it. */
const matterNamed = (proposal: Exclude<Proposal, { kind: 'licence' }>): string =>
  proposal.kind === 'policy' ? 'policy' : `participant/${proposal.participant.mspId}`;

/** How often that changed which a proposal would change; null where there is nothing yet. */
function revisionOf({ registry, merchant }: Governed, proposal: Proposal): number | null {
  if (proposal.kind !== 'licence') return registry.revisions?.[matterNamed(proposal)] ?? null;
  return merchant?.merchantId === proposal.merchant.merchantId ? merchant.revision : null;
}

/**
 * Votes are for a change of what stood when they were given. Once that has changed they count no more, and not again when it is
 * changed back: else a vote that a bank gave for one policy would, after another one was agreed, bring the first back without
 * it, or a bank could put a vote to sleep that its organisation wants to withdraw.
 * @returns the digest under which the votes for a proposal are counted, here and now.
 */
export const ballotDigest = (standing: Governed, proposal: Proposal): string =>
  digestOf({ proposal, revision: revisionOf(standing, proposal) });

/** Certificates keep the time to spend that they were granted, whatever the policy becomes. */
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

/** @returns the registry after a vote, with one more revision of what it changed. */
function revised(before: RegistryRow, after: RegistryRow, matter: string): RegistryRow {
  if (isSame(before, after)) return before;
  const { revisions = {} } = before;
  return { ...after, revisions: { ...revisions, [matter]: (revisions[matter] ?? 0) + 1 } };
}

/** @returns the merchant with this licence, and one more revision when that is another. */
export function relicensed(before: MerchantRow, licensing: Licensing): MerchantRow {
  const { revision } = before;
  const isOther = !isSame(licensingOf(before), licensingOf(licensing));
  return { ...before, ...licensing, revision: isOther ? revision + 1 : revision };
}

/**
 * @returns what stands once the proposal is enacted.
 * @throws {DomainError} REGISTRY_INVALID or ACTOR_TAKEN when that would be no registry that works.
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
