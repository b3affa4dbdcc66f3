// SPDX-License-Identifier: Apache-2.0
// The end of a node, step by step. It ends also when a step never does, as with a database server that accepts statements and answers none.

/** Less than the 30 s that service managers and container runtimes wait before they kill. */
const ENDING_MS = 20_000;

/** What each step gets also when those before it have used up the time. */
const LEAST_MS = 1_000;

/** @throws when it takes longer; it may still go on then */
async function within(milliseconds: number, name: string, step: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`The node ended, but not its ${name}: it did not end in time.`);
    timer = setTimeout(() => reject(error), milliseconds);
  });
  try {
    await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Step = () => Promise<void> | void;

/** Steps that undo a start. */
export class Ending {
  readonly #steps: { readonly name: string; readonly step: Step }[] = [];
  readonly #milliseconds: number;

  /** @param milliseconds for all steps together */
  constructor(milliseconds = ENDING_MS) {
    this.#milliseconds = milliseconds;
  }

  /** @param name what ends: for the error */
  add(name: string, step: Step): void {
    this.#steps.unshift({ name, step });
  }

  /** Takes every step, the last added first, also after one that fails or is late. @throws the first failure */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    const end = performance.now() + this.#milliseconds;
    for (const { name, step } of this.#steps.splice(0)) {
      const left = Math.max(end - performance.now(), Math.min(LEAST_MS, this.#milliseconds));
      try {
        await within(left, name, Promise.resolve(step()));
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
