// SPDX-License-Identifier: Apache-2.0
// The way of a user whose folders came out of a backup, on the command line: refused, restored, and what then is paid. Only
// `fund` needs a network, so that the bank's part is done here by the issuer itself.
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDevice, withTerminal } from '@fabric-offline-pay/run';
import { loadFile } from '@fabric-offline-pay/sdk/offline';
import { OfflineFolders, PASSPHRASE } from '../support/offline-folders.js';
import { textLike } from '../support/text-matchers.js';

let folders: OfflineFolders;
let device: string;
let terminal: string;

/** @returns the voucher. */
async function exchange(order: string): Promise<Buffer> {
  const asked = await loadFile('request', await folders.request(order));
  const { bytes } = await withDevice(device, PASSPHRASE, (opened) => opened.pay(asked));
  const accepted = withTerminal(terminal, PASSPHRASE, (till) => till.accept(order, bytes));
  expect(await accepted).toMatchObject({ accepted: true });
  return bytes;
}

beforeEach(async () => {
  folders = new OfflineFolders();
  ({ device, terminal } = folders);
  await folders.fund(1);
  await folders.setUpTerminal();
});
afterEach(() => folders.close());

const backUp = (folder: string): void => cpSync(folder, `${folder}-backup`, { recursive: true });

function putBack(folder: string): void {
  rmSync(folder, { recursive: true });
  cpSync(`${folder}-backup`, folder, { recursive: true });
}

const refused = (code: string, ...told: readonly string[]) => ({
  code: 1,
  stdout: '',
  stderr: textLike(new RegExp([code, ...told].join('[^]*'))),
});

test('a device put back pays nothing until it is restored, then out of a new epoch', async () => {
  const first = await exchange('ORD-1');
  backUp(device);
  await exchange('ORD-2');
  await folders.request('ORD-3');
  putBack(device);
  expect(await folders.pay('ORD-3')).toMatchObject(
    refused('STORE_ROLLED_BACK', '"reason":"older"', 'offpay device restore'),
  );
  expect(await folders.json('device', 'restore')).toMatchObject({
    restored: true,
    restoration: { reason: 'older', lost: 2, sealedEpoch: 1 },
    meaning: expect.arrayContaining([
      expect.stringContaining('makes no new payments from epoch 1'),
      expect.stringContaining('offpay device fund'),
    ]) as string[],
  });
  expect(await folders.pay('ORD-3')).toMatchObject(refused('EPOCH_SEALED', 'fund a new epoch'));
  expect(await folders.json('device', 'show')).toMatchObject({
    balances: [{ epoch: 1, sealed: true, spendable: false }],
  });
  await expect(folders.fund(1)).rejects.toMatchObject({ code: 'EPOCH_SEALED' });
  expect(await folders.pay('ORD-1')).toMatchObject({ code: 0 });
  expect((await loadFile('payment', folders.at('ORD-1', 'voucher'))).equals(first)).toBe(true);
  await folders.fund(2);
  expect(await folders.pay('ORD-3')).toMatchObject({ code: 0, stderr: '' });
  expect(await folders.accept('ORD-3')).toMatchObject({ code: 0, stderr: '' });
  expect(await folders.json('device', 'restore')).toMatchObject({ restored: false });
});

test('a terminal put back says nothing of what waits until it is restored', async () => {
  await exchange('ORD-1');
  backUp(terminal);
  await exchange('ORD-2');
  putBack(terminal);
  expect(await folders.run('terminal', 'waiting')).toMatchObject(
    refused('STORE_ROLLED_BACK', 'offpay terminal restore'),
  );
  const { stdout, code } = await folders.run('terminal', 'restore');
  expect(code).toBe(0);
  expect(stdout).toMatch(/2 later writes are lost[^]*accepted since[^]*offpay terminal sync/);
  expect(await folders.json('terminal', 'waiting')).toMatchObject({ count: 1 });
  await exchange('ORD-3');
});

test('a damaged store pays nothing and says nothing; an empty folder in its place goes on', async () => {
  await exchange('ORD-1');
  for (const folder of [device, terminal])
    for (const name of readdirSync(join(folder, 'store')).filter((file) => file.endsWith('.log')))
      writeFileSync(join(folder, 'store', name), 'x'.repeat(64));
  rmSync(join(terminal, 'store', 'CURRENT'));
  await exchangeRefused();
  for (const party of [device, terminal]) {
    cpSync(join(party, 'store'), join(party, 'kept'), { recursive: true });
    rmSync(join(party, 'store'), { recursive: true });
  }
  for (const party of ['device', 'terminal'] as const)
    expect(await folders.json(party, 'restore')).toMatchObject({
      restoration: { reason: 'empty' },
    });
  await expect(folders.fund(1)).rejects.toMatchObject({ code: 'EPOCH_SEALED' });
  await folders.fund(2);
  await folders.setUpTerminal();
  await exchange('ORD-2');
});

async function exchangeRefused(): Promise<void> {
  const either = 'STORE_(?:DAMAGED|ROLLED_BACK)';
  expect(await folders.pay('ORD-1')).toMatchObject(refused(either));
  expect(await folders.run('device', 'show')).toMatchObject(refused(either));
  expect(await folders.run('terminal', 'waiting')).toMatchObject(refused('STORE_DAMAGED'));
}

test('a folder without its mark is restored with the epoch that the bank names', async () => {
  await exchange('ORD-1');
  rmSync(join(folders.home, 'marks'), { recursive: true });
  await folders.request('ORD-2');
  expect(await folders.pay('ORD-1')).toMatchObject(
    refused('STORE_ROLLED_BACK', '"reason":"unmarked"'),
  );
  expect(await folders.json('device', 'restore', '--epoch', '4')).toMatchObject({
    restoration: { reason: 'unmarked', lost: null, sealedEpoch: 4 },
  });
  await expect(folders.fund(4)).rejects.toMatchObject({ code: 'EPOCH_SEALED' });
  for (const epoch of ['x', '99999999'])
    expect((await folders.run('device', 'restore', '--epoch', epoch)).stderr).toContain(
      'a whole number from 0 to 99999998',
    );
});
