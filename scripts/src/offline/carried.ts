// SPDX-License-Identifier: Apache-2.0
// What travels between a device and a terminal: a file, or the picture of a QR code.
import { readFile } from 'node:fs/promises';
import { parse, join } from 'node:path';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import {
  loadFile,
  qrPng,
  saveFile,
  writeDurably,
  type CarriedKind,
} from '@fabric-offline-pay/sdk/offline';
import { FileError } from '../command-errors';

const isPicture = (file: string): boolean => file.toLowerCase().endsWith('.png');

function pixelsOf(file: string, picture: Buffer): PNG {
  try {
    return PNG.sync.read(picture);
  } catch {
    throw new ConfigurationError('file', `${file} is no PNG picture, or damaged`);
  }
}

/** @throws {ConfigurationError} for what is no picture, and a picture without a code that can be read. */
export async function readQr(file: string): Promise<Buffer> {
  const { data, width, height } = pixelsOf(file, await readFile(file));
  const code = jsQR(new Uint8ClampedArray(data), width, height);
  if (code === null) throw new ConfigurationError('file', `no QR code in ${file}`);
  return Buffer.from(code.binaryData);
}

/** Anything of ours has a code and a remedy already; what the system refuses has not. */
const fileError = (code: 'FILE_UNREADABLE' | 'FILE_UNWRITABLE', file: string, error: unknown) =>
  typeof error === 'object' && error !== null && 'syscall' in error
    ? new FileError(code, file, error)
    : error;

/**
 * @returns the bytes in a `.png` or in a file of this kind.
 * @throws {FileError} FILE_UNREADABLE
 * @throws {ConfigurationError} for what is no such file.
 */
export async function readCarried(kind: CarriedKind, file: string): Promise<Buffer> {
  try {
    return await (isPicture(file) ? readQr(file) : loadFile(kind, file));
  } catch (error) {
    throw fileError('FILE_UNREADABLE', file, error);
  }
}

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

async function writing(file: string, write: () => Promise<string>): Promise<string> {
  try {
    return await write();
  } catch (error) {
    throw fileError('FILE_UNWRITABLE', file, error);
  }
}

async function writePicture(file: string, bytes: Uint8Array): Promise<string> {
  await writeDurably(file, await qrPng(bytes));
  return file;
}

/** @throws {FileError} FILE_UNWRITABLE */
export async function writeCarried(
  kind: CarriedKind,
  bytes: Uint8Array,
  { qr, out }: CarriedTargets,
): Promise<Written> {
  const written: string[] = [];
  if (qr !== undefined) written.push(await writing(qr, () => writePicture(qr, bytes)));
  if (out !== undefined) written.push(await writing(out, () => saveFile(kind, out, bytes)));
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
