// SPDX-License-Identifier: Apache-2.0
// Whose endorsement a call needs, and whether it has it: as Fabric's validator of version 2 decides it.
import { peer } from '@hyperledger/fabric-protos';
import type { Access, Call, CollectionAccess, Signed } from '../blocks/raw-block.js';
import { CHANNEL, TestChannel } from '../testing/test-channel.js';
import { applicationPolicy, roleOf, someOf } from '../testing/test-policies.js';
import { ChannelRules } from './channel-rules.js';
import { definedNames, definitionOf, withDefinitionRow, type Definitions } from './definitions.js';
import { checkEndorsements, neededPolicies } from './endorsement-needed.js';

const channel = new TestChannel();
const rules = ChannelRules.of(channel.envelope(), CHANNEL);
const MESSAGE = Buffer.from('answer');
const both = applicationPolicy(
  someOf(2, [roleOf('BankMSP', 'PEER'), roleOf('MerchantMSP', 'PEER')]),
);
const logistics = applicationPolicy(someOf(1, [roleOf('LogisticsMSP', 'PEER')]));

const signed = (...of: ('bank' | 'merchant' | 'logistics')[]): Signed[] =>
  of.map((name) => channel[name].member('peer').signs(MESSAGE));

/** How a definition differs from an ordinary one. */
interface Defined {
  readonly policy?: Uint8Array;
  readonly plugin?: string;
}

function dataOf(set: (data: peer.lifecycle.StateData) => void): Uint8Array {
  const data = new peer.lifecycle.StateData();
  set(data);
  return data.serializeBinary();
}

function collection(name: string, policy?: Uint8Array): peer.CollectionConfig {
  const message = new peer.StaticCollectionConfig();
  message.setName(name);
  message.setBlockToLive(9);
  message.setMemberOnlyRead(true);
  const members = new peer.CollectionPolicyConfig();
  members.setSignaturePolicy(someOf(1, [roleOf('BankMSP', 'MEMBER')]));
  message.setMemberOrgsPolicy(members);
  if (policy) message.setEndorsementPolicy(peer.ApplicationPolicy.deserializeBinary(policy));
  const outer = new peer.CollectionConfig();
  outer.setStaticCollectionConfig(message);
  return outer;
}

/** @returns the rows that define a chaincode */
function rowsOf(name: string, { policy = both, plugin = 'vscc' }: Defined = {}) {
  const endorsement = new peer.lifecycle.ChaincodeEndorsementInfo();
  endorsement.setVersion('1.0');
  const validation = new peer.lifecycle.ChaincodeValidationInfo();
  validation.setValidationPlugin(plugin);
  validation.setValidationParameter(policy);
  const collections = new peer.CollectionConfigPackage();
  collections.setConfigList([collection('own', logistics), collection('common')]);
  const metadata = new peer.lifecycle.StateMetadata();
  metadata.setDatatype('ChaincodeDefinition');
  const field = (of: string) => `namespaces/fields/${name}/${of}`;
  const bytes = (value: Uint8Array) => dataOf((data) => data.setBytes(value));
  return [
    [`namespaces/metadata/${name}`, metadata.serializeBinary()],
    [field('Sequence'), dataOf((data) => data.setInt64(3))],
    [field('EndorsementInfo'), bytes(endorsement.serializeBinary())],
    [field('ValidationInfo'), bytes(validation.serializeBinary())],
    [field('Collections'), bytes(collections.serializeBinary())],
  ] as const;
}

const definedBy = (rows: Iterable<readonly [string, Uint8Array | null]>): Definitions =>
  [...rows].reduce<Definitions>(
    (all, [key, value]) => withDefinitionRow(all, key, value),
    new Map(),
  );

const definitions = definedBy([...rowsOf('pay'), ...rowsOf('other', { policy: logistics })]);

const written = (namespace: string, ...collections: readonly string[]): Access => ({
  namespace,
  reads: [],
  ranges: [],
  writes: collections.length === 0 ? [{ key: 'key', value: Buffer.from('value') }] : [],
  collections: collections.map(privately),
  metadataKeys: [],
});

const privately = (name: string): CollectionAccess => ({
  collection: name,
  reads: [],
  writes: [{ keyHash: '00', valueHash: '00', isPurge: false }],
  hasMetadata: false,
});

