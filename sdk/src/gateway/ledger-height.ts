// SPDX-License-Identifier: Apache-2.0
// The height of the ledger on your own peer, from Fabric's system chaincode `qscc`.
import type { Contract } from '@hyperledger/fabric-gateway';

/** `BlockchainInfo.height`: field 1, a varint (protobuf, common/ledger.proto). */
const HEIGHT_TAG = 0x08;

/** @returns the height in a serialised `BlockchainInfo`; 0 when the field is absent. */
export function heightIn(blockchainInfo: Uint8Array): bigint {
  if (blockchainInfo[0] !== HEIGHT_TAG) return 0n;
  const end = blockchainInfo.findIndex((byte, index) => index > 0 && byte < 0x80);
  return blockchainInfo
    .subarray(1, end + 1)
    .reduceRight((height, byte) => (height << 7n) | BigInt(byte & 0x7f), 0n);
}

/** @returns how many blocks the peer holds, which is also the number of the next block. */
export async function ledgerHeight(
  qscc: Pick<Contract, 'evaluate'>,
  channel: string,
  ownMspId: string,
): Promise<bigint> {
  const options = { arguments: [channel], endorsingOrganizations: [ownMspId] };
  return heightIn(await qscc.evaluate('GetChainInfo', options));
}
