// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { pino } from 'pino';
import { testPlace } from '../../common/src/testing/test-place.js';
import { readConfig } from './config.js';
import { startBank } from './start-bank.js';
import { BankHouse } from './testing/bank-house.js';
import { FakeLedger } from './testing/fake-ledger.js';

it('follows the ledger no longer when it cannot listen', async () => {
  const house = await BankHouse.open();
  try {
    const config = readConfig(join(house.folder, 'config.json'));
    const port = Number(new URL(house.bank.url).port);
    const followed: AbortSignal[] = [];
    const starting = startBank(
      { ...config, port },
      {
        ledger: new FakeLedger(),
        logger: pino({ level: 'silent' }),
        place: await testPlace(),
        blocks: {
          // eslint-disable-next-line require-yield -- This ledger has no blocks yet.
          async *committedBlocks(_, signal) {
            followed.push(signal);
            if (!signal.aborted)
              await new Promise((resolve) => signal.addEventListener('abort', resolve));
          },
        },
      },
    );
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(followed.map(({ aborted }) => aborted)).toEqual([true]);
  } finally {
    await house.close();
  }
});
