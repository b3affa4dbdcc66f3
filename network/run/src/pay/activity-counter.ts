// SPDX-License-Identifier: Apache-2.0
// Counts what the bank's node does during a run, by its own tables.
import type { Activity } from '@fabric-offline-pay/bank-node';
import type { BankStaff } from './bank-staff.js';

type Operator = Pick<BankStaff['operator'], 'readActivity'>;

/** A node that does not answer stops no run: its work is not counted. */
const readActivity = (operator: Operator): Promise<Activity | null> =>
  operator.readActivity({}).catch(() => null);

export class ActivityCounter {
  readonly #operator: Operator;
  readonly #before: Activity | null;

  private constructor(operator: Operator, before: Activity | null) {
    this.#operator = operator;
    this.#before = before;
  }

  static async begin(operator: Operator): Promise<ActivityCounter> {
    return new ActivityCounter(operator, await readActivity(operator));
  }

  /** @returns what was done since the beginning; null when the node did not answer. */
  async end(): Promise<Activity | null> {
    const [before, after] = [this.#before, await readActivity(this.#operator)];
    if (before === null || after === null) return null;
    const since = (name: keyof Activity): number => after[name] - before[name];
    return {
      deductions: since('deductions'),
      completions: since('completions'),
      returns: since('returns'),
      open: after.open,
      messages: since('messages'),
      delivered: since('delivered'),
      acknowledged: since('acknowledged'),
      payOuts: since('payOuts'),
    };
  }
}
