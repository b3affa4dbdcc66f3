// SPDX-License-Identifier: Apache-2.0
// Reads blocks as a peer keeps them on its disk: files of blocks, one after the other, each with its length in front. See
// `blockfileStream` and `serializeBlock` in common/ledger/blkstorage of Fabric.
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';

const FILE = /^blockfile_(\d{6,})$/;

/** @returns the files of a peer's chain, in their order */
export const blockFilesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => FILE.test(name))
    .sort()
    .map((name) => join(folder, name));

/** What is no block: where in which file. */
export class DamagedBlockFile extends Error {
  override readonly name = 'DamagedBlockFile';

  constructor(
    readonly file: string,
    /** Of the file: where the block should begin. */
    readonly offset: number,
    reason: string,
  ) {
    super(`${file}, byte ${offset.toString()}: ${reason}`);
  }
}

/** Reads varints and lengths of protocol buffers from bytes. */
class Cursor {
  #at = 0;

  constructor(readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.#at === this.bytes.length;
  }

  /** @throws {RangeError} when the bytes end before */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.#at];
      if (byte === undefined || scale > Number.MAX_SAFE_INTEGER)
        throw new RangeError('a number is cut off');
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
  }

  /** @throws {RangeError} when the bytes end before */
  part(): Buffer {
    const length = this.varint();
    const end = this.#at + length;
    if (end > this.bytes.length) throw new RangeError('a part is cut off');
    const part = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  /** @throws {RangeError} when the bytes end before */
  parts(): Buffer[] {
    const count = this.varint();
    // Each takes a byte at least.
    if (count > this.bytes.length - this.#at) throw new RangeError('parts are missing');
    return Array.from({ length: count }, () => this.part());
  }
}

/** @returns Fabric's `Block` @throws {RangeError} for bytes that are none */
export function blockOfStored(bytes: Buffer): common.Block {
  const cursor = new Cursor(bytes);
  const header = new common.BlockHeader();
  header.setNumber(cursor.varint());
  header.setDataHash(cursor.part());
  header.setPreviousHash(cursor.part());
  const data = new common.BlockData();
  data.setDataList(cursor.parts());
  const metadata = new common.BlockMetadata();
  metadata.setMetadataList(cursor.parts());
  if (!cursor.isAtEnd) throw new RangeError('something stands after the block');
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return block;
}

/** The longest length in front of a block. */
const MOST_OF_LENGTH = 10;

interface Front {
  readonly length: number;
  /** Bytes of the length itself. */
  readonly size: number;
}

/** @returns undefined as long as the bytes do not hold it */
function frontOf(bytes: Buffer): Front | undefined {
  const end = bytes.subarray(0, MOST_OF_LENGTH).findIndex((byte) => byte < 128);
  if (end < 0) return undefined;
  return { length: new Cursor(bytes.subarray(0, end + 1)).varint(), size: end + 1 };
}

/**
 * @returns the blocks of one file, as Fabric's `Block`. A block that is cut off at the end of the file was being written: it ends the file.
 * @throws {DamagedBlockFile}
 */
export async function* blocksOfFile(file: string): AsyncGenerator<common.Block> {
  let waiting = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    waiting = Buffer.concat([waiting, chunk as Buffer]);
    for (let front = frontOf(waiting); front !== undefined; front = frontOf(waiting)) {
      const end = front.size + front.length;
      if (waiting.length < end) break;
      try {
        yield blockOfStored(Buffer.from(waiting.subarray(front.size, end)));
      } catch (error) {
        if (error instanceof RangeError) throw new DamagedBlockFile(file, offset, error.message);
        throw error;
      }
      waiting = waiting.subarray(end);
      offset += end;
    }
  }
}
