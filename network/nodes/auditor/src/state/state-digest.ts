// SPDX-License-Identifier: Apache-2.0
// A digest of all rows of a state that changes with each row: LtHash16 (Bellare and Micciancio, 1997; Lewi, Kim, Maykov and Weis, 2019,
// "Securing Update Propagation with Homomorphic Hashing"). Each row has a value of 1,024 numbers of 16 bits, and the state has their sum.
// A row that comes or goes is added or taken away, so that nobody reads the other rows again; and the order in which rows came leaves no
// trace. Finding two sets of rows with one sum is as hard as a problem of lattices, at more than 200 bits.
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';

/** A row as it counts: with the place where it was written, as peers keep it. */
export interface StateRow {
  /** A chaincode, or one of its collections of hashes: see `hashedNamespace`. */
  readonly namespace: string;
  /** UTF-8, or the hash of a private key. */
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly block: number;
  readonly tx: number;
}

const LANES = 1024;
const BYTES = 2 * LANES;

const lengthOf = (length: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return bytes;
};

function versionOf(block: number, tx: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64BE(BigInt(block));
  bytes.writeUInt32BE(tx, 8);
  return bytes;
}

/** Each part with its length, so that no two rows have the same bytes. */
function elementOf({ namespace, key, value, block, tx }: StateRow): Buffer {
  const hash = createHash('shake128', { outputLength: BYTES });
  for (const part of [Buffer.from(namespace), key, value])
    hash.update(lengthOf(part.length)).update(part);
  return hash.update(versionOf(block, tx)).digest();
}

/** Numbers of 16 bits, lowest byte first, whatever the machine's own order is. */
function lanesOf(bytes: Buffer): Uint16Array {
  const own = Uint8Array.from(bytes);
  if (endianness() === 'BE') Buffer.from(own.buffer).swap16();
  return new Uint16Array(own.buffer);
}

export class StateDigest {
  readonly #sum = new Uint16Array(LANES);

  /** @param bytes as {@link bytes} gave them; absent: of no row */
  constructor(bytes?: Uint8Array) {
    if (bytes !== undefined) this.#sum.set(lanesOf(Buffer.from(bytes)));
  }

  add(row: StateRow): void {
    this.#combine(elementOf(row), 1);
  }

  remove(row: StateRow): void {
    this.#combine(elementOf(row), -1);
  }

  /** The sum itself, 2,048 bytes, lowest byte first: what is kept to go on from. */
  bytes(): Buffer {
    const bytes = Buffer.alloc(BYTES);
    this.#sum.forEach((lane, index) => bytes.writeUInt16LE(lane, 2 * index));
    return bytes;
  }

  /** SHA-256 of the sum, hex: what reports bear and auditors compare. */
  hex(): string {
    return createHash('sha256').update(this.bytes()).digest('hex');
  }

  #combine(element: Buffer, sign: 1 | -1): void {
    const sum = this.#sum;
    const lanes = lanesOf(element);
    for (let lane = 0; lane < LANES; lane += 1)
      // Numbers of 16 bits: what goes beyond is cut off.
      sum[lane] = (sum[lane] ?? 0) + sign * (lanes[lane] ?? 0);
  }
}
