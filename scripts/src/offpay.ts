// SPDX-License-Identifier: Apache-2.0
// The command line: `npx offpay …`.
import { tellErrorsAsJson } from './output.js';
import { tellWhileLoading } from './while-loading.js';

/** Resolves when what was written so far has left this process. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write('', () => resolve()));

async function main(words: readonly string[]): Promise<void> {
  tellErrorsAsJson(words.includes('--json'));
  tellWhileLoading();
  const { runOffpay } = await import('./program.js');
  await runOffpay(words);
  await Promise.all([written(process.stdout), written(process.stderr)]);
  // The command is done. A connection that a hanging peer has accepted would keep the process for as long as the peer hangs.
  process.exit();
}

void main(process.argv.slice(2));
