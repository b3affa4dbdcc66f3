// SPDX-License-Identifier: Apache-2.0
// Counts what the bank's node does during a run, by its own tables, and what hosts and message centre do, by theirs.
import type { Activity } from '@fabric-offline-pay/bank-node';
import { waitUntil } from '@fabric-offline-pay/node-common';
import type { BankStaff } from './bank-staff.js';
import type { OutsideFigures, OutsideWorld } from './outside-world.js';

type Operator = Pick<BankStaff['operator'], 'readActivity'>;

/** Who counts. */
export interface Counting {
  readonly operator: Operator;
  /** Absent where no hosts are. */
  readonly outside?: Pick<OutsideWorld, 'figures'> | undefined;
}

/** What was counted on both sides; null where nobody answered, or nobody is. */
export interface Counts {
  readonly bank: Activity | null;
  readonly outside: OutsideFigures | null;
}

const DEADLINE_MS = 15_000;

/** Whoever does not answer stops no run: its work is not counted. */
async function read({ operator, outside }: Counting): Promise<Counts> {
  const [bank, figures] = await Promise.all([
    operator.readActivity({}).catch(() => null),
    outside?.figures().catch(() => null),
  ]);
  return { bank, outside: figures ?? null };
}

/** Whether nothing is under way any more: no money, no message, no receipt. */
const isQuiet = ({ bank, outside }: Counts): boolean =>
  bank === null ||
  (bank.open === 0 &&
    bank.untold === 0 &&
    (outside === null || (outside.receipts === outside.texts && bank.receipts === bank.texts)));

/** States, not sums. */
const STATES: ReadonlySet<string> = new Set(['open', 'untold'] satisfies (keyof Activity)[]);

/** @returns null when one of them is missing */
function since<Figures extends { readonly [Name in keyof Figures]: number }>(
  before: Figures | null,
  after: Figures | null,
): Figures | null {
  if (before === null || after === null) return null;
  const grown = { ...after };
  for (const name in after)
    if (!STATES.has(name)) Object.assign(grown, { [name]: after[name] - before[name] });
  return grown;
}

export class ActivityCounter {
  readonly #counting: Counting;
  readonly #before: Counts;

  private constructor(counting: Counting, before: Counts) {
    this.#counting = counting;
    this.#before = before;
  }

  static async begin(counting: Counting): Promise<ActivityCounter> {
    return new ActivityCounter(counting, await read(counting));
  }

  /** Waits until nothing is under way. @returns false when something did not end in time, such as what waits for a person */
  quiet(): Promise<boolean> {
    const look = async () => (isQuiet(await read(this.#counting)) ? true : undefined);
    return waitUntil('the bank to have nothing under way', look, { deadlineMs: DEADLINE_MS }).catch(
      () => false,
    );
  }

  /** @returns what was done since the beginning */
  async end(): Promise<Counts> {
    const after = await read(this.#counting);
    return {
      bank: since(this.#before.bank, after.bank),
      outside: since(this.#before.outside, after.outside),
    };
  }
}
