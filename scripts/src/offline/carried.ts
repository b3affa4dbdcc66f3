// SPDX-License-Identifier: Apache-2.0
// What a person carries between a device and a terminal: a file, or a picture of a QR code.
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
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
import { FileError, isOfSystem } from '../command-errors.js';

/** More pixels than a photograph of a code needs. Reading a picture takes memory for all of them. */
const MOST_BYTES = 20_000_000;
const MOST_PIXELS = 25_000_000;

const isNamedPicture = (file: string): boolean => file.toLowerCase().endsWith('.png');

const pictureError = (file: string, reason = 'is no PNG picture, or damaged'): ConfigurationError =>
  new ConfigurationError('file', `${file} ${reason}`);

/** ISO/IEC 15948: the signature, then width and height at the start of the first chunk. */
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const WIDTH_AT = 16;
const HEIGHT_AT = 20;
const SIZE_END = 24;

const isPicture = (bytes: Buffer): boolean => bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);

/** Checks the size before unpacking, because a few bytes can claim any size. @throws {ConfigurationError} */
function ensureReadable(file: string, picture: Buffer): void {
  if (!isPicture(picture) || picture.length < SIZE_END) throw pictureError(file);
  const pixels = picture.readUInt32BE(WIDTH_AT) * picture.readUInt32BE(HEIGHT_AT);
  if (pixels === 0) throw pictureError(file);
  if (pixels > MOST_PIXELS) throw pictureError(file, 'has more than 25 million pixels');
}

function pixelsOf(file: string, picture: Buffer): PNG {
  ensureReadable(file, picture);
  try {
    return PNG.sync.read(picture);
  } catch {
    throw pictureError(file);
  }
}

/** @throws {ConfigurationError} when it is not a picture, or has no readable code. */
function readQr(file: string, picture: Buffer): Buffer {
  const { data, width, height } = pixelsOf(file, picture);
  const code = jsQR(new Uint8ClampedArray(data), width, height);
  if (code === null) throw new ConfigurationError('file', `no QR code in ${file}`);
  return Buffer.from(code.binaryData);
}

/** @returns the picture in the file, recognised by name or content; undefined when it is another file or missing. */
async function pictureIn(file: string): Promise<Buffer | undefined> {
  if (!isNamedPicture(file) && !existsSync(file)) return undefined;
  if ((await stat(file)).size > MOST_BYTES) throw pictureError(file, 'is far too long');
  const bytes = await readFile(file);
  return isNamedPicture(file) || isPicture(bytes) ? bytes : undefined;
}

/**
 * @returns the bytes from a picture or a file of this kind.
 * @throws {FileError} FILE_UNREADABLE
 * @throws {ConfigurationError} when it is neither.
 */
export async function readCarried(kind: CarriedKind, file: string): Promise<Buffer> {
  try {
    const picture = await pictureIn(file);
    return picture === undefined ? await loadFile(kind, file) : readQr(file, picture);
  } catch (error) {
    // The name that was tried may have a suffix that the user did not type.
    throw isOfSystem(error) ? new FileError('FILE_UNREADABLE', error.path ?? file, error) : error;
  }
}

/** Where a command writes its result; both may be given. */
export interface CarriedTargets {
  /** Picture of a QR code. */
  readonly qr?: string;
  readonly out?: string;
}

/** A file that was written, and the length of its content. */
export interface Written {
  readonly bytes: number;
  readonly written: readonly string[];
}

/** One line per file. */
export const writtenText = ({ bytes, written }: Written): readonly string[] =>
  written.map((file) => `${file} carries ${bytes.toString()} bytes`);

async function refuseUnwritable(file: string, write: () => Promise<string>): Promise<string> {
  try {
    return await write();
  } catch (error) {
    throw isOfSystem(error) ? new FileError('FILE_UNWRITABLE', file, error) : error;
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
  if (qr !== undefined) written.push(await refuseUnwritable(qr, () => writePicture(qr, bytes)));
  if (out !== undefined)
    written.push(await refuseUnwritable(out, () => saveFile(kind, out, bytes)));
  return { bytes: bytes.length, written };
}

const isSuffix = (ext: string): boolean => ext === '.png' || ext.startsWith('.offpay-');

/** @returns the file's name; from the second file on with a number before the suffix. */
export function numbered(file: string, index: number): string {
  if (index === 0) return file;
  const { dir, name, ext, base } = parse(file);
  const number = `-${(index + 1).toString()}`;
  return join(dir, isSuffix(ext) ? name + number + ext : base + number);
}

/** Writes each text to its own files; usually there is only one. */
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
