// SPDX-License-Identifier: Apache-2.0
// Folders and files as people mistype and mix them up on the command line. What the settings and files alone say is tested beside
// them; this is what a user meets.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKey, withDevice } from '@fabric-offline-pay/run';
import { MERCHANT } from '@fabric-offline-pay/testing';
import { PROGRAM } from '../support/command-line.js';
import { OfflineFolders, PASSPHRASE } from '../support/offline-folders.js';
import { textLike, textWith } from '../support/text-matchers.js';

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
  stderr: textLike(new RegExp(told.join('[^]*'))),
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
      refused('CONFIGURATION_INVALID', 'is not a folder of a device'),
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

test('a lost key is told, and no other takes its place', async () => {
  for (const [lost, folder] of [
    [['key.pem'], folders.device],
    [['key.pem', 'store'], folders.terminal],
    [['key.pem', 'settings.json'], join(folders.home, 'third')],
  ] as const) {
    if (!existsSync(folder)) cpSync(`${folders.home}/kept`, folder, { recursive: true });
    else cpSync(folder, `${folders.home}/kept`, { recursive: true });
    for (const name of lost) rmSync(join(folder, name), { recursive: true });
    await expect(openKey(folder, PASSPHRASE)).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      details: { reason: textWith('the key is missing') },
    });
    expect(existsSync(join(folder, 'key.pem'))).toBe(false);
  }
  expect(await folders.run('device', 'show')).toMatchObject(
    refused('CONFIGURATION_INVALID', 'the key is missing.* revoke'),
  );
});

test('a key is asked of a device, not of a terminal', async () => {
  expect(await folders.runIn('device', folders.terminal, 'key')).toMatchObject(
    refused('CONFIGURATION_INVALID', 'is the folder of a terminal'),
  );
});

test('a kill while a key is written leaves no half of it', async () => {
  const folder = join(folders.home, 'new');
  // No file may grow: the process ends between opening and writing.
  const command = ['ulimit -f 0; exec "$0" "$@"', process.execPath, PROGRAM];
  const env = { ...process.env, OFFPAY_PASSPHRASE: PASSPHRASE };
  const { status } = spawnSync('sh', ['-c', ...command, 'device', 'key', '--device', folder], {
    env,
  });
  expect(status).not.toBe(0);
  expect(existsSync(folder)).toBe(true);
  expect(existsSync(join(folder, 'key.pem'))).toBe(false);
  expect(await folders.runIn('device', folder, 'key')).toMatchObject({ code: 0, stderr: '' });
});

test('a mark within the folder, which would be put back with it, is refused', async () => {
  const link = join(folders.home, 'link');
  symlinkSync(folders.device, link);
  const fund = ['fund', '--amount', '10.00', '--customer', 'customer-1', '--marks'];
  for (const place of [folders.device, join(folders.device, 'deep', 'marks'), join(link, 'marks')])
    expect(await folders.run('device', ...fund, place)).toMatchObject(
      refused('CONFIGURATION_INVALID', '--marks', 'outside'),
    );
  await expect(
    withDevice(folders.device, PASSPHRASE, (device) => device.owner(), { marks: 'marks' }),
  ).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', details: { option: '--marks' } });
  expect(existsSync(join(folders.device, 'marks'))).toBe(false);
});

test('a device without settings pays nobody, and says how it comes by them', async () => {
  await folders.request('ORD-1');
  const marks = join(folders.home, 'marks');
  rmSync(join(folders.device, 'settings.json'));
  rmSync(marks, { recursive: true });
  await folders.run('device', 'restore');
  const request = ['--request', folders.at('ORD-1', 'request')];
  const told = refused('CONFIGURATION_INVALID', 'has no settings.*offpay device sync');
  expect(await folders.run('device', 'view', ...request)).toMatchObject(told);
  expect(await folders.pay('ORD-1')).toMatchObject(told);
});

test('a folder that lost its settings is restored by its key and store, with the marks that it had', async () => {
  const marks = join(folders.home, 'marks');
  rmSync(join(folders.device, 'settings.json'));
  expect(await folders.run('device', 'show')).toMatchObject({
    code: 1,
    stderr: textWith('"reason":"unmarked"'),
  });
  expect(await folders.json('device', 'restore', '--marks', marks)).toMatchObject({
    restored: false,
  });
});

test('a folder whose mark lies within it goes on with a mark at another place', async () => {
  const file = join(folders.device, 'settings.json');
  const marks = join(folders.home, 'others');
  writeFileSync(file, readFileSync(file, 'utf8').replace(join(folders.home, 'marks'), 'marks'));
  const owner = () => withDevice(folders.device, PASSPHRASE, (device) => device.owner());
  await expect(owner()).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
  expect(await folders.json('device', 'restore', '--marks', marks)).toMatchObject({
    restoration: { reason: 'unmarked' },
  });
  expect(await owner()).toMatchObject({ customerId: 'customer-1' });
});

test('nothing is counted for a voucher that is written nowhere, or as no picture', async () => {
  const request = ['--request', await folders.request('ORD-1')];
  expect(await folders.run('device', 'pay', ...request)).toMatchObject(
    refused('CONFIGURATION_INVALID', '--qr', 'nothing was done'),
  );
  const file = join(folders.home, 'voucher.jpg');
  expect(await folders.run('device', 'pay', ...request, '--qr', file)).toMatchObject(
    refused('a name that ends with .png'),
  );
  expect(await folders.json('device', 'history')).toEqual([]);
});
