// SPDX-License-Identifier: Apache-2.0
// Looking at the phone: what the sample run and tests do in place of a customer who reads the SMS.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { messagePrefix } from './texts.js';

const entry = z.object({ to: z.string(), text: z.string(), sentAt: z.number() });

/** Which of several messages is meant. */
export interface CodeQuery {
  /** Without it, of any phone. */
  readonly phone?: string | undefined;
  /** Only codes of this login; without it, of any. */
  readonly loginId?: string;
  /** Only codes for the login itself (`login`) or for one order's digest; needs `loginId`. */
  readonly boundTo?: string;
}

/** Messages with a code begin with it; others begin with a word. */
const CODE = /^\d+/;

/** @returns the digits of the newest code sent to that phone, or undefined when there is none. */
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
  return received[0] && CODE.exec(received[0].text)?.[0];
}

const readEntry = async (path: string): Promise<z.output<typeof entry>> =>
  entry.parse(JSON.parse(await readFile(path, 'utf8')));
