// SPDX-License-Identifier: Apache-2.0
// Changes a transaction between its endorsement and its client's signature, as a client can that is no honest program: somebody else's
// endorsement added, somebody else as its sender.
import { readFileSync } from 'node:fs';
import { nativeSigner } from '@fabric-offline-pay/sdk';
import { common, gateway, msp, peer } from '@hyperledger/fabric-protos';
import { defined, firstOf } from './defined.js';

/** A certificate with its key. Paths of PEM files. */
export interface Signatory {
  readonly mspId: string;
  readonly certPath: string;
  readonly keyPath: string;
}

function identityOf({ mspId, certPath }: Pick<Signatory, 'mspId' | 'certPath'>): Uint8Array {
  const identity = new msp.SerializedIdentity();
  identity.setMspid(mspId);
  identity.setIdBytes(readFileSync(certPath));
  return identity.serializeBinary();
}

/** @param prepared what the gateway's `Transaction.getBytes` gives, and `Gateway.newTransaction` takes */
async function withPayload(
  prepared: Uint8Array,
  change: (payload: common.Payload) => void | Promise<void>,
): Promise<Uint8Array> {
  const transaction = gateway.PreparedTransaction.deserializeBinary(prepared);
  const envelope = defined(transaction.getEnvelope(), 'envelope');
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  await change(payload);
  envelope.setPayload(payload.serializeBinary());
  return transaction.serializeBinary();
}

/** Adds the endorsement of a peer whose key somebody has, whatever that peer would have answered. */
export const withEndorsement = (prepared: Uint8Array, by: Signatory): Promise<Uint8Array> =>
  withPayload(prepared, async (payload) => {
    const transaction = peer.Transaction.deserializeBinary(payload.getData_asU8());
    const action = firstOf(transaction.getActionsList());
    const content = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
    const endorsed = defined(content.getAction(), 'endorsed action');
    const endorser = identityOf(by);
    const message = Buffer.concat([endorsed.getProposalResponsePayload_asU8(), endorser]);
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(endorser);
    endorsement.setSignature(await nativeSigner(readFileSync(by.keyPath, 'utf8'))(message));
    endorsed.addEndorsements(endorsement);
    action.setPayload(content.serializeBinary());
    payload.setData(transaction.serializeBinary());
  });

/** Puts somebody else in the place of the client. The bytes are not signed yet. */
export const withSender = (
  prepared: Uint8Array,
  sender: Pick<Signatory, 'mspId' | 'certPath'>,
): Promise<Uint8Array> =>
  withPayload(prepared, (payload) => {
    const header = defined(payload.getHeader(), 'header');
    const signature = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
    signature.setCreator(identityOf(sender));
    header.setSignatureHeader(signature.serializeBinary());
  });
