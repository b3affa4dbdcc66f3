// SPDX-License-Identifier: Apache-2.0
// What happens to a file: it is damaged, gone, or not to be read.
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

/** What to do to a file, and what is then said of it. */
export interface Damage {
  readonly does: (file: string) => void;
  readonly said: string;
}

const OWN_ONLY = 0o600;

function replacedBy(make: (file: string) => void): Damage['does'] {
  return (file) => {
    rmSync(file, { recursive: true, force: true });
    make(file);
  };
}

const holding = (content: string): Damage['does'] =>
  replacedBy((file) => writeFileSync(file, content, { mode: OWN_ONLY }));

/** The administrator of a machine may read everything. */
const unreadable: Record<string, Damage> =
  process.getuid?.() === 0
    ? {}
    : { unreadable: { does: (file) => chmodSync(file, 0), said: 'may not be read' } };

/** By name. The content of a file that holds any text cannot be damaged. */
export const DAMAGES: Readonly<Record<string, Damage>> = {
  ...unreadable,
  missing: { does: replacedBy(() => undefined), said: 'is not there' },
  empty: { does: holding(''), said: 'is empty' },
  blank: { does: holding(' \n'), said: 'is empty' },
  'a folder': { does: replacedBy((file) => mkdirSync(file)), said: 'is a folder' },
  'a link to itself': {
    does: replacedBy((file) => symlinkSync(file, file)),
    said: 'cannot be read (ELOOP)',
  },
  'too large': { does: holding('x'.repeat(2 ** 20 + 1)), said: 'is too large' },
  damaged: { does: holding('{ no }'), said: 'is damaged, or another file' },
};
