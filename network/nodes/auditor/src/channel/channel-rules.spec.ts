// SPDX-License-Identifier: Apache-2.0
// The rules at a height: block signatures, senders, and settings by which nothing can be judged.
import type { RawBlock } from '../blocks/raw-block.js';
import { defined } from '../testing/defined.js';
import { capabilities, CHANNEL, consensus, TestChannel, valueOf } from '../testing/test-channel.js';
import { TestOrganisation } from '../testing/test-organisation.js';
import { applicationPolicy, roleOf, someOf } from '../testing/test-policies.js';
import { ChannelRules } from './channel-rules.js';

const channel = new TestChannel();
const rules = ChannelRules.of(channel.envelope(), CHANNEL);
const HEADER = Buffer.from('header of the block');

const blockOf = (signatures: RawBlock['signatures'], number = 7): RawBlock => ({
  number,
  header: { number: BigInt(number), previousHash: Buffer.alloc(0), dataHash: Buffer.alloc(0) },
  hash: '',
  previousHash: '',
  computedDataHash: '',
  codes: new Uint8Array(),
  beside: [],
  signatures,
  transactions: [],
  size: 0,
});

describe('the settings', () => {
  it('name organisations, capabilities and how orderers agree', () => {
    const { settings } = rules;
    expect(settings.organisations.map(({ section, name }) => `${section}/${name}`).sort()).toEqual([
      'Application/BankMSP',
      'Application/LogisticsMSP',
      'Application/MerchantMSP',
      'Orderer/BankMSP',
      'Orderer/MerchantMSP',
    ]);
    expect(settings.capabilities).toEqual({
      channel: ['V2_0'],
      orderer: ['V2_0'],
      application: ['V2_5'],
    });
    expect(settings.consensus).toEqual({ type: 'etcdraft', state: 0 });
  });

  it('are refused when they are no settings', () => {
    expect(() => ChannelRules.of(Buffer.from('settings'), CHANNEL)).toThrow(/read|no settings/);
    expect(() => ChannelRules.of(new Uint8Array(), CHANNEL)).toThrow(/no settings/);
  });

  it('are refused in an older way to judge members', () => {
    const root = channel.root();
    root.getValuesMap().set('Capabilities', valueOf(capabilities('V1_4_3')));
    expect(() => ChannelRules.of(channel.envelope(root), CHANNEL)).toThrow(/V2_0/);
  });

  it('are refused when they describe an organisation in two ways', () => {
    const root = channel.root();
    const other = new TestChannel().root();
    const bank = defined(other.getGroupsMap().get('Orderer')?.getGroupsMap().get('BankMSP'));
    root.getGroupsMap().get('Orderer')?.getGroupsMap().set('BankMSP', bank);
    expect(() => ChannelRules.of(channel.envelope(root), CHANNEL)).toThrow(/two ways/);
  });

  it('are refused with a name that could stand for another place', () => {
    const root = channel.root();
    root.getValuesMap().set('Orderer/BatchTimeout', valueOf(Buffer.from('x')));
    expect(() => ChannelRules.of(channel.envelope(root), CHANNEL)).toThrow(/cannot be read/);
  });

  it('are refused with an organisation without members', () => {
    const root = channel.root();
    root
      .getGroupsMap()
      .get('Application')
      ?.getGroupsMap()
      .get('BankMSP')
      ?.getValuesMap()
      .del('MSP');
    expect(() => ChannelRules.of(channel.envelope(root), CHANNEL)).toThrow(/no members/);
  });
});