const callOf = (access: readonly Access[], more: Partial<Call> = {}): Call => ({
  kind: 'call',
  chaincode: 'pay',
  ran: { chaincode: 'pay', version: '1.0' },
  arguments: [],
  proposalHash: { computed: '', signed: '' },
  endorsements: signed('bank', 'merchant'),
  answer: { status: 200, message: '', payload: new Uint8Array() },
  announced: null,
  access,
  ...more,
});

describe('a definition', () => {
  it('is read from the rows of _lifecycle', () => {
    expect(definitionOf(definitions, 'pay')).toMatchObject({
      name: 'pay',
      sequence: 3,
      version: '1.0',
      validationPlugin: 'vscc',
      policy: both,
      collections: [
        { name: 'own', endorsementPolicy: logistics, blockToLive: 9, memberOnlyRead: true },
        { name: 'common', endorsementPolicy: undefined, memberOnlyWrite: false },
      ],
    });
    expect(definedNames(definitions)).toEqual(['other', 'pay']);
  });

  it('is none without its metadata', () => {
    const gone = withDefinitionRow(definitions, 'namespaces/metadata/pay', null);
    expect(definitionOf(gone, 'pay')).toBeUndefined();
    expect(definitionOf(definitions, 'pay')).toBeDefined();
  });

  it('is not touched by other rows of _lifecycle', () => {
    expect(withDefinitionRow(definitions, 'other/key', Buffer.from('x'))).toBe(definitions);
  });

  it.each([
    ['its metadata are of another thing', 'namespaces/metadata/pay', Buffer.from([0x0a, 1, 0x78])],
    [
      'a field is of another kind',
      'namespaces/fields/pay/Sequence',
      dataOf((d) => d.setString('3')),
    ],
    ['a field cannot be read', 'namespaces/fields/pay/Collections', Buffer.from([0xff])],
  ])('cannot be read when %s', (_, key, value) => {
    expect(() => definitionOf(withDefinitionRow(definitions, key, value), 'pay')).toThrow(/pay/);
  });
});

describe('the policies that a call must satisfy', () => {
  it.each<[string, Access[], string[]]>([
    ['are the chaincode’s, where it writes a row', [written('pay')], ['pay']],
    ['are the chaincode’s, where it writes nothing', [], ['pay']],
    [
      'are the collection’s alone, where it writes nothing else',
      [written('pay', 'own')],
      ['pay/own'],
    ],
    [
      'are those of both, where it writes both',
      [{ ...written('pay'), collections: [privately('own')] }],
      ['pay', 'pay/own'],
    ],
    ['are those of each namespace', [written('pay'), written('other')], ['pay', 'other']],
    [
      'are the called chaincode’s, too, where it writes elsewhere only',
      [written('other')],
      ['pay', 'other'],
    ],
  ])('%s', (_, access, subjects) => {
    const needed = neededPolicies(callOf(access), rules, definitions);
    expect(needed.map(({ subject }) => subject)).toEqual(subjects);
  });

  it('are the chaincode’s for a collection without its own', () => {
    const [needed] = neededPolicies(callOf([written('pay', 'common')]), rules, definitions);
    expect(needed).toEqual({ subject: 'pay/common', policy: both });
  });

  it('are an organisation’s own for its implicit collection', () => {
    const [needed] = neededPolicies(
      callOf([written('pay', '_implicit_org_LogisticsMSP')]),
      rules,
      definitions,
    );
    expect(needed?.policy).toEqual(
      applicationPolicy('/Channel/Application/LogisticsMSP/Endorsement'),
    );
  });

  const lifecycle = { chaincode: '_lifecycle', ran: { chaincode: '_lifecycle', version: 'syscc' } };

  it('are the settings’ own for definitions of chaincodes', () => {
    const needed = neededPolicies(callOf([written('_lifecycle')], lifecycle), rules, definitions);
    const policy = applicationPolicy('/Channel/Application/LifecycleEndorsement');
    expect(needed).toEqual([{ subject: '_lifecycle', policy }]);
  });

  it('ask the majority for definitions of chaincodes where the settings say nothing', async () => {
    const root = channel.root();
    root.getGroupsMap().get('Application')?.getPoliciesMap().del('LifecycleEndorsement');
    const other = ChannelRules.of(channel.envelope(root), CHANNEL);
    const check = (endorsements: Signed[]) =>
      checkEndorsements(
        callOf([written('_lifecycle')], { ...lifecycle, endorsements }),
        other,
        definitions,
      );
    expect(await check(signed('merchant', 'logistics'))).toBeUndefined();
    expect((await check(signed('merchant')))?.expected).toMatch(/2 of/);
  });
});

