// SPDX-License-Identifier: Apache-2.0
// Runs what a command does. Fabric's logger takes rejections that nobody handles and lets the process end well: a command
// that failed must say so itself.

/** Says why a command failed, on standard error, and ends it with 1 once everything is closed. */
export async function runMain(main: () => Promise<unknown>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${(error instanceof Error && error.stack) || String(error)}\n`);
    process.exitCode = 1;
  }
}
