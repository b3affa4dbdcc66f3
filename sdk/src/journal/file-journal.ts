// SPDX-License-Identifier: Apache-2.0
// A journal that survives the end of the process: one file for each envelope.
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CorruptDataError } from '../errors.js';
import { writeDurably } from '../files/write-durably.js';
import type { Journal, JournalEntry } from './journal.js';

const SUFFIX = '.envelope';

async function readEntry(folder: string, name: string): Promise<JournalEntry> {
  const file = join(folder, name);
  const envelope = await readFile(file);
  if (envelope.length === 0) throw new CorruptDataError('JOURNAL_CORRUPT', { file });
  return { transactionId: name.slice(0, -SUFFIX.length), envelope };
}

/**
 * @param folder made when missing; no other process may use it
 * @returns a journal whose `pending` throws {@link CorruptDataError} for an empty file
 */
export function fileJournal(folder: string): Journal {
  const fileOf = (transactionId: string): string => join(folder, transactionId + SUFFIX);
  return {
    record: async (transactionId, envelope) => {
      await mkdir(folder, { recursive: true });
      await writeDurably(fileOf(transactionId), envelope);
    },
    // Not synced: if the file comes back after a crash, resuming it finds the same outcome again.
    settle: (transactionId) => rm(fileOf(transactionId), { force: true }),
    pending: async () => {
      await mkdir(folder, { recursive: true });
      const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
      return Promise.all(names.map((name) => readEntry(folder, name)));
    },
  };
}
