// SPDX-License-Identifier: Apache-2.0
// The block that contains a transaction, from Fabric's system chaincode `qscc` on your own peer.
import type { Contract } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';

/** @returns the number of the block. @throws the gateway's error when the peer does not know the transaction */
export async function blockOfTransaction(
  qscc: Pick<Contract, 'evaluate'>,
  channel: string,
  transactionId: string,
  ownMspId: string,
): Promise<bigint> {
  const options = { arguments: [channel, transactionId], endorsingOrganizations: [ownMspId] };
  const block = await qscc.evaluate('GetBlockByTxID', options);
  return BigInt(common.Block.deserializeBinary(block).getHeader()?.getNumber() ?? 0);
}
