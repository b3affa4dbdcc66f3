// SPDX-License-Identifier: Apache-2.0
// What the commands of devices and terminals have in common: the folder of the party, and where they write what they show.
import { Command } from 'commander';
import { withCommonOptions, type CommonOptions } from '../output';

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

/**
 * Adds `--qr` and `--out`.
 * @param what it is, in words
 * @param suffix of its files
 */
export const withTargets = (command: Command, what: string, suffix: string): Command =>
  command
    .option('--qr <file>', `writes the ${what} as the picture of a QR code`)
    .option('--out <file>', `writes the ${what} as ${suffix}`);
