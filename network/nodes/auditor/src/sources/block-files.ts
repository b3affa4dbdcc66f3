// SPDX-License-Identifier: Apache-2.0
// Reads blocks as a peer keeps them on its disk: files of blocks, one after the other, each with its length in front. See
// `blockfileStream` and `serializeBlock` in common/ledger/blkstorage of Fabric.
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
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
    // Where the folder lies is of no interest to whoever compares reports.
    super(`${basename(file)}, byte ${offset.toString()}: ${reason}`);
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

/**
 * @returns undefined as long as the bytes do not hold it
 * @throws {RangeError} when it is none
 */
function frontOf(bytes: Buffer): Front | undefined {
  const end = bytes.subarray(0, MOST_OF_LENGTH).findIndex((byte) => byte < 128);
  if (end >= 0) return { length: new Cursor(bytes.subarray(0, end + 1)).varint(), size: end + 1 };
  if (bytes.length >= MOST_OF_LENGTH) throw new RangeError('no length stands before the block');
  return undefined;
}

/** Cuts blocks out of the bytes of a file, as they come. */
class BlockCutter {
  #waiting: Buffer = Buffer.alloc(0);
  #offset = 0;

  constructor(
    readonly file: string,
    readonly size: number,
  ) {}

  /** @throws {DamagedBlockFile} */
  *add(chunk: Buffer): Generator<common.Block> {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    for (let bytes = this.#next(); bytes !== undefined; bytes = this.#next()) {
      yield this.#sound(() => blockOfStored(bytes.stored));
      this.#waiting = this.#waiting.subarray(bytes.end);
      this.#offset += bytes.end;
    }
  }

  /** @throws {DamagedBlockFile} when something is left */
  end(): void {
    if (this.#waiting.length > 0) throw this.#damage(CUT_OFF);
  }

  #next(): { readonly stored: Buffer; readonly end: number } | undefined {
    const front = this.#sound(() => frontOf(this.#waiting));
    if (front === undefined) return undefined;
    const end = front.size + front.length;
    // Told before the rest of the file is in memory.
    if (this.#offset + end > this.size) throw this.#damage(CUT_OFF);
    if (this.#waiting.length < end) return undefined;
    return { stored: Buffer.from(this.#waiting.subarray(front.size, end)), end };
  }

  #sound<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#damage(error instanceof Error ? error.message : 'no block');
    }
  }

  #damage(reason: string): DamagedBlockFile {
    return new DamagedBlockFile(this.file, this.#offset, reason);
  }
}

const CUT_OFF = 'the block is cut off';

/**
 * @returns the blocks of one file, as Fabric's `Block`
 * @throws {DamagedBlockFile} also for a block that is cut off at the end of the file: whether its peer was still writing it, or somebody
 * changed a length and with it everything after, looks the same
 */
export async function* blocksOfFile(file: string): AsyncGenerator<common.Block> {
  const cutter = new BlockCutter(file, statSync(file).size);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
    yield* cutter.add(chunk as Buffer);
  cutter.end();
}
