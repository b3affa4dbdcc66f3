// SPDX-License-Identifier: Apache-2.0
// Counting of votes: which votes still count, whether they are enough, and what they enact.
import { isSame } from '../base/canonical.js';
import type { ParticipantRow } from '../ledger/identity-shapes.js';
import type { Vote } from '../ledger/rows.js';
import {
  enact,
  matterOf,
  VOTES_NEEDED,
  type Consent,
  type Matter,
  type Proposal,
  type Quorum,
  type Governed,
  type VotesNeeded,
} from './governance.js';
import { isActive, isBank, mayCall } from './registry.js';

type Participants = readonly ParticipantRow[];
type HasVoted = (mspId: string) => boolean;

const mspIdsOf = (all: readonly { readonly mspId: string }[]): string[] =>
  all.map(({ mspId }) => mspId);

/** MSP ids of the organisations that must consent. Empty only when the proposal concerns none. */
const CONSENTING: Readonly<
  Record<Consent, (matter: Matter, all: Participants) => readonly (string | null)[]>
> = {
  everyBank: (_, all) => mspIdsOf(all.filter(isBank)),
  subject: ({ subject }) => [subject],
  itsBank: ({ bankId }, all) => [
    all.find((entry) => isBank(entry) && entry.actor === bankId)?.mspId ?? null,
  ],
};

const QUORUM: Readonly<
  Record<Quorum, (matter: Matter, active: readonly string[], hasVoted: HasVoted) => boolean>
> = {
  none: () => true,
  majority: (_, active, hasVoted) => active.filter(hasVoted).length * 2 > active.length,
  allOthers: ({ subject }, active, hasVoted) =>
    active.filter((mspId) => mspId !== subject).every(hasVoted),
};

/** @returns whether the votes of these organisations enact the matter. An organisation that may not call now has no vote. */
export function suffices(
  matter: Matter,
  participants: Participants,
  voters: readonly string[],
): boolean {
  const counted = mspIdsOf(participants.filter(mayCall)).filter((mspId) => voters.includes(mspId));
  const active = mspIdsOf(participants.filter(isActive));
  const hasVoted = (mspId: string | null): boolean => mspId !== null && counted.includes(mspId);
  const needed: readonly VotesNeeded[] = VOTES_NEEDED[matter.kind];
  return needed.some(
    ({ quorum, consents }) =>
      QUORUM[quorum](matter, active, hasVoted) &&
      consents.every((consent) => CONSENTING[consent](matter, participants).every(hasVoted)),
  );
}

/** @returns the votes that have not expired. A vote's end is fixed when it is given, so no later policy revives it. */
export const liveVotes = (votes: readonly Vote[], now: number): Vote[] =>
  votes.filter(({ until }) => now < until);

/** @returns the votes without those of one organisation. */
export const withoutVote = (votes: readonly Vote[], mspId: string): Vote[] =>
  votes.filter((vote) => vote.mspId !== mspId);

/** One more vote for a proposal. */
export interface Ballot {
  readonly proposal: Proposal;
  readonly before: readonly Vote[];
  readonly voter: string;
  readonly now: number;
}

/** The result of the count. */
export interface Count {
  /** The votes for the proposal so far. */
  readonly votes: readonly Vote[];
  /** The new state, when the votes are enough or nothing was left to vote on; else null. */
  readonly enacted: Governed | null;
}

/**
 * Counts one more vote, among the organisations that are active now. When an organisation votes again, its vote counts once,
 * but the count is made anew: by now fewer votes may be enough. Voting again does not prolong the vote.
 * @throws {DomainError} REGISTRY_INVALID, PARTICIPANT_FIXED, ACTOR_TAKEN, MERCHANT_UNKNOWN or PARTICIPANT_UNKNOWN.
 */
export function castVote(standing: Governed, { proposal, before, voter, now }: Ballot): Count {
  const matter = matterOf(standing, proposal);
  const after = enact(standing, proposal);
  const live = liveVotes(before, now);
  const known = live.some(({ mspId }) => mspId === voter);
  const until = now + standing.registry.policy.voteSeconds;
  const votes = known ? live : [...live, { mspId: voter, until }];
  const isSettled =
    isSame(after, standing) || suffices(matter, standing.registry.participants, mspIdsOf(votes));
  return { votes, enacted: isSettled ? after : null };
}
