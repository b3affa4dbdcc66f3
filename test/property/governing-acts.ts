// SPDX-License-Identifier: Apache-2.0
// What organisations do to take the network over, as data: what they propose, who votes for it, takes a vote back, and how
// much time passes.
import type {
  Licensing,
  MerchantRow,
  ParticipantRow,
  Proposal,
  Role,
  Governed,
} from '@fabric-offline-pay/domain';
import { BLAMELESS, UNRATED, licensingOf } from '@fabric-offline-pay/domain';
import fc from 'fast-check';
import { BANK, CURRENCY, LOGISTICS, MERCHANT } from '@fabric-offline-pay/testing';
import { ORGANISATIONS } from '../support/rivals.js';
import { STRANGERS } from './history.js';

/** The bank that the others are after, and that is after its merchant. */
export const VICTIM = ORGANISATIONS.bank[0];

export const MEMBERS: readonly string[] = Object.values(ORGANISATIONS).flat();
const EVERYBODY: readonly string[] = [...MEMBERS, ...STRANGERS];

const ROLES = ['bank', 'merchant', 'logistics', 'auditor'] as const satisfies readonly Role[];
const NAMES = [BANK, 'bank-2', MERCHANT, LOGISTICS, 'merchant-org', 'evil', 'evil-2'] as const;

const POLICIES = ['short', 'rich', 'bearing', 'unversioned', 'hasty', 'same'] as const;
const LICENCES = ['idle', 'narrow', 'early', 'none', 'moved', 'wider', 'same'] as const;

/** A proposal before it is compared with the current state. */
export type Draft =
  | { readonly kind: 'enter'; readonly participant: Omit<ParticipantRow, 'status'> }
  | { readonly kind: 'status'; readonly mspId: string; readonly status: ParticipantRow['status'] }
  | { readonly kind: 'change'; readonly mspId: string; readonly change: Partial<ParticipantRow> }
  | { readonly kind: 'policy'; readonly policy: (typeof POLICIES)[number] }
  | { readonly kind: 'licence'; readonly licence: (typeof LICENCES)[number] };

/** Who votes, or takes a vote back. */
export interface Ballot {
  readonly kind: 'vote' | 'withdraw';
  readonly by: string;
}

/** Drafts are named by their place in the story. */
export type Act =
  (Ballot & { readonly draft: number }) | { readonly kind: 'pass'; readonly seconds: number };

export interface Story {
  readonly drafts: readonly Draft[];
  readonly acts: readonly Act[];
}

const role = fc.constantFrom(...ROLES);
const name = fc.constantFrom(...NAMES);
const mspId = fc.constantFrom(...EVERYBODY);
const bankId = fc.constantFrom(null, BANK, 'bank-2', MERCHANT);

/** Mostly one that could enter; else a name that is taken, or a bank that pays nobody like this. */
const entering = fc.record({ mspId: fc.constantFrom(...STRANGERS), role }).chain((who) =>
  fc
    .oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          actor: fc.constantFrom('evil', 'evil-2'),
          bankId: who.role === 'logistics' ? fc.constantFrom(BANK, 'bank-2') : fc.constant(null),
        }),
      },
      fc.record({ actor: name, bankId }),
    )
    .map((rest): Draft => ({ kind: 'enter', participant: { ...who, ...rest } })),
);

const status = fc
  .record({ mspId, status: fc.constantFrom('active' as const, 'suspended' as const) })
  .map((drawn): Draft => ({ kind: 'status', ...drawn }));

const change = fc
  .record({
    mspId,
    change: fc.oneof(fc.record({ role }), fc.record({ actor: name }), fc.record({ bankId })),
  })
  .map((drawn): Draft => ({ kind: 'change', ...drawn }));

const licence = fc
  .constantFrom(...LICENCES)
  .map((drawn): Draft => ({ kind: 'licence', licence: drawn }));

const draft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 3, arbitrary: entering },
  { weight: 3, arbitrary: status },
  { weight: 2, arbitrary: change },
  fc.constantFrom(...POLICIES).map((policy): Draft => ({ kind: 'policy', policy })),
  licence,
);

/** Up to beyond the life of a vote, of fourteen days. */
const pass = fc.record({
  kind: fc.constant('pass' as const),
  seconds: fc.constantFrom(1, 3_599, 3_601, 86_400, 8 * 86_400, 15 * 86_400),
});

/** Votes for one draft by several, one after the other, time in between or not: alone they would hardly ever meet. */
const campaign = (voters: readonly string[], drafts: number): fc.Arbitrary<Act[]> =>
  fc
    .record({
      who: fc.oneof(
        fc.shuffledSubarray([...voters]),
        fc.shuffledSubarray([...voters], { minLength: voters.length }),
      ),
      draft: fc.nat({ max: drafts - 1 }),
      pause: fc.option(fc.record({ after: fc.nat({ max: voters.length }), pass })),
    })
    .map(({ who, draft: place, pause }) => {
      const votes = who.map((by): Act => ({ kind: 'vote', by, draft: place }));
      return pause === null ? votes : votes.toSpliced(pause.after, 0, pause.pass);
    });

const single = (voters: readonly string[], drafts: number): fc.Arbitrary<Act[]> =>
  fc
    .oneof(
      fc.record({
        kind: fc.constantFrom('vote' as const, 'vote' as const, 'withdraw' as const),
        by: fc.constantFrom(...voters),
        draft: fc.nat({ max: drafts - 1 }),
      }),
      pass,
    )
    .map((act): Act[] => [act]);

