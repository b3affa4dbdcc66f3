// SPDX-License-Identifier: Apache-2.0
// Messages on a TCP connection: two bytes say how long each is, high byte first.
import { IsoFormatError } from './codec.js';

const HEADER_BYTES = 2;
const MOST_BYTES = 0xffff;

/** @throws {IsoFormatError} when the message is longer than a header can say. */
export function frame(message: Buffer): Buffer {
  if (message.length > MOST_BYTES) throw new IsoFormatError('length', 'the message is too long');
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(message.length);
  return Buffer.concat([header, message]);
}

/** Cuts what arrives into messages. */
export class FrameReader {
  readonly #mostBytes: number;
  #pending: Buffer = Buffer.alloc(0);

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /**
   * @returns the messages that are complete now
   * @throws {IsoFormatError} for a message that is empty or longer than allowed; the connection is of no use then.
   */
  push(chunk: Buffer): readonly Buffer[] {
    this.#pending = Buffer.concat([this.#pending, chunk]);
    const messages: Buffer[] = [];
    for (let length = this.#length(); length !== undefined; length = this.#length()) {
      messages.push(this.#pending.subarray(HEADER_BYTES, HEADER_BYTES + length));
      this.#pending = this.#pending.subarray(HEADER_BYTES + length);
    }
    return messages;
  }

  /** Of the next message, when it is complete. */
  #length(): number | undefined {
    if (this.#pending.length < HEADER_BYTES) return undefined;
    const length = this.#pending.readUInt16BE();
    if (length === 0 || length > this.#mostBytes)
      throw new IsoFormatError('length', 'no message is that long');
    return this.#pending.length < HEADER_BYTES + length ? undefined : length;
  }
}
