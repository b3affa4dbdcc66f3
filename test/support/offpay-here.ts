// SPDX-License-Identifier: Apache-2.0
// The command line within this process: the same words, streams and exit code, without a start of Node.js for each of many commands.
// That it also runs as a process of its own is tested where a user does it.
import { runOffpay } from '../../scripts/src/program.js';
import type { Ended } from './command-line.js';

type Texts = Record<'stdout' | 'stderr', string>;

/** Keeps what is written to a stream. @returns what lets it go again. */
function keeping(stream: keyof Texts, texts: Texts): () => void {
  const written = jest.spyOn(process[stream], 'write').mockImplementation((text) => {
    texts[stream] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
    return true;
  });
  return () => written.mockRestore();
}

/** Sets variables. @returns what sets them back. */
function setting(environment: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, environment);
  return () => {
    for (const [name, value] of before)
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
  };
}

const ended = (): number => Number(process.exitCode);

/** Runs a command to its end; one at a time. */
export async function offpayHere(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const texts: Texts = { stdout: '', stderr: '' };
  const undo = [keeping('stdout', texts), keeping('stderr', texts), setting(environment)];
  const { exitCode } = process;
  process.exitCode = 0;
  try {
    await runOffpay(words);
    return { ...texts, code: ended() };
  } finally {
    process.exitCode = exitCode;
    for (const back of undo) back();
  }
}
