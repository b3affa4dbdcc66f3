// SPDX-License-Identifier: Apache-2.0
// A change of the channel's settings: what is right goes through, and each single thing that is wrong is named.
import { common } from '@hyperledger/fabric-protos';
import { defined } from '../testing/defined.js';
import {
  batchTimeout,
  CHANNEL,
  configEnvelope,
  groupOf,
  organisationGroup,
  signedUpdate,
  TestChannel,
  valueOf,
} from '../testing/test-channel.js';
import { computedUpdate } from '../testing/test-update.js';
import { TestOrganisation, type TestMember } from '../testing/test-organisation.js';
import { ChannelRules } from './channel-rules.js';
import { checkSettings } from './settings-change.js';

const channel = new TestChannel();
const rules = ChannelRules.of(channel.envelope(), CHANNEL);
const admins = [channel.bank.member('admin'), channel.merchant.member('admin')];
const TIMEOUT = 'value /Channel/Orderer/BatchTimeout';

const ordererOf = (root: common.ConfigGroup) => defined(root.getGroupsMap().get('Orderer'));
const applicationOf = (root: common.ConfigGroup) => defined(root.getGroupsMap().get('Application'));

const under = (name: string, group: common.ConfigGroup, version = 0) =>
  groupOf({ version, groups: { [name]: group } });

/** How a change of the time between blocks differs from a right one. */
interface Wrong {
  readonly channel?: string;
  readonly signers?: readonly TestMember[];
  readonly sequence?: number;
  readonly version?: number;
  readonly modPolicy?: string;
  readonly read?: common.ConfigGroup;
  readonly result?: (root: common.ConfigGroup) => void;
}

/** @returns the transaction of a change of the time between blocks */
function timeoutChange(wrong: Wrong = {}): Uint8Array {
  const value = valueOf(batchTimeout('1s'), wrong.version ?? 1, wrong.modPolicy);
  const read = wrong.read ?? under('Orderer', groupOf({}));
  const write = under('Orderer', groupOf({ values: { BatchTimeout: value } }));
  const update = signedUpdate(
    { channel: wrong.channel ?? CHANNEL, read, write },
    wrong.signers ?? admins,
  );
  const root = channel.root();
  ordererOf(root).getValuesMap().set('BatchTimeout', value);
  wrong.result?.(root);
  return configEnvelope(root, wrong.sequence ?? 1, update);
}

const problemsOf = async (envelope: Uint8Array) => (await checkSettings(rules, envelope)).problems;

describe('a right change', () => {
  it('of a value leads to new rules, and is told in words', async () => {
    const { problems, next, changes } = await checkSettings(rules, timeoutChange());
    expect(problems).toEqual([]);
    expect(next?.settings.sequence).toBe(1);
    expect(changes).toEqual([{ path: TIMEOUT, what: 'changed: 200ms → 1s' }]);
  });

  it('brings an organisation in', async () => {
    const other = new TestOrganisation('AuditorMSP');
    const root = channel.root();
    const application = applicationOf(root);
    application.setVersion(1);
    application.getGroupsMap().set('AuditorMSP', organisationGroup(other));
    const write = under('Application', application);
    const read = under('Application', applicationOf(channel.root()));
    const update = signedUpdate({ read, write }, admins);
    const { problems, next, changes } = await checkSettings(rules, configEnvelope(root, 1, update));
    expect(problems).toEqual([]);
    expect(next?.identify(other.member('peer').identity).valid).toBe(true);
    expect(changes.map(({ path }) => path)).toContain('group /Channel/Application/AuditorMSP');
  });

  it('revokes a certificate, which the new rules refuse', async () => {
    const peer = channel.bank.member('peer');
    const lists = { BankMSP: { revocationLists: [channel.bank.ca.revocationList([peer])] } };
    const root = channel.root(lists);
    const values = ['Application', 'Orderer'].map((section) => {
      const bank = defined(root.getGroupsMap().get(section)?.getGroupsMap().get('BankMSP'));
      const value = defined(bank.getValuesMap().get('MSP'));
      value.setVersion(1);
      return [section, under('BankMSP', groupOf({ values: { MSP: value } }))] as const;
    });
    const read = groupOf({
      groups: Object.fromEntries(values.map(([name]) => [name, under('BankMSP', groupOf({}))])),
    });
    const write = groupOf({ groups: Object.fromEntries(values) });
    const update = signedUpdate({ read, write }, [channel.bank.member('admin')]);
    const { problems, next, changes } = await checkSettings(rules, configEnvelope(root, 1, update));
    expect(problems).toEqual([]);
    expect(rules.identify(peer.identity).valid).toBe(true);
    expect(next?.identify(peer.identity)).toMatchObject({ valid: false, reason: 'it is revoked' });
    expect(changes.map(({ path }) => path)).toEqual([
      'value /Channel/Application/BankMSP/MSP',
      'value /Channel/Orderer/BankMSP/MSP',
    ]);
    expect(JSON.stringify(changes)).not.toContain('BEGIN');
  });
});

