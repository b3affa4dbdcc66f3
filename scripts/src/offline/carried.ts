// SPDX-License-Identifier: Apache-2.0
// What travels between a device and a terminal: a file, or the picture of a QR code.
import { readFile, writeFile } from 'node:fs/promises';
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

/** @returns the files that were written. */
export async function writeCarried(
  kind: CarriedKind,
  bytes: Uint8Array,
  { qr, out }: CarriedTargets,
): Promise<readonly string[]> {
  const written: string[] = [];
  if (qr !== undefined) {
    await writeFile(qr, await qrPng(bytes));
    written.push(qr);
  }
  if (out !== undefined) written.push(await saveFile(kind, out, bytes));
  return written;
}
