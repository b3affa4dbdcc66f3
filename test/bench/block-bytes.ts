// SPDX-License-Identifier: Apache-2.0
// What transactions weigh in the blocks that every peer and orderer keeps.
import type { Clients } from '@fabric-offline-pay/operate';

/** @returns bytes of all envelopes in the blocks from one height to another. */
export async function envelopeBytes(clients: Clients, from: bigint, to: bigint): Promise<number> {
  if (to <= from) return 0;
  const connection = await clients.connection('bank', 'auditor');
  let bytes = 0;
  for await (const block of connection.blocks(from)) {
    for (const envelope of block.getData()?.getDataList_asU8() ?? []) bytes += envelope.length;
    if (BigInt(block.getHeader()?.getNumber() ?? 0) + 1n >= to) break;
  }
  return bytes;
}

export const heightOf = async (clients: Clients): Promise<bigint> =>
  (await clients.connection('bank', 'auditor')).height();