describe('a wrong change', () => {
  const bank = defined(admins[0]);
  const quorum = 'config.quorum';
  const content = 'config.content';

  it.each<[string, Wrong, string, string, RegExp]>([
    ['has too few signers', { signers: [bank] }, quorum, TIMEOUT, /^BankMSP admin$/],
    ['has one signer twice', { signers: [bank, bank] }, quorum, TIMEOUT, /^BankMSP admin$/],
    [
      'is signed by members who are no administrators',
      { signers: [channel.bank.member('client'), channel.merchant.member('client')] },
      quorum,
      TIMEOUT,
      /BankMSP client, MerchantMSP client/,
    ],
    [
      'is signed by a stranger',
      { signers: [bank, new TestOrganisation('MerchantMSP').member('admin')] },
      quorum,
      TIMEOUT,
      /No authority/,
    ],
    ['is for another channel', { channel: 'other' }, content, 'channel', /other/],
    ['leaves a sequence out', { sequence: 2 }, content, 'sequence', /2/],
    ['repeats a sequence', { sequence: 0 }, content, 'sequence', /0/],
    ['leaves a version out', { version: 2 }, content, TIMEOUT, /version 2/],
    ['has no policy for the next change', { modPolicy: '' }, content, TIMEOUT, /none/],
    ['has an illegal policy for the next change', { modPolicy: 'a b' }, content, TIMEOUT, /none/],
    [
      'read another version',
      { read: under('Orderer', groupOf({ version: 3 })) },
      content,
      'group /Channel/Orderer',
      /version 3/,
    ],
    [
      'read what is not there',
      { read: under('Other', groupOf({})) },
      content,
      'group /Channel/Other',
      /version 0/,
    ],
    [
      'gives another value than the signed one',
      {
        result: (root) =>
          ordererOf(root)
            .getValuesMap()
            .set('BatchTimeout', valueOf(batchTimeout('2s'), 1)),
      },
      content,
      TIMEOUT,
      /2s/,
    ],
    [
      'changes more than was signed',
      { result: (root) => applicationOf(root).getPoliciesMap().del('LifecycleEndorsement') },
      content,
      'policy /Channel/Application/LifecycleEndorsement',
      /none/,
    ],
    [
      'changes by whom a thing may be changed',
      { result: (root) => applicationOf(root).setModPolicy('Writers') },
      content,
      'group /Channel/Application',
      /Writers/,
    ],
    [
      'changes a version alone',
      { result: (root) => applicationOf(root).setVersion(1) },
      content,
      'group /Channel/Application',
      /version 1/,
    ],
  ])('is named that %s', async (_, wrong, rule, subject, found) => {
    const problems = await problemsOf(timeoutChange(wrong));
    const named = problems.filter((each) => each.rule === rule && each.subject === subject);
    expect(named.map((each) => each.found)).toContainEqual(expect.stringMatching(found));
    expect(problems.filter((each) => each.rule !== rule)).toEqual([]);
  });

  it('is named that one byte of a signature is changed', async () => {
    const envelope = common.ConfigEnvelope.deserializeBinary(timeoutChange());
    const last = defined(envelope.getLastUpdate());
    const payload = common.Payload.deserializeBinary(last.getPayload_asU8());
    const update = common.ConfigUpdateEnvelope.deserializeBinary(payload.getData_asU8());
    const signature = defined(update.getSignaturesList()[0]);
    const bytes = Buffer.from(signature.getSignature_asU8());
    bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
    signature.setSignature(bytes);
    payload.setData(update.serializeBinary());
    last.setPayload(payload.serializeBinary());
    const [problem, other] = await problemsOf(envelope.serializeBinary());
    expect(problem).toMatchObject({ rule: 'config.quorum', subject: TIMEOUT });
    expect(problem?.found).toMatch(/BankMSP admin \(the signature is not over this message\)/);
    expect(other).toBeUndefined();
  });

  it('is named that nobody signed one', async () => {
    const problems = await problemsOf(configEnvelope(channel.root(), 1));
    expect(problems).toEqual([
      {
        rule: content,
        subject: 'change',
        expected: 'a signed change',
        found: 'There is no signed change',
      },
    ]);
  });

  it('is named that it changes nothing', async () => {
    const same = groupOf({});
    const update = signedUpdate({ read: same, write: same }, admins);
    const problems = await problemsOf(configEnvelope(channel.root(), 1, update));
    expect(problems).toMatchObject([{ rule: content, subject: 'change', found: 'nothing' }]);
  });

  it('is named that nothing can be judged by the new settings', async () => {
    const checked = await checkSettings(rules, Buffer.from('nonsense'));
    expect(checked).toMatchObject({
      problems: [{ rule: content, subject: 'settings' }],
      changes: [],
    });
    expect(checked.next).toBeUndefined();
  });

  it('leads to the rules that the network took all the same', async () => {
    const { next } = await checkSettings(rules, timeoutChange({ signers: [] }));
    expect(next?.settings.sequence).toBe(1);
  });
});

