// SPDX-License-Identifier: Apache-2.0
// Random changes of a channel's settings, one after the other: what is right goes through, and one altered element never does.
import { common } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { defined } from '../testing/defined.js';
import {
  CHANNEL,
  configEnvelope,
  policyOf,
  signedUpdate,
  TestChannel,
  valueOf,
} from '../testing/test-channel.js';
import { implicitPolicyOf } from '../testing/test-policies.js';
import { computedUpdate, keysOf } from '../testing/test-update.js';
import { ChannelRules } from './channel-rules.js';
import { checkSettings } from './settings-change.js';

const channel = new TestChannel();
const admins = [channel.bank, channel.merchant, channel.logistics].map((each) =>
  each.member('admin'),
);

/** Groups that are changed: the channel, its sections, and organisations. */
const PLACES = [
  [],
  ['Application'],
  ['Orderer'],
  ['Application', 'BankMSP'],
  ['Orderer', 'MerchantMSP'],
  ['Application', 'LogisticsMSP'],
];

interface Edit {
  readonly kind: 'value' | 'policy' | 'modPolicy';
  readonly place: readonly string[];
  readonly name: string;
  /** 0 removes. */
  readonly content: number;
}

const edits = fc.array(
  fc.record<Edit>({
    kind: fc.constantFrom('value', 'policy', 'modPolicy'),
    place: fc.constantFrom(...PLACES),
    name: fc.constantFrom('A', 'B', 'C'),
    content: fc.nat(3),
  }),
  { minLength: 1, maxLength: 5 },
);

const at = (root: common.ConfigGroup, place: readonly string[]): common.ConfigGroup =>
  place.reduce((group, name) => defined(group.getGroupsMap().get(name)), root);

/** By either name an administrator of the place decides. */
const modPolicy = (content: number): string => (content % 2 === 0 ? 'Admins' : '/Channel/Admins');

const rules = ['ANY', 'ALL', 'MAJORITY'] as const;

/** What an edit does to a group. */
const APPLY: Record<Edit['kind'], (group: common.ConfigGroup, edit: Edit) => void> = {
  value: (group, { name, content }) => {
    const values = group.getValuesMap();
    if (content === 0) values.del(name);
    else values.set(name, valueOf(Buffer.from([content])));
  },
  policy: (group, { name, content }) => {
    const policies = group.getPoliciesMap();
    const rule = rules[content % rules.length] ?? 'ANY';
    if (content === 0) policies.del(name);
    else policies.set(name, policyOf(implicitPolicyOf(rule, name)));
  },
  modPolicy: (group, { content }) => group.setModPolicy(modPolicy(content)),
};

const copyOf = (root: common.ConfigGroup): common.ConfigGroup =>
  common.ConfigGroup.deserializeBinary(root.serializeBinary());

/** A change that everybody signed, and where it leads. */
function changed(root: common.ConfigGroup, sequence: number, change: readonly Edit[]) {
  const next = copyOf(root);
  for (const edit of change) APPLY[edit.kind](at(next, edit.place), edit);
  const { read, write, isChanged } = computedUpdate(root, next);
  const update = signedUpdate({ read, write }, admins);
  return { next, isChanged, update, envelope: configEnvelope(next, sequence, update) };
}

/** Alters one thing of a group, which no edit would have left so. */
const HARM: Record<string, (group: common.ConfigGroup) => void> = {
  version: (group) => group.setVersion(group.getVersion() + 1),
  'policy of changes': (group) => group.setModPolicy('Others'),
  'new value': (group) => group.getValuesMap().set('New', valueOf(Buffer.from('new'))),
  'new policy': (group) =>
    group.getPoliciesMap().set('New', policyOf(implicitPolicyOf('ANY', 'A'))),
  'version of a policy': (group) => {
    const policy = defined(group.getPoliciesMap().get('Admins'));
    policy.setVersion(policy.getVersion() + 1);
  },
  'rule of a policy': (group) =>
    defined(group.getPoliciesMap().get('Admins')).setPolicy(implicitPolicyOf('ANY', 'None')),
  'removed policy': (group) => group.getPoliciesMap().del('Admins'),
};

it('lets every change through that all have signed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 4 }), async (changes) => {
      let [root, now, sequence] = [channel.root(), ChannelRules.of(channel.envelope(), CHANNEL), 0];
      for (const change of changes) {
        const { next, isChanged, envelope } = changed(root, sequence + 1, change);
        if (!isChanged) continue;
        const checked = await checkSettings(now, envelope);
        expect(checked.problems).toEqual([]);
        expect(checked.changes.length).toBeGreaterThan(0);
        [root, now, sequence] = [next, defined(checked.next), sequence + 1];
        expect(keysOf(root.getGroupsMap())).toEqual([...now.settings.root.groups.keys()].sort());
      }
    }),
    { numRuns: 25 },
  );
});

it('names every element that differs from what was signed', async () => {
  const base = ChannelRules.of(channel.envelope(), CHANNEL);
  const harms = fc.constantFrom(...Object.keys(HARM));
  await fc.assert(
    fc.asyncProperty(edits, fc.constantFrom(...PLACES), harms, async (change, place, harm) => {
      const { next, isChanged, update } = changed(channel.root(), 1, change);
      fc.pre(isChanged);
      HARM[harm]?.(at(next, place));
      const { problems } = await checkSettings(base, configEnvelope(next, 1, update));
      const path = ['', 'Channel', ...place].join('/');
      expect(problems.map(({ subject }) => subject)).toContainEqual(expect.stringContaining(path));
    }),
    { numRuns: 40 },
  );
});
