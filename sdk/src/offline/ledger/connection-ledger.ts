// SPDX-License-Identifier: Apache-2.0
// A terminal's ledger over real peers. Separate from the rest of this folder, so that a till that only accepts loads no gRPC.
import type { Connection } from '../../connection/connection.js';
import type { TerminalLedger } from '../terminal/terminal-ledger.js';
import type { Archive, LedgerCall } from './archive.js';
import { callsIn } from './block-calls.js';
import { clientLedger } from './client-ledger.js';

type BlockSource = Pick<Connection, 'blocks' | 'blockOf' | 'height'>;

async function call(
  connection: BlockSource,
  transactionId: string,
  signal: AbortSignal | undefined,
): Promise<LedgerCall | undefined> {
  for await (const block of connection.blocks(await connection.blockOf(transactionId), signal))
    return callsIn(block.serializeBinary()).find((each) => each.transactionId === transactionId);
  return undefined;
}

async function* calls(
  connection: BlockSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<LedgerCall> {
  const height = await connection.height();
  for await (const block of connection.blocks(0n, signal)) {
    yield* callsIn(block.serializeBinary());
    if (BigInt(block.getHeader()?.getNumber() ?? 0) + 1n >= height) return;
  }
}

const blockArchive = (connection: BlockSource): Archive => ({
  call: (transactionId, signal) => call(connection, transactionId, signal),
  calls: (signal) => calls(connection, signal),
});

/** @returns a ledger for `Terminal.sync`, over a connection of a terminal or a cashier. */
export const terminalLedger = (connection: Connection): TerminalLedger =>
  clientLedger(connection.client, blockArchive(connection));
