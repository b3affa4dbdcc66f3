// SPDX-License-Identifier: Apache-2.0
// The marks that reveal an older copy of a store, and `restore`, which the user must call explicitly.
import { resolve } from 'node:path';
import { wholeNumber } from '@fabric-offline-pay/node-common';
import { type Party, restoreParty } from '@fabric-offline-pay/run';
import { HIGHEST_EPOCH, type Restoration } from '@fabric-offline-pay/sdk/offline';
import { InvalidArgumentError, type Command } from 'commander';
import { reportingErrors, show, type CommonOptions } from '../output.js';
import { readPassphrase } from './passphrase.js';

/** An option of the commands that write a party's settings, or that work without them. */
export interface MarksOption {
  readonly marks?: string;
}

export const withMarksOption = (command: Command): Command =>
  command.option(
    '--marks <folder>',
    'folder of the mark that reveals an older copy of the folder; never inside that folder (default: in $XDG_STATE_HOME or ~/.local/state)',
  );

/** For the settings. */
export const marksGiven = ({ marks }: MarksOption): MarksOption =>
  marks === undefined ? {} : { marks: resolve(marks) };

interface RestoreOptions extends CommonOptions, MarksOption {
  readonly epoch?: number;
}

interface Shown {
  readonly restored: boolean;
  readonly restoration?: Restoration;
  readonly meaning: readonly string[];
}

/** What a restoration means for its owner, one sentence per line. */
export type Meaning = (restoration: Restoration) => readonly string[];

const REASONS: Readonly<Record<Restoration['reason'], string>> = {
  older: 'the folder was put back to an older state',
  empty: 'the store is gone, or was emptied',
  foreign: 'the store is not the one that was marked',
  unmarked: 'the mark of the store is gone, or the folder was moved without it',
  asked: 'an epoch was given',
};

const lostText = ({ lost }: Restoration): string =>
  lost === null ? 'nobody knows how much is lost' : `${lost.toString()} later writes are lost`;

const shownRestoration = (restoration: Restoration | undefined, meaning: Meaning): Shown =>
  restoration === undefined
    ? { restored: false, meaning: ['nothing to restore: the store is up to date'] }
    : {
        restored: true,
        restoration,
        meaning: [
          `restored: ${REASONS[restoration.reason]}; ${lostText(restoration)}`,
          ...meaning(restoration),
        ],
      };

/** Every epoch up to this one is sealed. The bank must have a higher one left to grant. */
const HIGHEST_TO_SEAL = HIGHEST_EPOCH - 1;

/** @throws {InvalidArgumentError} */
export function epochNumber(text: string): number {
  const epoch = wholeNumber(text, { least: 0, most: HIGHEST_TO_SEAL });
  if (epoch === undefined)
    throw new InvalidArgumentError(`a whole number from 0 to ${HIGHEST_TO_SEAL.toString()}`);
  return epoch;
}

export const restoreAction = <P extends Party>(party: P, meaning: Meaning) =>
  reportingErrors(async (options: RestoreOptions & Readonly<Record<P, string>>) => {
    const passphrase = await readPassphrase();
    const { epoch } = options;
    const restoration = await restoreParty(party, options[party], passphrase, {
      ...(epoch !== undefined && { epoch }),
      ...marksGiven(options),
    });
    show(options, shownRestoration(restoration, meaning), (shown) => shown.meaning.join('\n'));
  });
