// SPDX-License-Identifier: Apache-2.0
// Both journals keep the same promises; the file journal keeps them over restarts.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstOf } from '../../../test/support/defined.js';
import { CorruptDataError } from '../errors.js';
import { fileJournal } from './file-journal.js';
import { memoryJournal } from './memory-journal.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offpay-journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each([
  ['memory', () => memoryJournal()],
  ['file', () => fileJournal(join(folder, 'made', 'when missing'))],
])('%s journal', (_, make) => {
  test('holds a recorded envelope until it is settled', async () => {
    const journal = make();
    await journal.record('tx-1', Buffer.from('one'));
    await journal.record('tx-2', Buffer.from('two'));
    await journal.settle('tx-1');
    await journal.settle('tx-unknown');
    const pending = await journal.pending();
    expect(pending.map(({ transactionId }) => transactionId)).toEqual(['tx-2']);
    expect(Buffer.from(firstOf(pending).envelope).toString()).toBe('two');
  });

  test('is empty at first', async () => {
    await expect(make().pending()).resolves.toEqual([]);
  });

  test('can record the same envelope again', async () => {
    const journal = make();
    await journal.record('tx-1', Buffer.from('one'));
    await journal.record('tx-1', Buffer.from('one'));
    await expect(journal.pending()).resolves.toHaveLength(1);
  });
});

describe('file journal', () => {
  test('is read by the next process, and leaves no temporary file', async () => {
    await fileJournal(folder).record('tx-1', Buffer.from([0, 255, 1]));
    const entry = firstOf(await fileJournal(folder).pending());
    expect(Buffer.from(entry.envelope)).toEqual(Buffer.from([0, 255, 1]));
    await expect(readdir(folder)).resolves.toEqual(['tx-1.envelope']);
  });

  test('ignores a file that a crash left half written', async () => {
    await writeFile(join(folder, 'tx-1.envelope.tmp'), 'ha');
    await expect(fileJournal(folder).pending()).resolves.toEqual([]);
  });

  test('has an error that names an empty file', async () => {
    const file = join(folder, 'tx-1.envelope');
    await writeFile(file, '');
    const error = await fileJournal(folder)
      .pending()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CorruptDataError);
    expect(error).toMatchObject({ code: 'JOURNAL_CORRUPT', details: { file } });
  });
});
