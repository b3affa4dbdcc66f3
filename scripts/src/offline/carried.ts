// SPDX-License-Identifier: Apache-2.0
// What travels between a device and a terminal: a file, or the picture of a QR code.
import { readFile, writeFile } from 'node:fs/promises';
import { parse, join } from 'node:path';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import { loadFile, qrPng, saveFile, type CarriedKind } from '@fabric-offline-pay/sdk/offline';

const isPicture = (file: string): boolean => file.toLowerCase().endsWith('.png');

/** @throws {ConfigurationError} for a picture without a code that can be read. */
export async function readQr(file: string): Promise<Buffer> {
  const { data, width, height } = PNG.sync.read(await readFile(file));
  const code = jsQR(new Uint8ClampedArray(data), width, height);
  if (code === null) throw new ConfigurationError('file', `no QR code in ${file}`);
  return Buffer.from(code.binaryData);
}

/** @returns the bytes in a `.png` or in a file of this kind. */
export const readCarried = (kind: CarriedKind, file: string): Promise<Buffer> =>
  isPicture(file) ? readQr(file) : loadFile(kind, file);

/** Where a command writes what it carries; both may be given. */
export interface CarriedTargets {
  /** Picture of a QR code. */
  readonly qr?: string;
  readonly out?: string;
}

/** What was written, and how long it is. */
export interface Written {
  readonly bytes: number;
  readonly written: readonly string[];
}

/** A line a file. */
export const writtenText = ({ bytes, written }: Written): readonly string[] =>
  written.map((file) => `${file} carries ${bytes.toString()} bytes`);

export async function writeCarried(
  kind: CarriedKind,
  bytes: Uint8Array,
  { qr, out }: CarriedTargets,
): Promise<Written> {
  const written: string[] = [];
  if (qr !== undefined) {
    await writeFile(qr, await qrPng(bytes));
    written.push(qr);
  }
  if (out !== undefined) written.push(await saveFile(kind, out, bytes));
  return { bytes: bytes.length, written };
}

const isSuffix = (ext: string): boolean => ext === '.png' || ext.startsWith('.offpay-');

/** @returns the file's name; from the second on with a number before its suffix. */
export function numbered(file: string, index: number): string {
  if (index === 0) return file;
  const { dir, name, ext, base } = parse(file);
  const number = `-${(index + 1).toString()}`;
  return join(dir, isSuffix(ext) ? name + number + ext : base + number);
}

/** Writes each into files of its own: most often there is one. */
export function writeEach(
  kind: CarriedKind,
  all: readonly Uint8Array[],
  { qr, out }: CarriedTargets,
): Promise<readonly Written[]> {
  return Promise.all(
    all.map((bytes, index) =>
      writeCarried(kind, bytes, {
        ...(qr !== undefined && { qr: numbered(qr, index) }),
        ...(out !== undefined && { out: numbered(out, index) }),
      }),
    ),
  );
}
