// SPDX-License-Identifier: Apache-2.0
// The pure functions of governance play a story, and a watch beside them that knows nothing of the table of votes: only who
// voted for what, and what must never happen without whom.
import {
  ballotDigest,
  castVote,
  digestOf,
  DomainError,
  liveVotes,
  mayCall,
  merchantNamed,
  participantNamed,
  withoutVote,
  type ParticipantRow,
  type Proposal,
  type RegistryRow,
  type Governed,
  type Vote,
} from '@fabric-offline-pay/domain';
import { proposalOf, type Ballot, type Story } from './governing-acts.js';
import { must } from './property.js';

/** What the ledger answers to an act: a code, or how many votes there are and whether they sufficed. */
export type Answer = string;

/** The state of one story. */
export interface Chamber {
  standing: Governed;
  now: number;
  readonly votes: Map<string, readonly Vote[]>;
}

export const open = (standing: Governed, now: number): Chamber => ({
  standing,
  now,
  votes: new Map(),
});

const counted = (votes: number, enacted: boolean): Answer =>
  `${votes.toString()} ${enacted ? 'enacted' : 'open'}`;

/** A participant's name is looked up among the merchants; the story's merchant is the only one. */
function standingFor({ standing }: Chamber, proposal: Proposal): Governed {
  const { registry, merchant } = standing;
  const isMeant = merchantNamed(proposal) === merchant?.merchantId;
  return { registry, merchant: isMeant ? merchant : undefined };
}

function vote(chamber: Chamber, proposal: Proposal, voter: string): Answer {
  const key = ballotDigest(chamber.standing, proposal);
  const before = chamber.votes.get(key) ?? [];
  const { now } = chamber;
  const given = standingFor(chamber, proposal);
  const { votes, enacted } = castVote(given, { proposal, before, voter, now });
  chamber.votes.set(key, enacted === null ? votes : []);
  if (enacted !== null)
    chamber.standing = {
      registry: enacted.registry,
      merchant: proposal.kind === 'licence' ? enacted.merchant : chamber.standing.merchant,
    };
  return counted(votes.length, enacted !== null);
}

function withdraw({ votes, standing, now }: Chamber, proposal: Proposal, voter: string): Answer {
  const key = ballotDigest(standing, proposal);
  const left = withoutVote(votes.get(key) ?? [], voter);
  votes.set(key, left);
  return counted(liveVotes(left, now).length, false);
}

