// SPDX-License-Identifier: Apache-2.0
// Counting: which votes still count when the last one is given, and what enough votes enact.
import type { ParticipantRow, Role } from '../ledger/identity-shapes';
import type { RegistryRow, Vote } from '../ledger/rows';
import { DEFAULT_POLICY } from '../policy/default-policy';
import { castVote, withoutVote } from './ballot';
import type { Proposal, Governed } from './governance';

const participant = (mspId: string, role: Role): ParticipantRow => ({
  mspId,
  role,
  actor: mspId.toLowerCase(),
  bankId: role === 'logistics' ? 'bank' : null,
  status: 'active',
});

const standingOf = (...suspended: readonly string[]): Governed => {
  const members = [
    participant('Bank', 'bank'),
    participant('Carrier', 'logistics'),
    participant('Mall', 'merchant'),
    participant('Reserve', 'bank'),
    participant('Shop', 'merchant'),
  ];
  const registry: RegistryRow = {
    participants: members.map((entry) =>
      suspended.includes(entry.mspId) ? { ...entry, status: 'suspended' } : entry,
    ),
    policy: DEFAULT_POLICY,
  };
  return { registry, merchant: undefined };
};

const NOW = 1_000_000;
const { voteSeconds } = DEFAULT_POLICY;

const policy: Proposal = { kind: 'policy', policy: { ...DEFAULT_POLICY, loginSeconds: 60 } };
const entry: Proposal = { kind: 'participant', participant: participant('Newcomer', 'merchant') };

const votesOf = (at: number, ...mspIds: readonly string[]): Vote[] =>
  mspIds.map((mspId) => ({ mspId, until: at + voteSeconds }));

const cast = (
  proposal: Proposal,
  voter: string,
  before: readonly Vote[] = [],
  standing = standingOf(),
) => castVote(standing, { proposal, before, voter, now: NOW });

describe('a vote', () => {
  it('is kept until there are enough', () => {
    const { votes, enacted } = cast(entry, 'Shop', votesOf(NOW - 5, 'Mall'));
    expect(votes).toEqual([...votesOf(NOW - 5, 'Mall'), ...votesOf(NOW, 'Shop')]);
    expect(enacted).toBeNull();
  });

  it('that completes the quorum changes the registry, in the order of MSP ids', () => {
    const { enacted } = cast(entry, 'Shop', votesOf(NOW, 'Mall', 'Bank'));
    expect(enacted?.registry.participants.map(({ mspId }) => mspId)).toEqual([
      'Bank',
      'Carrier',
      'Mall',
      'Newcomer',
      'Reserve',
      'Shop',
    ]);
  });

  it('given twice counts once, from when it was given', () => {
    const first = votesOf(NOW - 5, 'Shop', 'Mall');
    expect(cast(entry, 'Shop', first)).toEqual({ votes: first, enacted: null });
  });

  it('does not count any more after voteSeconds', () => {
    const given = (ago: number) => cast(entry, 'Shop', votesOf(NOW - ago, 'Mall', 'Bank'));
    expect(given(voteSeconds - 1).enacted).not.toBeNull();
    expect(given(voteSeconds)).toEqual({ votes: votesOf(NOW, 'Shop'), enacted: null });
  });

  it('of an organisation that was suspended since does not count', () => {
    const before = votesOf(NOW, 'Mall', 'Carrier');
    const standing = standingOf('Mall');
    expect(cast(entry, 'Shop', before).enacted).not.toBeNull();
    expect(cast(entry, 'Shop', before, standing).enacted).toBeNull();
    expect(
      cast(entry, 'Bank', [...before, ...votesOf(NOW, 'Shop')], standing).enacted,
    ).not.toBeNull();
  });

  it('of a suspended organisation counts again when it is reinstated', () => {
    const before = votesOf(NOW, 'Mall', 'Carrier');
    expect(cast(entry, 'Shop', before, standingOf('Mall')).votes).toHaveLength(3);
  });

  it('of a suspended bank is a consent but does not count for a majority', () => {
    const banks = votesOf(NOW, 'Bank', 'Reserve');
    const standing = standingOf('Reserve');
    expect(cast(policy, 'Shop', banks).enacted).not.toBeNull();
    expect(cast(policy, 'Shop', banks, standing).enacted).toBeNull();
    const more = [...banks, ...votesOf(NOW, 'Shop')];
    expect(cast(policy, 'Mall', more, standing).enacted?.registry.policy.loginSeconds).toBe(60);
    expect(cast(policy, 'Mall', withoutVote(more, 'Reserve'), standing).enacted).toBeNull();
  });

  it('given again is counted again, because by now fewer may be enough', () => {
    const before = votesOf(NOW, 'Shop', 'Mall');
    expect(cast(entry, 'Shop', before).enacted).toBeNull();
    expect(cast(entry, 'Shop', before, standingOf('Carrier', 'Reserve')).enacted).not.toBeNull();
  });

  it('for the current state has nothing left to do', () => {
    const unchanged: Proposal = { kind: 'policy', policy: DEFAULT_POLICY };
    expect(cast(unchanged, 'Shop').enacted).toEqual(standingOf());
  });
});

test('a withdrawn vote does not affect the others', () => {
  const votes = votesOf(NOW, 'Shop', 'Mall');
  expect(withoutVote(votes, 'Shop')).toEqual(votesOf(NOW, 'Mall'));
  expect(withoutVote(votes, 'Bank')).toEqual(votes);
});
