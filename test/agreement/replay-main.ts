// SPDX-License-Identifier: Apache-2.0
// Replays a recording in a process of its own, whose locale, time zone and clock the caller chooses.
// Arguments: the recording's file, the folder of the chaincode, the clock's shift in milliseconds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { ContractClass } from '@fabric-offline-pay/testing';
import type { Recording } from './recording';
import { replay } from './replay';

const [file = '', chaincode = '', shift = '0'] = process.argv.slice(2);

let now = 0;
const RealDate = Date;

/** Shows the time that the replay sets to whoever asks for it; instants that are given stay as they are. */
class SetDate extends RealDate {
  constructor(instant: number | string | Date = now) {
    super(instant);
  }

  static override now(): number {
    return now;
  }
}

async function main(): Promise<void> {
  globalThis.Date = SetDate as DateConstructor;
  const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  const { contracts } = createRequire(__filename)(chaincode) as {
    readonly contracts: readonly ContractClass[];
  };
  const differences = await replay(recording, {
    contracts,
    setClock: (instant) => {
      now = instant;
    },
    clockShift: Number(shift),
  });
  const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions();
  process.stdout.write(JSON.stringify({ locale, timeZone, differences }));
}

void main();