/** Does one act of voting. @returns what is answered to it. */
export function act(chamber: Chamber, { kind, by }: Ballot, proposal: Proposal): Answer {
  const caller = participantNamed(chamber.standing.registry, by);
  if (caller === undefined || !mayCall(caller)) return 'PARTICIPANT_UNKNOWN';
  try {
    return (kind === 'vote' ? vote : withdraw)(chamber, proposal, by);
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

export const proposalsOf = (start: Governed, { drafts }: Story): Proposal[] =>
  drafts.map((draft) => proposalOf(start, draft));

/** Who voted, and until when that counts. */
type Voices = ReadonlyMap<string, number>;

/** An act of voting, and the digest of what it would change into what: two drafts may come to the same. */
export interface Voting extends Ballot {
  readonly about: string;
}

/** Remembers who voted for what and when, by what was answered, not by what the domain keeps. */
export class Watch {
  readonly #voices = new Map<string, Voices>();

  /** @returns whose votes for the draft are live once the act is done, and until when. */
  voicesAfter({ kind, by, about }: Voting, now: number, { registry }: Governed): Voices {
    const { voteSeconds } = registry.policy;
    const given = [...(this.#voices.get(about) ?? [])];
    const voices = new Map(given.filter(([, until]) => now < until));
    if (kind === 'withdraw') voices.delete(by);
    else if (!voices.has(by)) voices.set(by, now + voteSeconds);
    return voices;
  }

  /** The act was done. */
  follow({ about }: Voting, voices: Voices, enacted: boolean): void {
    this.#voices.set(about, enacted ? new Map() : voices);
  }
}

const banksOf = ({ participants }: RegistryRow): ParticipantRow[] =>
  participants.filter(({ role }) => role === 'bank');

const activeIn = ({ participants }: RegistryRow): string[] =>
  participants.filter(({ status }) => status === 'active').map(({ mspId }) => mspId);

const bankNamed = (registry: RegistryRow, actor: string | null): string | undefined =>
  banksOf(registry).find((bank) => bank.actor === actor)?.mspId;

/** More than half of the active participants; one that voted and was suspended since does not count. */
function isMost(before: RegistryRow, voices: Voices): boolean {
  const active = activeIn(before);
  return active.filter((mspId) => voices.has(mspId)).length * 2 > active.length;
}

const mustBeMost = (before: RegistryRow, voices: Voices, what: string): void =>
  must(isMost(before, voices), `${what} without most`, [...voices.keys()]);

/** Every bank of before had a voice in it. */
function mustHaveAsked(before: RegistryRow, voices: Voices, what: string): void {
  for (const { mspId } of banksOf(before))
    must(voices.has(mspId), `${what} without ${mspId}`, [...voices.keys()]);
}

function mustEnterRightly(before: RegistryRow, entered: ParticipantRow, voices: Voices): void {
  const names = before.participants.map(({ actor }) => actor);
  must(!names.includes(entered.actor), 'a name was taken', entered);
  must(entered.status === 'active', 'who entered is suspended', entered);
  mustBeMost(before, voices, 'somebody entered');
  if (entered.role === 'bank') mustHaveAsked(before, voices, 'a bank entered');
  if (entered.bankId === null) return;
  const itsBank = bankNamed(before, entered.bankId) ?? '';
  must(voices.has(itsBank), 'a bank pays whom it never saw', entered);
}

function mustChangeRightly(
  before: RegistryRow,
  was: ParticipantRow,
  is: ParticipantRow | undefined,
  voices: Voices,
): void {
  const { mspId } = was;
  must(is !== undefined, 'a participant vanished', was);
  for (const field of ['role', 'actor', 'bankId'] as const)
    must(was[field] === is[field], `${field} changed`, [was, is]);
  if (was.status === is.status) return;
  if (is.status === 'active') mustBeMost(before, voices, 'somebody came back');
  if (was.role !== 'bank') {
    const agreed = voices.has(mspId) || isMost(before, voices);
    must(agreed, 'somebody was suspended by few', [is, ...voices.keys()]);
    return;
  }
  const others = activeIn(before).filter((each) => each !== mspId);
  const isForced = is.status === 'suspended' && others.every((each) => voices.has(each));
  must(voices.has(mspId) || isForced, 'a bank came or went unasked', [is, ...voices.keys()]);
}

function mustWork({ participants }: RegistryRow): void {
  const isThere = (roles: readonly string[]): boolean =>
    participants.some(({ role, status }) => roles.includes(role) && status === 'active');
  must(isThere(['bank']), 'no bank is left', participants);
  must(isThere(['merchant', 'logistics']), 'nobody is left to endorse beside a bank', participants);
  for (const field of ['mspId', 'actor'] as const)
    must(
      new Set(participants.map((entry) => entry[field])).size === participants.length,
      `one ${field} stands twice`,
      participants,
    );
}

/** The merchant's bank, and the merchant's organisation or more than half of all. */
function mustLicenseRightly(before: Governed, voices: Voices): void {
  const { registry, merchant } = before;
  must(merchant !== undefined, 'a merchant appeared');
  const bank = bankNamed(registry, merchant.bankId) ?? '';
  must(voices.has(bank), 'a licence changed without its bank', [...voices.keys()]);
  const agreed = activeIn(registry).includes(merchant.mspId) && voices.has(merchant.mspId);
  must(isMost(registry, voices) || agreed, 'a bank changed a licence alone', [...voices.keys()]);
}

/** With every answer: nothing happened that needs a participant who did not vote for exactly that. */
export function mustBeRightful(before: Governed, after: Governed, voices: Voices): void {
  if (digestOf(before.registry.policy) !== digestOf(after.registry.policy)) {
    mustHaveAsked(before.registry, voices, 'the policy changed');
    mustBeMost(before.registry, voices, 'the policy changed');
  }
  for (const entry of after.registry.participants)
    if (participantNamed(before.registry, entry.mspId) === undefined)
      mustEnterRightly(before.registry, entry, voices);
  for (const was of before.registry.participants)
    mustChangeRightly(before.registry, was, participantNamed(after.registry, was.mspId), voices);
  mustWork(after.registry);
  if (JSON.stringify(before.merchant) !== JSON.stringify(after.merchant))
    mustLicenseRightly(before, voices);
}
