// SPDX-License-Identifier: Apache-2.0
// Reads the SMS, as a customer does. For the sample run and tests.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { messagePrefix } from './message-ids.js';

const entry = z.object({ to: z.string(), text: z.string(), sentAt: z.number() });

/** Which of several messages to read. */
export interface CodeQuery {
  /** If absent, any phone. */
  readonly phone?: string | undefined;
  /** Only codes of this login; if absent, of any login. */
  readonly loginId?: string;
  /** Only codes for the login itself (`login`) or for one order's digest; needs `loginId`. */
  readonly boundTo?: string;
}

/** A message with a code begins with the code; other messages begin with a word. */
const CODE = /^\d+/;

/** @returns the code that a text carries, if it carries one. */
export const codeIn = (text: string): string | undefined => CODE.exec(text)?.[0];

/** @returns the digits of the newest code that was sent, or undefined when there is none. */
export async function readLatestCode(
  folder: string,
  { phone, loginId, boundTo }: CodeQuery,
): Promise<string | undefined> {
  const prefix = messagePrefix(loginId, boundTo);
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(prefix) && name.endsWith('.json'),
  );
  const entries = await Promise.all(names.map((name) => readEntry(join(folder, name))));
  const received = entries
    .filter(({ to, text }) => (phone === undefined || to === phone) && CODE.test(text))
    .sort((a, b) => b.sentAt - a.sentAt);
  return received[0] && codeIn(received[0].text);
}

const readEntry = async (path: string): Promise<z.output<typeof entry>> =>
  entry.parse(JSON.parse(await readFile(path, 'utf8')));