describe('a block', () => {
  const orderer = channel.bank.member('orderer');

  it('counts with the signature of one orderer', async () => {
    expect(await rules.blockSignatures(blockOf([orderer.signs(HEADER)]))).toBeUndefined();
  });

  it('needs none as the first', async () => {
    expect(await rules.blockSignatures(blockOf([], 0))).toBeUndefined();
  });

  it.each([
    ['without a signature', () => [], /nobody signed/],
    [
      'with the signature of another message',
      () => [{ ...orderer.signs(HEADER), message: Buffer.from('other') }],
      /not over this message/,
    ],
    [
      'of an organisation without orderers',
      () => [channel.logistics.member('orderer').signs(HEADER)],
      /LogisticsMSP orderer/,
    ],
    [
      'of no organisation',
      () => [new TestOrganisation('OtherMSP').member('orderer').signs(HEADER)],
      /no organisation of the channel/,
    ],
    [
      'of somebody who takes the name of an organisation',
      () => [new TestOrganisation('BankMSP').member('orderer').signs(HEADER)],
      /No authority/,
    ],
  ])('does not count %s', async (_, signatures, found) => {
    const problem = await rules.blockSignatures(blockOf(signatures()));
    expect(problem).toMatchObject({
      rule: 'block.signatures',
      subject: '/Channel/Orderer/BlockValidation',
      expected: 'ANY Writers',
    });
    expect(problem?.found).toMatch(found);
  });

  it('cannot be judged where orderers agree by BFT', async () => {
    const root = channel.root();
    root
      .getGroupsMap()
      .get('Orderer')
      ?.getValuesMap()
      .set('ConsensusType', valueOf(consensus('BFT')));
    const other = ChannelRules.of(channel.envelope(root), CHANNEL);
    expect((await other.blockSignatures(blockOf([orderer.signs(HEADER)])))?.found).toMatch(/BFT/);
  });
});

describe('a set of signatures', () => {
  const peer = channel.bank.member('peer');
  const two = applicationPolicy(someOf(2, [roleOf('BankMSP', 'PEER'), roleOf('BankMSP', 'PEER')]));

  it('counts whoever signs twice once', async () => {
    const again = { ...peer.signs(HEADER), message: Buffer.from('changed') };
    const { identities, text } = await rules.signers([
      again,
      peer.signs(HEADER),
      peer.signs(HEADER),
    ]);
    expect(identities).toHaveLength(1);
    expect(text).toBe('BankMSP peer');
    expect(rules.satisfies(two, identities)).toBe(false);
  });

  it('is told in few words, whatever stands in it', async () => {
    const long = new TestOrganisation('x'.repeat(5000)).member('peer');
    const { text } = await rules.signers(Array.from({ length: 500 }, () => long.signs(HEADER)));
    expect(text.length).toBeLessThan(2000);
    expect(text).toMatch(/and 488 more$/);
  });

  it('satisfies policies by path, by definition, and as they are', async () => {
    const { identities } = await rules.signers([
      peer.signs(HEADER),
      channel.merchant.member('peer').signs(HEADER),
    ]);
    expect(rules.satisfies('/Channel/Application/Endorsement', identities)).toBe(true);
    expect(
      rules.satisfies(applicationPolicy('/Channel/Application/LifecycleEndorsement'), identities),
    ).toBe(true);
    expect(rules.satisfies(someOf(1, [roleOf('BankMSP', 'PEER')]), identities)).toBe(true);
    expect(rules.satisfies('/Channel/Application/Admins', identities)).toBe(false);
    expect(rules.satisfies('/Channel/Application/None', identities)).toBe(false);
  });

  it('satisfies no policy that asks for nothing', () => {
    expect(() => rules.satisfies(new Uint8Array(), [])).toThrow(/asks for nothing/);
  });
});

describe('a sender', () => {
  const client = channel.bank.member('client');

  it('is a member who signed', async () => {
    expect(await rules.creatorProblem(client.signs(HEADER))).toBeUndefined();
  });

  it.each([
    ['did not sign', undefined, /nobody/],
    ['signed something else', { ...client.signs(HEADER), message: Buffer.from('x') }, /not over/],
    ['is a stranger', new TestOrganisation('BankMSP').member('client').signs(HEADER), /No auth/],
  ])('is named who %s', async (_, signed, found) => {
    const problem = await rules.creatorProblem(signed);
    expect(problem?.rule).toBe('transaction.creator');
    expect(problem?.found).toMatch(found);
  });
});
