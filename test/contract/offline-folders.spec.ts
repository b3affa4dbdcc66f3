// SPDX-License-Identifier: Apache-2.0
// Folders and files as people mistype and mix them up on the command line. What the settings and files alone say is tested beside
// them; this is what a user meets.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OfflineFolders } from '../support/offline-folders';
import { MERCHANT } from '../support/world';

let folders: OfflineFolders;

beforeEach(async () => {
  folders = new OfflineFolders();
  await folders.fund(1);
  await folders.setUpTerminal();
});
afterEach(() => folders.close());

const settings = (): readonly string[] =>
  [folders.device, folders.terminal].map((folder) =>
    readFileSync(join(folder, 'settings.json'), 'utf8'),
  );

const refused = (...told: readonly string[]) => ({
  code: 2,
  stdout: '',
  stderr: expect.stringMatching(new RegExp(told.join('[^]*'))) as string,
});

test('the folder of one party is not set up as the other’s, nor for somebody else', async () => {
  const before = settings();
  const fund = ['fund', '--amount', '10.00', '--customer'];
  expect(await folders.runIn('device', folders.terminal, ...fund, 'customer-1')).toMatchObject(
    refused('CONFIGURATION_INVALID', 'is the folder of a terminal'),
  );
  expect(await folders.run('device', ...fund, 'customer-2')).toMatchObject(
    refused('CONFIGURATION_INVALID', 'customer-2.* needs a folder of its own'),
  );
  const setup = ['setup', '--merchant'];
  expect(await folders.runIn('terminal', folders.device, ...setup, MERCHANT)).toMatchObject(
    refused('CONFIGURATION_INVALID', 'is the folder of a device'),
  );
  expect(await folders.run('terminal', ...setup, 'merchant-2')).toMatchObject(
    refused('CONFIGURATION_INVALID', 'merchant-2.* needs a folder of its own'),
  );
  expect(settings()).toEqual(before);
});

test('a mistyped folder is told, and gets no key', async () => {
  const folder = join(folders.home, 'devcie');
  for (const command of ['show', 'restore'])
    expect(await folders.runIn('device', folder, command)).toMatchObject(
      refused('CONFIGURATION_INVALID', 'is no folder of a device'),
    );
  expect(existsSync(folder)).toBe(false);
});

test('where store and mark are gone, restoring a device asks for the epoch', async () => {
  rmSync(join(folders.device, 'store'), { recursive: true });
  rmSync(join(folders.home, 'marks'), { recursive: true });
  expect(await folders.run('device', 'restore')).toMatchObject(
    refused('CONFIGURATION_INVALID', '--epoch', 'holds no certificate'),
  );
  expect(await folders.json('device', 'restore', '--epoch', '1')).toMatchObject({
    restored: true,
    restoration: { sealedEpoch: 1 },
  });
});

test('a voucher that cannot be written is paid once all the same', async () => {
  await folders.request('ORD-1');
  const request = ['--request', folders.at('ORD-1', 'request'), '--out'];
  const nowhere = join(folders.home, 'missing', 'voucher');
  expect(await folders.run('device', 'pay', ...request, nowhere)).toMatchObject(
    refused('FILE_UNWRITABLE', 'run the command again'),
  );
  const file = join(folders.home, 'voucher');
  const again = await folders.json('device', 'pay', ...request, file);
  expect(again).toMatchObject({ repeated: true, written: [`${file}.offpay-voucher`] });
});
