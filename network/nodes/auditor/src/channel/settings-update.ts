// SPDX-License-Identifier: Apache-2.0
// A signed change of a channel's settings, as its proposer wrote it: what it read, what it writes, and who signed it.
import { common, msp } from '@hyperledger/fabric-protos';
import type { Signed } from '../blocks/raw-block.js';
import { ChannelError, readable } from './channel-error.js';
import { settingsElements, settingsGroup, type SettingsElements } from './settings-tree.js';

/** Fabric's `ConfigUpdateEnvelope`, read. */
export interface SettingsUpdate {
  readonly channel: string;
  /** With their versions; nothing else of them is filled in. */
  readonly read: SettingsElements;
  /** What is changed has a version of its own; the rest repeats what was read. */
  readonly written: SettingsElements;
  readonly signatures: readonly Signed[];
}

function signed(signature: common.ConfigSignature, update: Uint8Array): Signed {
  const header = signature.getSignatureHeader_asU8();
  const creator = common.SignatureHeader.deserializeBinary(header).getCreator_asU8();
  const identity = msp.SerializedIdentity.deserializeBinary(creator);
  return {
    identity: {
      mspId: identity.getMspid(),
      certificate: Buffer.from(identity.getIdBytes_asU8()).toString('utf8'),
      bytes: creator,
    },
    message: Buffer.concat([header, update]),
    signature: signature.getSignature_asU8(),
  };
}

/** Mirrors `ConfigUpdateEnvelopeAsSignedData` of protoutil/signeddata.go. An identity that is none counts for nobody. */
function signedOrNothing(signature: common.ConfigSignature, update: Uint8Array): Signed[] {
  try {
    return [signed(signature, update)];
  } catch {
    return [];
  }
}

/** Mirrors `EnvelopeToConfigUpdate` of protoutil/commonutils.go. */
function updateEnvelope(envelope: common.Envelope | undefined): common.ConfigUpdateEnvelope {
  if (envelope === undefined) throw new ChannelError('unreadable', 'There is no signed change');
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const header = common.ChannelHeader.deserializeBinary(
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
  );
  if (header.getType() !== common.HeaderType.CONFIG_UPDATE)
    throw new ChannelError('unreadable', 'What was signed is no change of settings');
  return common.ConfigUpdateEnvelope.deserializeBinary(payload.getData_asU8());
}

const elementsOf = (group: common.ConfigGroup | undefined): SettingsElements =>
  settingsElements(group && settingsGroup(group));

/** @param envelope Fabric's `ConfigEnvelope` @throws {ChannelError} unreadable */
export const settingsUpdate = (envelope: Uint8Array): SettingsUpdate =>
  readable('The signed change', () => {
    const last = common.ConfigEnvelope.deserializeBinary(envelope).getLastUpdate();
    const outer = updateEnvelope(last);
    const bytes = outer.getConfigUpdate_asU8();
    const update = common.ConfigUpdate.deserializeBinary(bytes);
    return {
      channel: update.getChannelId(),
      read: elementsOf(update.getReadSet()),
      written: elementsOf(update.getWriteSet()),
      signatures: outer.getSignaturesList().flatMap((each) => signedOrNothing(each, bytes)),
    };
  });