/** A change as Fabric's own tool writes it down. */
function computed(
  signers: readonly TestMember[],
  edit: (root: common.ConfigGroup) => void,
  base = channel.root(),
) {
  const next = common.ConfigGroup.deserializeBinary(base.serializeBinary());
  edit(next);
  const { read, write } = computedUpdate(base, next);
  return { next, update: signedUpdate({ read, write }, signers) };
}

const bankOf = (root: common.ConfigGroup) =>
  defined(applicationOf(root).getGroupsMap().get('BankMSP'));

describe('an organisation', () => {
  const bank = [channel.bank.member('admin')];
  const addValue = (root: common.ConfigGroup) =>
    bankOf(root)
      .getValuesMap()
      .set('Extra', valueOf(Buffer.from('extra')));

  it('changes its own group alone', async () => {
    const { next, update } = computed(bank, addValue);
    expect(await problemsOf(configEnvelope(next, 1, update))).toEqual([]);
  });

  it('changes no other’s group', async () => {
    const { next, update } = computed([channel.logistics.member('admin')], addValue);
    expect(await problemsOf(configEnvelope(next, 1, update))).toMatchObject([
      { rule: 'config.quorum', subject: 'group /Channel/Application/BankMSP' },
    ]);
  });

  it('keeps its name, even where all would have another', async () => {
    const other = new TestOrganisation('OtherMSP');
    const { next, update } = computed(bank, (root) =>
      bankOf(root).getValuesMap().set('MSP', valueOf(other.membership())),
    );
    expect(await problemsOf(configEnvelope(next, 1, update))).toEqual([
      {
        rule: 'config.content',
        subject: 'group /Channel/Application/BankMSP',
        expected: 'BankMSP',
        found: 'OtherMSP',
      },
    ]);
  });
});

it('is named that a section goes', async () => {
  const { next, update } = computed(admins, (root) => root.getGroupsMap().del('Orderer'));
  expect(await problemsOf(configEnvelope(next, 1, update))).toContainEqual({
    rule: 'config.content',
    subject: 'group /Channel/Orderer',
    expected: 'a section that stays',
    found: 'none',
  });
});

describe('settings of an old channel, which name no policy for some changes,', () => {
  const old = channel.root();
  applicationOf(old)
    .getValuesMap()
    .set('Extra', valueOf(Buffer.from('extra'), 0, ''));
  const base = ChannelRules.of(channel.envelope(old), CHANNEL);
  const change = () =>
    computed(
      admins,
      (root) =>
        ordererOf(root)
          .getValuesMap()
          .set('BatchTimeout', valueOf(batchTimeout('1s'))),
      old,
    );

  it('get the one that Fabric fills in', async () => {
    const { next, update } = change();
    applicationOf(next).getValuesMap().get('Extra')?.setModPolicy('Admins');
    expect((await checkSettings(base, configEnvelope(next, 1, update))).problems).toEqual([]);
  });

  it('are named when it is left out', async () => {
    const { next, update } = change();
    const { problems } = await checkSettings(base, configEnvelope(next, 1, update));
    expect(problems.map(({ subject }) => subject)).toEqual(['value /Channel/Application/Extra']);
  });
});
