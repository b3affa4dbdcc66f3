// SPDX-License-Identifier: Apache-2.0
// Calls between two processes, both ways, over the channel that Node.js opens between a process and its child.

import type { ChildProcess } from 'node:child_process';

export type Calls = Readonly<Record<string, (given: never) => unknown>>;

type Traffic =
  | { readonly id: number; readonly call: string; readonly given: unknown }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failed: Failure };

/** An error as it travels. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly details?: unknown;
}

/** A side of the channel: this process, or a child of it. */
type Channel = NodeJS.Process | ChildProcess;

/** What came over the channel, made of this realm's own objects: a test runner has another one than the channel. */
export const ownCopyOf = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

const failureOf = (error: unknown): Failure => {
  const { name, message, code, details } = error as Partial<Failure>;
  return {
    name: String(name),
    message: String(message ?? error),
    ...(code !== undefined && { code }),
    ...(details !== undefined && { details }),
  };
};

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export interface LineOptions {
  readonly channel: Channel;
  /** What the other side may call. */
  readonly calls: Calls;
  /** Makes the error again that ended the other side's call. */
  readonly toError?: (failure: Failure) => Error;
}

export class Line {
  readonly #channel: Channel;
  readonly #calls: Calls;
  readonly #toError: (failure: Failure) => Error;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor({ channel, calls, toError = ({ message }) => new Error(message) }: LineOptions) {
    this.#channel = channel;
    this.#calls = calls;
    this.#toError = toError;
    channel.on('message', (message: Traffic) => this.#receive(message));
  }

  /** @throws the error of the other side, or of {@link end} */
  call(call: string, given?: unknown): Promise<unknown> {
    const id = (this.#lastId += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ id, call, given });
    });
  }

  /** The other side is gone: nobody answers any more. */
  end(reason: Error): void {
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  /** What the other side does not get any more, it does not need. */
  #send(message: Traffic): void {
    this.#channel.send?.(message, undefined, undefined, () => undefined);
  }

  #receive(message: Traffic): void {
    if ('call' in message) {
      void this.#answer(message.id, message.call, message.given);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('failed' in message) waiting?.reject(this.#toError(message.failed));
    else waiting?.resolve(message.answer);
  }

  async #answer(id: number, call: string, given: unknown): Promise<void> {
    try {
      const answer = await this.#calls[call]?.(given as never);
      this.#send({ id, answer });
    } catch (error) {
      this.#send({ id, failed: failureOf(error) });
    }
  }
}
