// SPDX-License-Identifier: Apache-2.0
// The passphrase of a key file: from the environment or asked for, never an argument, which every user of the machine can read.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ConfigurationError } from '@fabric-offline-pay/sdk';

const VARIABLE = 'OFFPAY_PASSPHRASE';

const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Reads one line without showing it. */
function ask(): Promise<string> {
  process.stderr.write('Passphrase: ');
  const lines = createInterface({ input: process.stdin, output: silent(), terminal: true });
  return new Promise((resolve) => {
    lines.once('line', (line) => {
      process.stderr.write('\n');
      resolve(line);
      lines.close();
    });
  });
}

/** @throws {ConfigurationError} when the environment has none and there is nobody to ask. */
export async function readPassphrase(): Promise<string> {
  const given = process.env[VARIABLE];
  if (given !== undefined && given !== '') return given;
  if (!process.stdin.isTTY) throw new ConfigurationError(VARIABLE, 'not set');
  return ask();
}
