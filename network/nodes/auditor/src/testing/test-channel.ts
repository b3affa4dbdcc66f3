// SPDX-License-Identifier: Apache-2.0
// A channel's settings for tests, and signed changes of them.
import { common, orderer } from '@hyperledger/fabric-protos';
import { TestMember, TestOrganisation, type TestMembership } from './test-organisation.js';
import { implicitPolicyOf, roleOf, signaturePolicyOf, someOf } from './test-policies.js';

export const CHANNEL = 'test-channel';

const ADMINS = 'Admins';

export function valueOf(bytes: Uint8Array, version = 0, modPolicy = ADMINS): common.ConfigValue {
  const message = new common.ConfigValue();
  message.setValue(bytes);
  message.setVersion(version);
  message.setModPolicy(modPolicy);
  return message;
}

export function policyOf(policy: common.Policy, version = 0): common.ConfigPolicy {
  const message = new common.ConfigPolicy();
  message.setPolicy(policy);
  message.setVersion(version);
  message.setModPolicy(ADMINS);
  return message;
}

/** What stands in a group. */
export interface TestGroup {
  readonly groups?: Readonly<Record<string, common.ConfigGroup>>;
  readonly values?: Readonly<Record<string, common.ConfigValue>>;
  readonly policies?: Readonly<Record<string, common.ConfigPolicy>>;
  readonly version?: number;
}

export function groupOf(content: TestGroup): common.ConfigGroup {
  const message = new common.ConfigGroup();
  message.setModPolicy(ADMINS);
  message.setVersion(content.version ?? 0);
  for (const [name, each] of Object.entries(content.groups ?? {}))
    message.getGroupsMap().set(name, each);
  for (const [name, each] of Object.entries(content.values ?? {}))
    message.getValuesMap().set(name, each);
  for (const [name, each] of Object.entries(content.policies ?? {}))
    message.getPoliciesMap().set(name, each);
  return message;
}

export function capabilities(...names: readonly string[]): Uint8Array {
  const message = new common.Capabilities();
  for (const name of names) message.getCapabilitiesMap().set(name, new common.Capability());
  return message.serializeBinary();
}

export function consensus(type: string): Uint8Array {
  const message = new orderer.ConsensusType();
  message.setType(type);
  return message.serializeBinary();
}

export function batchTimeout(text: string): Uint8Array {
  const message = new orderer.BatchTimeout();
  message.setTimeout(text);
  return message.serializeBinary();
}

/** @returns the group of an organisation */
export function organisationGroup(
  organisation: TestOrganisation,
  membership: TestMembership = {},
): common.ConfigGroup {
  const { mspId } = organisation;
  const one = (...roles: Parameters<typeof roleOf>[1][]) =>
    policyOf(
      signaturePolicyOf(
        someOf(
          1,
          roles.map((role) => roleOf(mspId, role)),
        ),
      ),
    );
  return groupOf({
    values: { MSP: valueOf(organisation.membership(membership)) },
    policies: {
      Readers: one('MEMBER'),
      Writers: one('CLIENT', 'PEER', 'ADMIN', 'ORDERER'),
      Admins: one('ADMIN'),
      Endorsement: one('PEER'),
    },
  });
}

/** Bank, merchant and logistics; the first two run orderers. */
export class TestChannel {
  readonly bank = new TestOrganisation('BankMSP');
  readonly merchant = new TestOrganisation('MerchantMSP');
  readonly logistics = new TestOrganisation('LogisticsMSP');

  /** @param content what is special of an organisation, by its id */
  root(content: Readonly<Record<string, TestMembership>> = {}): common.ConfigGroup {
    const groups = (...of: readonly TestOrganisation[]) =>
      Object.fromEntries(
        of.map((each) => [each.mspId, organisationGroup(each, content[each.mspId])]),
      );
    const any = (name: string) => policyOf(implicitPolicyOf('ANY', name));
    const majority = (name: string) => policyOf(implicitPolicyOf('MAJORITY', name));
    const both = (role: 'ADMIN' | 'PEER') =>
      policyOf(
        signaturePolicyOf(someOf(2, [roleOf('BankMSP', role), roleOf('MerchantMSP', role)])),
      );
    return groupOf({
      values: { Capabilities: valueOf(capabilities('V2_0')) },
      policies: { Readers: any('Readers'), Writers: any('Writers'), Admins: majority(ADMINS) },
      groups: {
        Application: groupOf({
          groups: groups(this.bank, this.merchant, this.logistics),
          values: { Capabilities: valueOf(capabilities('V2_5')) },
          policies: {
            Admins: both('ADMIN'),
            Endorsement: majority('Endorsement'),
            LifecycleEndorsement: both('PEER'),
          },
        }),
        Orderer: groupOf({
          groups: groups(this.bank, this.merchant),
          values: {
            Capabilities: valueOf(capabilities('V2_0')),
            ConsensusType: valueOf(consensus('etcdraft')),
            BatchTimeout: valueOf(batchTimeout('200ms')),
          },
          policies: { Admins: both('ADMIN'), BlockValidation: any('Writers') },
        }),
      },
    });
  }

  envelope(root = this.root(), sequence = 0): Uint8Array {
    return configEnvelope(root, sequence);
  }
}

/** @returns Fabric's `ConfigEnvelope` */
export function configEnvelope(
  root: common.ConfigGroup,
  sequence: number,
  lastUpdate?: common.Envelope,
): Uint8Array {
  const config = new common.Config();
  config.setSequence(sequence);
  config.setChannelGroup(root);
  const message = new common.ConfigEnvelope();
  message.setConfig(config);
  if (lastUpdate !== undefined) message.setLastUpdate(lastUpdate);
  return message.serializeBinary();
}

/** A change before it is signed. */
export interface TestUpdate {
  readonly channel?: string;
  readonly read: common.ConfigGroup;
  readonly write: common.ConfigGroup;
}

function configSignature(member: TestMember, update: Uint8Array): common.ConfigSignature {
  const header = new common.SignatureHeader();
  header.setCreator(member.identity.bytes);
  header.setNonce(Buffer.from('once'));
  const bytes = header.serializeBinary();
  const message = new common.ConfigSignature();
  message.setSignatureHeader(bytes);
  message.setSignature(member.signs(Buffer.concat([bytes, update])).signature);
  return message;
}

/** @returns the envelope of a change with the signatures of these members */
export function signedUpdate(
  { channel = CHANNEL, read, write }: TestUpdate,
  signers: readonly TestMember[],
): common.Envelope {
  const update = new common.ConfigUpdate();
  update.setChannelId(channel);
  update.setReadSet(read);
  update.setWriteSet(write);
  const bytes = update.serializeBinary();
  const inner = new common.ConfigUpdateEnvelope();
  inner.setConfigUpdate(bytes);
  inner.setSignaturesList(signers.map((member) => configSignature(member, bytes)));
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
  channelHeader.setChannelId(channel);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(inner.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope;
}
