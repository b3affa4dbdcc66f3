// SPDX-License-Identifier: Apache-2.0
// Identities as messages carry them. A block names the same few again and again, so each is read once.
import { msp } from '@hyperledger/fabric-protos';
import { remembering } from '@fabric-offline-pay/domain';
import type { SignedIdentity } from './raw-block.js';

/** More certificates than a channel's clients use in one day. */
const MOST = 1000;

const read = remembering(MOST, (base64: string): SignedIdentity => {
  const bytes = Buffer.from(base64, 'base64');
  const identity = msp.SerializedIdentity.deserializeBinary(bytes);
  return {
    mspId: identity.getMspid(),
    certificate: Buffer.from(identity.getIdBytes_asU8()).toString('utf8'),
    bytes,
  };
});

/** @param bytes Fabric's `SerializedIdentity` */
export const signedIdentity = (bytes: Uint8Array): SignedIdentity =>
  read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'));
