// SPDX-License-Identifier: Apache-2.0
// Files and pictures between device and terminal: missing, empty, cut, of another kind, and in missing folders.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCarried, writeCarried } from './carried.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carried-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const BYTES = Buffer.from('what is carried');

const nothing = (): void => undefined;
const empty = (file: string): void => writeFileSync(file, '');

test.each<[string, string, (file: string) => void, object]>([
  ['is missing', 'a.png', nothing, { code: 'FILE_UNREADABLE' }],
  ['is missing', 'a.offpay-request', nothing, { code: 'FILE_UNREADABLE' }],
  ['is a folder', 'a.png', (file) => mkdirSync(file), { code: 'FILE_UNREADABLE' }],
  ['is empty', 'a.png', empty, { code: 'CONFIGURATION_INVALID' }],
  [
    'is no picture',
    'a.png',
    (file) => writeFileSync(file, 'GIF89a'),
    { details: { option: 'file' } },
  ],
  [
    'is of another kind',
    'a.offpay-voucher',
    empty,
    { details: { reason: 'no .offpay-request file' } },
  ],
  [
    'is far too long',
    'a.offpay-request',
    (file) => writeFileSync(file, Buffer.alloc(5000)),
    { details: { reason: 'too long' } },
  ],
])('refuses a file that %s, with its name: %s', async (_, name, make, told) => {
  const file = join(folder, name);
  make(file);
  await expect(readCarried('request', file)).rejects.toMatchObject(told);
});

/** Only the beginning of a picture, which states a size. */
const claiming = (width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(68);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};

test.each([
  [0x7fffffff, 0x7fffffff, 'has more than 25 million pixels'],
  [0xffffffff, 0xffffffff, 'has more than 25 million pixels'],
  [12_000, 12_000, 'has more than 25 million pixels'],
  [0, 100, 'is no PNG picture, or damaged'],
  [100, 100, 'is no PNG picture, or damaged'],
])('does not unpack a picture that states %i × %i pixels', async (width, height, reason) => {
  const file = join(folder, 'a.png');
  writeFileSync(file, claiming(width, height));
  await expect(readCarried('request', file)).rejects.toMatchObject({
    details: { option: 'file', reason: `${file} ${reason}` },
  });
});

test('recognises a picture by its content, and names the file that it tried and did not find', async () => {
  const qr = join(folder, 'a.png');
  await writeCarried('request', BYTES, { qr });
  const other = join(folder, 'photo');
  renameSync(qr, other);
  expect(await readCarried('request', other)).toEqual(BYTES);
  const missing = join(folder, 'missing');
  await expect(readCarried('request', missing)).rejects.toMatchObject({
    details: { file: `${missing}.offpay-request` },
  });
});

test('refuses a picture that was cut', async () => {
  const qr = join(folder, 'a.png');
  await writeCarried('request', BYTES, { qr });
  expect(await readCarried('request', qr)).toEqual(BYTES);
  const picture = readFileSync(qr);
  for (const length of [8, 33, picture.length / 2, picture.length - 1]) {
    writeFileSync(qr, picture.subarray(0, length));
    await expect(readCarried('request', qr)).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      details: { option: 'file' },
    });
  }
});

test('reads a file under the name it was written with, with and without the suffix', async () => {
  const out = join(folder, 'a');
  const { written } = await writeCarried('evidence', BYTES, { out });
  expect(written).toEqual([`${out}.offpay-evidence`]);
  for (const name of [out, ...written]) expect(await readCarried('evidence', name)).toEqual(BYTES);
});

test.each(['out', 'qr'] as const)('refuses a missing folder (--%s)', async (target) => {
  const file = join(folder, 'missing', 'a.png');
  await expect(writeCarried('request', BYTES, { [target]: file })).rejects.toMatchObject({
    code: 'FILE_UNWRITABLE',
    details: { file },
  });
  expect(existsSync(join(folder, 'missing'))).toBe(false);
});
