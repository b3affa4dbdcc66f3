// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { beside, testPlace } from '../../common/src/testing/test-place.js';
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

it.each(['keyFile'] as const)(
  'makes no new %s beside a database that was used with the old one',
  async (setting) => {
    const place = await testPlace();
    const house = await BankHouse.open({}, { place: beside(place) });
    try {
      const config = readConfig(join(house.folder, 'config.json'));
      const start = async () => {
        const parts = { ledger: new FakeLedger(), logger: pino({ level: 'silent' }) };
        await (await startBank(config, { ...parts, place: beside(place) })).close();
      };
      const file = config[setting];
      const key = readFileSync(file, 'utf8');
      rmSync(file);
      const refusal = { code: 'SETTING_FILE_UNUSABLE', details: { setting, file } };
      await expect(start()).rejects.toMatchObject(refusal);
      expect(existsSync(file)).toBe(false);
      writeFileSync(file, key, { mode: 0o600 });
      await start();
    } finally {
      await house.close();
      if ('engine' in place) await place.engine.close();
    }
  },
);
