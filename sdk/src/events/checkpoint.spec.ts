// SPDX-License-Identifier: Apache-2.0
// Checkpoints in files: exact, durable, and never silently forgotten.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileCheckpoint } from './checkpoint.js';

const TRANSACTION = '0123456789abcdef'.repeat(4);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offpay-checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('only a missing file is a new start', async () => {
  await expect(fileCheckpoint(join(folder, 'sub', 'new.json')).load()).resolves.toBeUndefined();
});

test('the next process loads the last saved position, with block numbers beyond the precision of JavaScript numbers', async () => {
  const file = join(folder, 'sub', 'position.json');
  const checkpoint = fileCheckpoint(file);
  await checkpoint.save({ blockNumber: 1n });
  await checkpoint.save({ blockNumber: 9_007_199_254_740_993n, transactionId: TRANSACTION });
  await expect(fileCheckpoint(file).load()).resolves.toEqual({
    blockNumber: 9_007_199_254_740_993n,
    transactionId: TRANSACTION,
  });
  await expect(readdir(join(folder, 'sub'))).resolves.toEqual(['position.json']);
});

test.each([
  ['empty', ''],
  ['cut off', '{"blockNumber":"12'],
  ['zeros', '\0\0\0\0'],
  ['of another shape', '{"block":12}'],
  ['null', 'null'],
  ['with a number that may have lost digits', '{"blockNumber":12}'],
  ['with a negative block', '{"blockNumber":"-1"}'],
  [
    'with a damaged transaction id',
    `{"blockNumber":"1","transactionId":"${TRANSACTION.slice(1)}"}`,
  ],
])('the error names a file that is %s', async (_, content) => {
  const file = join(folder, 'position.json');
  await writeFile(file, content);
  await expect(fileCheckpoint(file).load()).rejects.toMatchObject({
    code: 'CHECKPOINT_CORRUPT',
    details: { file },
  });
});

test('a file that cannot be read is an error, too', async () => {
  await expect(fileCheckpoint(folder).load()).rejects.toMatchObject({ code: 'EISDIR' });
});
