// SPDX-License-Identifier: Apache-2.0
// Keeps the position of a reader of events, in a file that survives crashes.
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CorruptDataError } from '../errors.js';
import { writeDurably } from '../files/write-durably.js';
import { hasErrorCode, isRecord } from '../guards.js';

/** Directly after this transaction of this block. Without a transaction: the beginning of the block. */
export interface Position {
  readonly blockNumber: bigint;
  readonly transactionId?: string;
}

/** Keeps the position of a reader of events. A port. `load` returns undefined only when nothing was ever saved. */
export interface Checkpoint {
  /** @returns the saved position, or undefined before the first save. @throws {CorruptDataError} CHECKPOINT_CORRUPT */
  load(): Promise<Position | undefined>;
  /** Saves the position. It is durable when the promise resolves. */
  save(position: Position): Promise<void>;
}

const TRANSACTION_ID = /^[0-9a-f]{64}$/;
const BLOCK_NUMBER = /^(0|[1-9][0-9]{0,19})$/;

const isTransactionId = (value: unknown): value is string | undefined =>
  value === undefined || (typeof value === 'string' && TRANSACTION_ID.test(value));

function parsePosition(text: string): Position | undefined {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) return undefined;
  const { blockNumber, transactionId } = value;
  if (typeof blockNumber !== 'string' || !BLOCK_NUMBER.test(blockNumber)) return undefined;
  if (!isTransactionId(transactionId)) return undefined;
  return {
    blockNumber: BigInt(blockNumber),
    ...(transactionId !== undefined && { transactionId }),
  };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** @throws {CorruptDataError} naming the file. Starting over silently would repeat or lose events. */
function positionIn(file: string, text: string): Position {
  let cause: unknown;
  try {
    const position = parsePosition(text);
    if (position !== undefined) return position;
  } catch (error) {
    cause = error;
  }
  throw new CorruptDataError('CHECKPOINT_CORRUPT', { file }, cause);
}

/**
 * @param file made, with its folder, when missing; only one reader may use it
 * @returns a checkpoint whose `load` throws {@link CorruptDataError} for an empty or damaged file.
 */
export function fileCheckpoint(file: string): Checkpoint {
  return {
    load: async () => {
      const text = await readIfThere(file);
      return text === undefined ? undefined : positionIn(file, text);
    },
    save: async ({ blockNumber, transactionId }) => {
      await mkdir(dirname(file), { recursive: true });
      await writeDurably(
        file,
        JSON.stringify({ blockNumber: blockNumber.toString(), transactionId }),
      );
    },
  };
}
