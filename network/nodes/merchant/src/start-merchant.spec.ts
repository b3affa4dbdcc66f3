// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabasePlace, RunningNode } from '@fabric-offline-pay/node-common/node';
import type { Client } from '@fabric-offline-pay/sdk';
import { TestHouse } from '../../common/src/testing/test-house.js';
import { beside, testPlace } from '../../common/src/testing/test-place.js';
import { readConfig } from './config.js';
import { startMerchant } from './start-merchant.js';

let house: TestHouse;
let place: DatabasePlace;
beforeEach(async () => {
  house = new TestHouse({ name: 'merchant', server: 'node', mspId: 'M', actor: 'merchant-1' });
  place = await testPlace();
});
afterEach(() => house.remove());

const start = (own: DatabasePlace): Promise<RunningNode> =>
  startMerchant(readConfig(house.configured({ keyFile: 'webhooks.key' })), {
    client: {} as Client,
    logger: house.logger,
    place: own,
    blocks: {
      // eslint-disable-next-line require-yield -- This ledger has no blocks yet.
      async *committedBlocks(_, signal) {
        if (!signal.aborted)
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    },
  });

it('makes no new key beside a database whose secrets the old one seals', async () => {
  const file = join(house.folder, 'webhooks.key');
  await (await start(beside(place))).close();
  const key = readFileSync(file, 'utf8');
  rmSync(file);
  await expect(start(beside(place))).rejects.toMatchObject({
    code: 'SETTING_FILE_UNUSABLE',
    details: { setting: 'keyFile', file },
  });
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, key, { mode: 0o600 });
  await (await start(place)).close();
});
