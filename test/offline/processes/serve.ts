// SPDX-License-Identifier: Apache-2.0
// A process that answers calls on standard input, a line of JSON each, one after the other: what stands for the screen and
// camera of a device.
import { createInterface } from 'node:readline';

export type Handlers = Readonly<Record<string, (given: never) => unknown>>;

/** A call that was refused; the process continues. */
export interface Refused {
  readonly refused: string;
  readonly message: string;
}

const refusedBy = (error: unknown): Refused => {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { refused: typeof code === 'string' ? code : 'INTERNAL', message: String(message) };
};

async function answer(handlers: Handlers, line: string): Promise<unknown> {
  const { call, given } = JSON.parse(line) as { call: string; given: never };
  try {
    return { answer: await handlers[call]?.(given) };
  } catch (error) {
    return refusedBy(error);
  }
}

/** Answers until standard input ends, then closes. */
export async function serve(handlers: Handlers, close: () => Promise<void>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await answer(handlers, line))}\n`);
  await close();
}

/** The clock of a party, wrong by this many seconds. */
export const shiftedClock = (seconds: number) => (): number =>
  Math.floor(Date.now() / 1000) + seconds;