const acting = (voters: readonly string[], drafts: readonly Draft[]): fc.Arbitrary<Story> =>
  fc
    .array(
      fc.oneof(campaign(voters, drafts.length), {
        weight: 2,
        arbitrary: single(voters, drafts.length),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((acts) => ({ drafts, acts: acts.flat() }));

const votesOf = (voters: readonly string[], place: number): Act[] =>
  voters.map((by): Act => ({ kind: 'vote', by, draft: place }));

/** One votes and falls: the others suspend it before all of them have voted. */
interface Fall {
  readonly voted: Draft;
  readonly fallen: string;
  readonly others: readonly string[];
  /** How many of the others vote before it falls. */
  readonly early: number;
}

const toFall = ({ voted, fallen, others, early }: Fall): Story => ({
  drafts: [voted, { kind: 'status', mspId: fallen, status: 'suspended' }],
  acts: [
    ...votesOf([fallen, ...others.slice(0, early)], 0),
    ...votesOf(others, 1),
    ...votesOf(others.slice(early), 0),
  ],
});

function whoFalls(voters: readonly string[], fallen: string) {
  const others = voters.filter((each) => each !== fallen);
  return fc.record({
    fallen: fc.constant(fallen),
    others: fc.shuffledSubarray(others, { minLength: others.length }),
    early: fc.nat({ max: others.length }),
  });
}

/** The suspended victim; or the merchant's organisation, whose consent to a licence was half of the votes needed. */
function falling(voters: readonly string[]): fc.Arbitrary<Story> {
  const any = fc
    .constantFrom(...voters)
    .chain((mspId) => fc.record({ voted: draft, who: whoFalls(voters, mspId) }));
  const [organisation] = ORGANISATIONS.merchant;
  const licensed = fc.record({ voted: licence, who: whoFalls(voters, organisation) });
  return fc
    .oneof(any, voters.includes(organisation) ? licensed : any)
    .map(({ voted, who }) => toFall({ voted, ...who }));
}

/** @returns stories in which only these vote. */
export const stories = (voters: readonly string[]): fc.Arbitrary<Story> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .array(draft, { minLength: 1, maxLength: 5 })
        .chain((drafts) => acting(voters, drafts)),
    },
    falling(voters),
  );

/** Any set of organisations without the victim, or the victim too: what it consented to may be done. */
export const coalition: fc.Arbitrary<readonly string[]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.subarray(
      EVERYBODY.filter((each) => each !== VICTIM),
      { minLength: 1 },
    ),
  },
  { weight: 2, arbitrary: fc.constant(MEMBERS.filter((each) => each !== VICTIM)) },
  { weight: 1, arbitrary: fc.constant(MEMBERS) },
);

/** The victim alone, against its own customers and payees. */
export const alone: fc.Arbitrary<readonly string[]> = fc.constant([VICTIM]);

function policyOf({ registry }: Governed, wanted: (typeof POLICIES)[number]) {
  const { policy } = registry;
  const { offline } = policy;
  const lossBearer = offline.lossBearer === 'bank' ? 'merchant' : 'bank';
  const limits = {
    ...{ perOrder: '9', perWindow: '9', stepUp: '9', issue: '9' },
    ...{ lossPerReserve: '9', lossPerPayee: '9' },
  };
  const changed = {
    short: { loginSeconds: 61 },
    rich: { currencies: { ...policy.currencies, [CURRENCY]: limits } },
    bearing: { offline: { ...offline, lossBearer, version: offline.version + 1 } },
    unversioned: { offline: { ...offline, lossBearer } },
    hasty: { voteSeconds: 3_600 },
    same: {},
  } as const;
  return { ...policy, ...changed[wanted] };
}

/** Where there is no merchant yet, nobody's licence. */
const NOBODY: MerchantRow = {
  ...{ merchantId: MERCHANT, mspId: ORGANISATIONS.merchant[0], bankId: BANK },
  ...{ active: true, licence: null, categories: [] },
  rating: UNRATED,
  conduct: BLAMELESS,
  revision: 0,
};

function licenceOf(merchant: MerchantRow, wanted: (typeof LICENCES)[number]): Licensing {
  const licensing = licensingOf(merchant);
  const changed: Readonly<Record<typeof wanted, Partial<Licensing>>> = {
    idle: { active: false },
    narrow: { categories: licensing.categories.slice(1) },
    early: { licence: { number: 'LIC-2', validUntil: 1 } },
    none: { licence: null },
    moved: { mspId: ORGANISATIONS.merchant[1] },
    wider: { categories: [...licensing.categories, '10000000'] },
    same: {},
  };
  return { ...licensing, ...changed[wanted] };
}

/** Who is not registered is proposed as if it were. */
function participantOf({ registry }: Governed, mspId: string): ParticipantRow {
  const known = registry.participants.find((entry) => entry.mspId === mspId);
  return known ?? { mspId, role: 'merchant', actor: 'evil', bankId: null, status: 'active' };
}

/** @returns the proposal, held against what stood in the beginning, so that those who vote for it mean the same. */
export function proposalOf(start: Governed, given: Draft): Proposal {
  switch (given.kind) {
    case 'policy':
      return { kind: 'policy', policy: policyOf(start, given.policy) };
    case 'licence':
      return { kind: 'licence', merchant: licenceOf(start.merchant ?? NOBODY, given.licence) };
    case 'enter':
      return { kind: 'participant', participant: { ...given.participant, status: 'active' } };
    case 'status': {
      const participant = { ...participantOf(start, given.mspId), status: given.status };
      return { kind: 'participant', participant };
    }
    case 'change':
      return {
        kind: 'participant',
        participant: { ...participantOf(start, given.mspId), ...given.change },
      };
  }
}
