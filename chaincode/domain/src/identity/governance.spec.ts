// SPDX-License-Identifier: Apache-2.0
// Who must vote for what: every kind of proposal with every set of voters, and what no vote changes.
import { isErrorCode, found } from '../base/errors';
import type { Licensing, MerchantRow } from '../ledger/catalogue-shapes';
import type { ParticipantRow, Role } from '../ledger/identity-shapes';
import type { RegistryRow } from '../ledger/rows';
import { DEFAULT_POLICY } from '../policy/default-policy';
import { BLAMELESS } from '../conduct/conduct';
import { UNRATED } from '../feedback/ratings';
import { suffices } from './ballot';
import {
  enact,
  matterOf,
  merchantNamed,
  VOTES_NEEDED,
  type Proposal,
  type ProposalKind,
  type Governed,
} from './governance';

const participant = (
  mspId: string,
  role: Role,
  bankId: string | null = null,
  status: ParticipantRow['status'] = 'active',
): ParticipantRow => ({ mspId, role, actor: mspId.toLowerCase(), bankId, status });

/** Two banks, one of them suspended; a suspended merchant organisation; five active members. */
const MEMBERS = [
  participant('Bank', 'bank'),
  participant('Closed', 'bank', null, 'suspended'),
  participant('Auditor', 'auditor'),
  participant('Carrier', 'logistics', 'bank'),
  participant('Gone', 'merchant', null, 'suspended'),
  participant('Mall', 'merchant'),
  participant('Shop', 'merchant'),
];
const ACTIVE = ['Bank', 'Auditor', 'Carrier', 'Mall', 'Shop'];
const NAMES = MEMBERS.map(({ mspId }) => mspId);

const REGISTRY: RegistryRow = {
  participants: MEMBERS.toSorted((a, b) => (a.mspId < b.mspId ? -1 : 1)),
  policy: DEFAULT_POLICY,
};

const LICENSING: Licensing = {
  merchantId: 'shop-1',
  mspId: 'Shop',
  active: true,
  licence: { number: 'LIC-1', validUntil: 2_000 },
  categories: ['43000000'],
};
const MERCHANT: MerchantRow = {
  ...LICENSING,
  bankId: 'bank',
  rating: UNRATED,
  conduct: BLAMELESS,
  revision: 0,
};

const member = (mspId: string): ParticipantRow =>
  found(
    MEMBERS.find((entry) => entry.mspId === mspId),
    'INTERNAL',
  );

const becoming = (mspId: string, status: ParticipantRow['status']): Proposal => ({
  kind: 'participant',
  participant: { ...member(mspId), status },
});
const entering = (role: Role, bankId: string | null = null): Proposal => ({
  kind: 'participant',
  participant: participant('Newcomer', role, bankId),
});
const licence: Proposal = { kind: 'licence', merchant: { ...LICENSING, active: false } };
const policy: Proposal = { kind: 'policy', policy: { ...DEFAULT_POLICY, loginSeconds: 60 } };

const standing = (proposal: Proposal, registry = REGISTRY): Governed => ({
  registry,
  merchant: merchantNamed(proposal) === MERCHANT.merchantId ? MERCHANT : undefined,
});

type Voters = readonly string[];

const majority = (voters: Voters): boolean =>
  ACTIVE.filter((mspId) => voters.includes(mspId)).length >= 3;
const all =
  (...names: readonly string[]) =>
  (voters: Voters): boolean =>
    names.every((name) => voters.includes(name));

