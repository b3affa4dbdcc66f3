// SPDX-License-Identifier: Apache-2.0
// Requests and payments cross from screen to camera, and from file to file, byte for byte, within 600 bytes each.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { loadFile, qrPng, qrText, saveFile, softwareKey } from '@fabric-offline-pay/sdk/offline';
import { OfflineRoom } from '../../../../test/support/offline-room';
import { newKey } from '../../../../test/support/offline-world';
import vectors from '../../../../test/vectors/offline.json';

const LONGEST = 600;
let request: Buffer;
let payment: Buffer;

beforeAll(async () => {
  const room = new OfflineRoom();
  const terminal = await room.terminal();
  const device = await room.device({ key: softwareKey(newKey()) });
  const asked = { orderNumber: 'ORD-1', amount: '5000', currency: 'EUR' };
  request = (await terminal.request(asked)).bytes;
  payment = (await device.pay(request)).bytes;
});

/** Reads a code like a camera. */
async function readBack(bytes: Buffer): Promise<Buffer> {
  const { data, width, height } = PNG.sync.read(await qrPng(bytes));
  const code = jsQR(new Uint8ClampedArray(data), width, height);
  return Buffer.from(code?.binaryData ?? []);
}

const tellSize = (what: string, { length }: Buffer): void =>
  console.log(`${what} read back from its picture: ${length} bytes, at most ${LONGEST}`);

const signedAs = (name: string): string =>
  vectors.objects.find((object) => object.name === name)?.bytes ?? '';
const ofTheLongest = (all: readonly Readonly<Record<'name' | 'packed', string>>[]): string =>
  all.filter(({ name }) => name.includes('longest')).at(-1)?.packed ?? '';

describe('with the longest names, one code holds', () => {
  test.each([
    ['a request with its payee certificate', ofTheLongest(vectors.packedRequests)],
    ['a payment', ofTheLongest(vectors.packedPayments)],
    ['a receipt', signedAs('receipt')],
    ['a cancellation', signedAs('cancellation')],
  ])('%s', async (what, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.length).toBeLessThanOrEqual(LONGEST);
    const read = await readBack(bytes);
    expect(read.equals(bytes)).toBe(true);
    tellSize(what, read);
  });
});

test('a code can be shown as text', async () => {
  const lines = (await qrText(request)).split('\n').filter((line) => line !== '');
  expect(lines.length).toBeGreaterThan(20);
  expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
});

describe('files', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'offline-carriers-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('carry the same bytes under a name that says their kind', async () => {
    const file = await saveFile('request', join(folder, 'ORD-1'), request);
    expect(file).toBe(join(folder, 'ORD-1.offpay-request'));
    expect((await loadFile('request', file)).equals(request)).toBe(true);
    const other = join(folder, 'ORD-1.offpay-voucher');
    expect(await saveFile('payment', other, payment)).toBe(other);
    await expect(loadFile('payment', file)).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
    });
  });

  test('that are too long are refused', async () => {
    const file = join(folder, 'film.offpay-voucher');
    writeFileSync(file, Buffer.alloc(5000));
    await expect(loadFile('payment', file)).rejects.toMatchObject({
      details: { reason: 'too long' },
    });
  });
});
