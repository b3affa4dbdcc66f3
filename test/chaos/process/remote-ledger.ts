// SPDX-License-Identifier: Apache-2.0
// The ledger as a node takes it, clients and blocks, while the ledger itself lives in another process.
import { transactionNamed, type Attribute, type WireError } from '@fabric-offline-pay/domain';
import type { BlockSource } from '@fabric-offline-pay/node-common/node';
import { RefusedError, type Client, type CommittedBlock } from '@fabric-offline-pay/sdk';
import type { Failure, Line } from '../line.js';
import type { Crossings } from './crossings.js';

/** A call of a client, as it travels. */
export interface LedgerCall {
  readonly role: Attribute;
  readonly contract: string;
  readonly name: string;
  readonly input: unknown;
  readonly transient: unknown;
}

/** Refusals keep their code, by which a node decides; anything else is only that nobody answered. */
export const toLedgerError = ({ name, message, ...rest }: Failure): Error =>
  name === 'RefusedError'
    ? new RefusedError({ message, ...rest } as WireError)
    : new Error(`${name}: ${message}`);

/** A transaction crosses the border before and after; a query changes nothing. */
export function remoteClient(line: Line, crossings: Crossings, role: Attribute): Client {
  const methodOf = (contract: string, name: string) => {
    const call = (input: unknown, options?: { readonly transient?: unknown }) => {
      const sent = { role, contract, name, input, transient: options?.transient };
      return line.call('ledger', sent satisfies LedgerCall);
    };
    const isQuery = transactionNamed(contract, name)?.kind === 'evaluate';
    return isQuery ? call : crossings.function(`ledger ${contract}:${name}`, call);
  };
  const contractOf = (contract: string) =>
    new Proxy({}, { get: (_, name: string) => methodOf(contract, name) });
  return new Proxy({}, { get: (_, contract: string) => contractOf(contract) }) as Client;
}

const abortOf = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });

export const remoteBlocks = (line: Line): BlockSource => ({
  async *committedBlocks(from, signal) {
    const aborted = abortOf(signal);
    for (let next = from; !signal.aborted;) {
      const asked = line.call('blocks', next) as Promise<readonly CommittedBlock[]>;
      const blocks = await Promise.race([asked, aborted]);
      if (blocks === undefined) return;
      yield* blocks;
      next += BigInt(blocks.length);
    }
  },
});