/** The expected results of the table, written again for this registry. */
const CASES: readonly (readonly [ProposalKind, Proposal, (voters: Voters) => boolean])[] = [
  ['bankEntry', entering('bank'), (v) => majority(v) && all('Bank', 'Closed')(v)],
  ['logisticsEntry', entering('logistics', 'bank'), (v) => majority(v) && all('Bank')(v)],
  ['logisticsEntry', entering('logistics', 'closed'), (v) => majority(v) && all('Closed')(v)],
  ['merchantEntry', entering('merchant'), majority],
  ['auditorEntry', entering('auditor'), majority],
  ['suspension', becoming('Carrier', 'suspended'), (v) => majority(v) || all('Carrier')(v)],
  ['reinstatement', becoming('Gone', 'active'), majority],
  ['bankReinstatement', becoming('Closed', 'active'), (v) => majority(v) && all('Closed')(v)],
  [
    'bankSuspension',
    becoming('Bank', 'suspended'),
    (v) => all('Bank')(v) || all('Auditor', 'Carrier', 'Mall', 'Shop')(v),
  ],
  ['policy', policy, (v) => majority(v) && all('Bank', 'Closed')(v)],
  ['licence', licence, (v) => all('Bank', 'Shop')(v) || (majority(v) && all('Bank')(v))],
];

const SETS: readonly Voters[] = Array.from({ length: 2 ** NAMES.length }, (_, bits) =>
  NAMES.filter((__, index) => ((bits >> index) & 1) === 1),
);

const isEnough = (proposal: Proposal, voters: Voters): boolean =>
  suffices(matterOf(standing(proposal), proposal), REGISTRY.participants, voters);

describe('the table', () => {
  it('is tested for every kind', () => {
    expect(new Set(CASES.map(([kind]) => kind))).toEqual(new Set(Object.keys(VOTES_NEEDED)));
  });

  it.each(CASES)('of %s, for every set of voters', (kind, proposal, expected) => {
    expect(matterOf(standing(proposal), proposal).kind).toBe(kind);
    const wrong = SETS.filter((voters) => isEnough(proposal, voters) !== expected(voters));
    expect(wrong).toEqual([]);
    expect(SETS.some((voters) => isEnough(proposal, voters))).toBe(true);
  });

  it('gives no vote to strangers and to organisations that may not call', () => {
    expect(isEnough(entering('merchant'), ['Mall', 'Shop', 'Gone', 'Nobody', 'Newcomer'])).toBe(
      false,
    );
    expect(isEnough(licence, ['Bank', 'Gone'])).toBe(false);
  });

  it('does not count the consent of a merchant organisation that was suspended after its vote', () => {
    const orphaned = { ...standing(licence), merchant: { ...MERCHANT, mspId: 'Gone' } };
    const passes = (...voters: string[]) =>
      suffices(matterOf(orphaned, licence), REGISTRY.participants, voters);
    expect(passes('Bank', 'Gone')).toBe(false);
    expect(passes('Bank', 'Shop', 'Mall')).toBe(true);
  });

  it('enacts nothing without votes', () => {
    expect(CASES.filter(([, proposal]) => isEnough(proposal, []))).toEqual([]);
  });
});

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    const { code, details } = error as { code: unknown; details: { reason?: string } };
    if (!isErrorCode(code)) throw error;
    return details.reason === undefined ? code : `${code} ${details.reason}`;
  }
};

const propose = (proposal: Proposal, given = standing(proposal)): string =>
  codeOf(() => {
    matterOf(given, proposal);
    enact(given, proposal);
  });

const changed = (mspId: string, change: Partial<ParticipantRow>): Proposal => ({
  kind: 'participant',
  participant: { ...member(mspId), ...change },
});