describe('endorsements', () => {
  const check = (call: Call) => checkEndorsements(call, rules, definitions);

  it('suffice when all signed whose signatures the policy asks for', async () => {
    expect(await check(callOf([written('pay')]))).toBeUndefined();
  });

  it.each<[string, Access[], Signed[], string, RegExp]>([
    ['are too few', [written('pay')], signed('bank'), 'pay', /^BankMSP peer$/],
    ['are none', [written('pay')], [], 'pay', /nobody/],
    [
      'are of a client',
      [written('pay')],
      [...signed('bank'), channel.merchant.member('client').signs(MESSAGE)],
      'pay',
      /MerchantMSP client/,
    ],
    [
      'are over another answer',
      [written('pay')],
      signed('bank', 'merchant').map((each) => ({ ...each, message: Buffer.from('other') })),
      'pay',
      /not over this message/,
    ],
    [
      'are not the collection’s',
      [written('pay', 'own')],
      signed('bank', 'merchant'),
      'pay/own',
      /./,
    ],
    ['are not the other chaincode’s', [written('other')], signed('bank', 'merchant'), 'other', /./],
  ])('are named that %s', async (_, access, endorsements, subject, found) => {
    const problem = await check(callOf(access, { endorsements }));
    expect(problem).toMatchObject({ rule: 'transaction.endorsements', subject });
    expect(problem?.found).toMatch(found);
  });

  it('say whom the policy asks for', async () => {
    const problem = await check(callOf([written('pay')], { endorsements: [] }));
    expect(problem?.expected).toBe('2 of (BankMSP peer, MerchantMSP peer)');
  });

  it.each<[string, Partial<Call>, RegExp]>([
    ['another chaincode ran', { ran: { chaincode: 'other', version: '1.0' } }, /another chaincode/],
    ['no version is said', { ran: { chaincode: 'pay', version: '' } }, /version/],
    [
      'an event is another chaincode’s',
      { announced: { name: 'e', payload: MESSAGE, chaincode: 'other', transactionId: '' } },
      /event/,
    ],
    ['a namespace stands twice', { access: [written('pay'), written('pay')] }, /twice/],
    ['a namespace is not defined', { access: [written('lscc')] }, /lscc is not defined/],
    ['a collection is not defined', { access: [written('pay', 'none')] }, /no collection none/],
    [
      'a collection is of nobody',
      { access: [written('pay', '_implicit_org_X')] },
      /no organisation/,
    ],
    [
      'a row got a policy',
      { access: [{ ...written('pay'), metadataKeys: ['key'] }] },
      /policy of its own/,
    ],
    [
      'a private row got a policy',
      {
        access: [{ ...written('pay'), collections: [{ ...privately('own'), hasMetadata: true }] }],
      },
      /policy of its own/,
    ],
  ])('cannot count where %s', async (_, more, found) => {
    const problem = await check(callOf([], more));
    expect(problem?.rule).toBe('transaction.endorsements');
    expect(problem?.found).toMatch(found);
  });

  it.each<[string, Defined, RegExp]>([
    ['checks in a way of its own', { plugin: 'other' }, /way of its own/],
    ['has no policy', { policy: new Uint8Array() }, /no policy/],
    ['has a policy that asks for nothing', { policy: Buffer.from([0x18, 1]) }, /asks for nothing/],
  ])('cannot count where the chaincode %s', async (_, content, found) => {
    const other = definedBy(rowsOf('pay', content));
    expect((await checkEndorsements(callOf([]), rules, other))?.found).toMatch(found);
  });

  it('are judged by the policy of the settings where the definition names one', async () => {
    const other = definedBy(
      rowsOf('pay', { policy: applicationPolicy('/Channel/Application/Endorsement') }),
    );
    const problem = await checkEndorsements(
      callOf([], { endorsements: signed('bank') }),
      rules,
      other,
    );
    expect(problem?.expected).toBe('MAJORITY Endorsement');
    expect(await checkEndorsements(callOf([]), rules, other)).toBeUndefined();
  });
});
