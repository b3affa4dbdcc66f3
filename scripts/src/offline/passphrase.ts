// SPDX-License-Identifier: Apache-2.0
// Reads the passphrase of a key file from the environment or the terminal. It is never an argument, which every user can read.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import { InterruptedError } from '../command-errors.js';

const VARIABLE = 'OFFPAY_PASSPHRASE';

const silentOutput = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * Reads one line without showing it.
 * @throws {InterruptedError} for Ctrl-C. @throws {ConfigurationError} when the input ends: a command that did nothing must not end
 * like a success.
 */
export function askPassphrase(input: NodeJS.ReadableStream): Promise<string> {
  process.stderr.write('Passphrase: ');
  const lines = createInterface({ input, output: silentOutput(), terminal: true });
  const typed = new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    lines.once('SIGINT', () => {
      reject(new InterruptedError());
      lines.close();
    });
    lines.once('close', () => reject(new ConfigurationError(VARIABLE, 'no passphrase was typed')));
    lines.once('line', () => lines.close());
  });
  return typed.finally(() => process.stderr.write('\n'));
}

/** @throws {ConfigurationError} when the environment has none and there is no terminal. */
export async function readPassphrase(): Promise<string> {
  const given = process.env[VARIABLE];
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY) throw new ConfigurationError(VARIABLE, 'not set');
  return askPassphrase(process.stdin);
}