describe('no vote', () => {
  it.each([
    ['makes a merchant a bank', changed('Shop', { role: 'bank' })],
    ['makes a bank a merchant', changed('Bank', { role: 'merchant' })],
    ['renames anybody', changed('Shop', { actor: 'another' })],
    ['gives a bank the name of another', changed('Bank', { actor: 'closed' })],
    ['has another bank pay a logistics company', changed('Carrier', { bankId: 'closed' })],
    ['does so while it suspends', changed('Shop', { role: 'bank', status: 'suspended' })],
  ])('%s', (_, proposal) => expect(propose(proposal)).toBe('PARTICIPANT_FIXED'));

  it.each<readonly [string, Partial<ParticipantRow>, string]>([
    ['a name that a participant bears', { actor: 'shop' }, 'ACTOR_TAKEN'],
    ['a name that a merchant bears', { actor: 'shop-1' }, 'ACTOR_TAKEN'],
    ['no activity', { status: 'suspended' }, 'REGISTRY_INVALID notActive'],
    ['a bank that is none', { role: 'logistics', bankId: 'shop' }, 'REGISTRY_INVALID bankUnknown'],
    ['no bank to pay it', { role: 'logistics' }, 'REGISTRY_INVALID bankUnknown'],
    ['a bank where it needs none', { bankId: 'bank' }, 'REGISTRY_INVALID bankUnknown'],
  ])('admits an organisation with %s', (_, change, code) => {
    const proposal: Proposal = {
      kind: 'participant',
      participant: { ...participant('Newcomer', 'merchant'), ...change },
    };
    expect(propose(proposal)).toBe(code);
  });

  it('leaves no bank, or nobody beside it to endorse', () => {
    expect(propose(becoming('Bank', 'suspended'))).toBe('REGISTRY_INVALID bankMissing');
    const only = { ...REGISTRY, participants: [member('Bank'), member('Shop'), member('Auditor')] };
    const proposal = becoming('Shop', 'suspended');
    expect(propose(proposal, standing(proposal, only))).toBe('REGISTRY_INVALID endorserMissing');
    expect(propose(becoming('Auditor', 'suspended'))).toBe('done');
  });

  it('lets the registry grow without limit', () => {
    const crowd = Array.from({ length: 93 }, (_, index) => participant(`M${index}`, 'merchant'));
    const full = { ...REGISTRY, participants: [...MEMBERS, ...crowd] };
    const proposal = entering('merchant');
    expect(full.participants).toHaveLength(100);
    expect(propose(proposal, standing(proposal, full))).toBe('REGISTRY_INVALID tooMany');
  });
});

it('the half-life of opinions is that of the founding', () => {
  const { ratings } = DEFAULT_POLICY;
  const withRatings = (change: Partial<typeof ratings>): Proposal => ({
    kind: 'policy',
    policy: { ...DEFAULT_POLICY, ratings: { ...ratings, ...change } },
  });
  const halfLifeSeconds = ratings.halfLifeSeconds + 1;
  expect(propose(withRatings({ halfLifeSeconds }))).toBe('REGISTRY_INVALID halfLife');
  expect(propose(withRatings({ unfinishedPercent: 1 }))).toBe('done');
});

describe('the rules of offline payments', () => {
  const { offline } = DEFAULT_POLICY;
  const withOffline = (change: Partial<typeof offline>): Proposal => ({
    kind: 'policy',
    policy: { ...DEFAULT_POLICY, offline: { ...offline, ...change } },
  });
  const wrong = 'REGISTRY_INVALID offlineVersion';

  it.each([
    [{ count: 10, version: offline.version + 1 }, 'done'],
    [{ count: 10 }, wrong],
    [{ caps: {} }, wrong],
    [{ count: 10, version: offline.version + 2 }, wrong],
    [{ version: offline.version + 1 }, wrong],
    [{}, 'done'],
  ] as const)('with %j: %s', (change, expected) => {
    expect(propose(withOffline(change))).toBe(expected);
  });
});

describe('a licence', () => {
  it('can be voted on only for an existing merchant and a merchant organisation', () => {
    const of = (merchant: Partial<MerchantRow>): Proposal => ({
      kind: 'licence',
      merchant: { ...LICENSING, ...merchant },
    });
    expect(propose(of({ merchantId: 'nobody' }))).toBe('MERCHANT_UNKNOWN');
    expect(propose(of({ mspId: 'Bank' }))).toBe('PARTICIPANT_UNKNOWN');
    expect(propose(of({ mspId: 'Mall' }))).toBe('done');
  });

  it('needs the vote of the organisation that loses the merchant, not of the one that gets it', () => {
    const moved: Proposal = { kind: 'licence', merchant: { ...LICENSING, mspId: 'Mall' } };
    expect(isEnough(moved, ['Bank', 'Mall'])).toBe(false);
    expect(isEnough(moved, ['Bank', 'Shop'])).toBe(true);
  });

  it('changes the merchant and keeps its bank and ratings', () => {
    expect(enact(standing(licence), licence).merchant).toEqual({
      ...MERCHANT,
      active: false,
      revision: 1,
    });
  });
});
