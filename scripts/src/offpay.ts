// SPDX-License-Identifier: Apache-2.0
// The command line: `npx offpay …`.
import { tellErrorsAsJson } from './output.js';
import { tellWhileLoading } from './while-loading.js';

/** Resolves when this process has written all its output. */
const flush = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

async function main(words: readonly string[]): Promise<void> {
  tellErrorsAsJson(words.includes('--json'));
  tellWhileLoading();
  const { runOffpay } = await import('./program.js');
  await runOffpay(words);
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  // The command is done. Without this, a connection to a hanging peer would keep the process alive.
  process.exit();
}

void main(process.argv.slice(2));
