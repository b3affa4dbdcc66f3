// SPDX-License-Identifier: Apache-2.0
// Runs what a command does. Fabric's logger takes rejections that nobody handles and lets the process end well: a command
// that failed must say so itself. One that is interrupted first ends what it started, for a network outlives its starter.
import { constants } from 'node:os';

/** Ctrl-C, a manager of processes or of time, a terminal that was closed. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

class InterruptedError extends Error {
  constructor(readonly signal: (typeof ENDING)[number]) {
    super(`interrupted by ${signal}`);
  }

  /** What a shell reports of a program that was ended by the signal. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Where it failed is of interest only when nobody wanted it to end: a Ctrl-C also reaches programs that it runs. */
const reasonOf = (error: unknown, { aborted }: AbortSignal): string =>
  (!aborted && error instanceof Error && error.stack) || String(error);

/** @returns a signal that the first Ctrl-C aborts. Others do nothing: they would kill the process while it cleans up. */
function listen(): { readonly interrupted: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) return;
    say('interrupted: ending what was started');
    const ending = ENDING.find((each) => each === signal) ?? 'SIGTERM';
    controller.abort(new InterruptedError(ending));
  };
  for (const signal of ENDING) process.on(signal, abort);
  const stop = (): void => {
    for (const signal of ENDING) process.off(signal, abort);
  };
  return { interrupted: controller.signal, stop };
}

/**
 * Says why a command failed, on standard error, and ends it with 1 once everything is closed.
 * @param main ends once it is interrupted and has closed what it opened; the process then ends as shells report the signal, 130 of Ctrl-C
 */
export async function runMain(main: (interrupted: AbortSignal) => Promise<unknown>): Promise<void> {
  const { interrupted, stop } = listen();
  try {
    await main(interrupted);
  } catch (error) {
    if (!(error instanceof InterruptedError)) say(reasonOf(error, interrupted));
    process.exitCode = 1;
  }
  stop();
  // Calls that were cut off may still try again, and would keep the process.
  const { reason } = interrupted as { readonly reason: unknown };
  if (reason instanceof InterruptedError) process.exit(reason.exitCode);
}

const interruption = (interrupted: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    interrupted.addEventListener('abort', () => reject(interrupted.reason as InterruptedError)),
  );

/**
 * Opens, uses and closes. An interruption closes at once what is in use, and what is under way there fails; while it still
 * opens it is waited for, because only what is open can be closed.
 * @throws {InterruptedError} when it was interrupted, however far it came
 */
export async function withOpened<Opened extends { close(): Promise<void> }, Result>(
  interrupted: AbortSignal,
  open: () => Promise<Opened>,
  use: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  const opened = await open();
  try {
    interrupted.throwIfAborted();
    return await Promise.race([use(opened), interruption(interrupted)]);
  } finally {
    await opened.close();
    interrupted.throwIfAborted();
  }
}
