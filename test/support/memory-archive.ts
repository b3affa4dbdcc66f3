// SPDX-License-Identifier: Apache-2.0
// The blocks of the ledger in memory, as terminals read them.
import type { MemoryLedger } from '@fabric-offline-pay/testing';
import type { Archive } from '@fabric-offline-pay/sdk/offline';

export function archiveOf(ledger: MemoryLedger): Archive {
  const calls = () =>
    ledger
      .blocks()
      .flatMap(({ transactions }) => transactions)
      .map(({ txId, function: name, args }) => ({
        transactionId: txId,
        name,
        argument: args[0] ?? '',
      }));
  return {
    call: (transactionId) =>
      Promise.resolve(calls().find((call) => call.transactionId === transactionId)),
    calls: async function* () {
      yield* await Promise.resolve(calls());
    },
  };
}
