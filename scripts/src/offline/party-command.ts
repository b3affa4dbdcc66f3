// SPDX-License-Identifier: Apache-2.0
// Options that the commands of devices and terminals share: the party's folder, and where to write the result.
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import { Command, InvalidArgumentError } from 'commander';
import { withCommonOptions, type CommonOptions } from '../output.js';
import type { CarriedTargets } from './carried.js';

export interface DeviceOption extends CommonOptions {
  readonly device: string;
}

export interface TerminalOption extends CommonOptions {
  readonly terminal: string;
}

const partyCommand =
  (party: 'device' | 'terminal') =>
  (name: string, description: string): Command =>
    withCommonOptions(new Command(name).description(description)).requiredOption(
      `--${party} <folder>`,
      `folder of the ${party}`,
    );

export const deviceCommandOf = partyCommand('device');
export const terminalCommandOf = partyCommand('terminal');

/** Checked before anything is done: a voucher that is counted but not written is lost. @throws {InvalidArgumentError} */
function fileName(file: string): string {
  if (file === '' || file.endsWith('/')) throw new InvalidArgumentError('the name of a file');
  return file;
}

/** @throws {InvalidArgumentError} for another suffix: the reader would take the file for something else. */
function pictureName(file: string): string {
  if (!file.toLowerCase().endsWith('.png'))
    throw new InvalidArgumentError('a name that ends with .png');
  return file;
}

/** For commands whose result is useless unless it is written. @throws {ConfigurationError} */
export function ensureTarget({ qr, out }: CarriedTargets): void {
  if (qr === undefined && out === undefined)
    throw new ConfigurationError(
      '--qr',
      'or --out is needed, to say where to write it; nothing was done',
    );
}

/**
 * Adds `--qr` and `--out`.
 * @param what it is, in words
 * @param suffix of its files
 */
export const withTargets = (command: Command, what: string, suffix: string): Command =>
  command
    .option('--qr <file>', `writes the ${what} as a picture of a QR code, .png`, pictureName)
    .option('--out <file>', `writes the ${what} as ${suffix}`, fileName);
