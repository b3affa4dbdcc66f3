// SPDX-License-Identifier: Apache-2.0
// Replays a recording in a process of its own, whose locale, time zone and clock the caller chooses.
// Arguments: the recording's file, the folder of the chaincode, the clock's shift in milliseconds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import type { ContractClass } from '@fabric-offline-pay/testing';
import type { Recording } from './recording.js';
import { replay, type Difference } from './replay.js';

export interface Replayed {
  /** What the process took its surroundings for. */
  readonly locale: string;
  readonly timeZone: string;
  readonly differences: readonly Difference[];
}

const [file = '', chaincode = '', shift = '0'] = process.argv.slice(2);

let now = 0;

/** Tells the time that the replay sets; dates made of an instant stay as they are. */
const setDate = new Proxy(Date, {
  construct: (RealDate, args: unknown[]) =>
    args.length === 0 ? new RealDate(now) : (Reflect.construct(RealDate, args) as Date),
  get: (RealDate, name): unknown => (name === 'now' ? () => now : Reflect.get(RealDate, name)),
});

async function main(): Promise<void> {
  globalThis.Date = setDate;
  const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;
  const { contracts } = createRequire(__filename)(resolve(chaincode)) as {
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
  tell({ locale, timeZone, differences });
}

/** To the process that started this one, else to people. */
function tell(replayed: Replayed): void {
  if (process.send !== undefined) process.send(replayed);
  else console.log(inspect(replayed, { depth: null }));
}

void main();
