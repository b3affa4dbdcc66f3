// SPDX-License-Identifier: Apache-2.0
// What `offpay pay` checks before it uses the network.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { offpayHere } from '../../../test/support/offpay-here.js';

let folder: string;
let home: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-pay-'));
  home = join(folder, 'no', 'network');
});
afterEach(() => rmSync(folder, { recursive: true }));

const pay = (...words: readonly string[]) => offpayHere(['pay', ...words, '--home', home]);

test('refuses a report that cannot be written before it does anything, and leaves nothing behind', async () => {
  const report = join(folder, 'missing', 'report.json');
  const { code, stderr } = await pay('--sample', '--report', report);
  expect([code, stderr]).toEqual([2, expect.stringContaining('FILE_UNWRITABLE')]);
  expect(stderr).toContain(report);
});

test('runs nothing when no file is named, not even the sample', async () => {
  const { code, stderr } = await pay();
  expect([code, stderr]).toEqual([2, expect.stringContaining('WRONG_USE')]);
  expect(stderr).toContain('--orders');
});

test('a missing file or a folder ends with an exit code other than 0', async () => {
  for (const orders of [join(folder, 'nowhere.csv'), folder]) {
    const { code, stderr } = await pay('--orders', orders);
    expect([code, stderr]).toEqual([2, expect.stringContaining('INPUT_UNUSABLE')]);
    expect(stderr).toContain(`${orders}:0: INPUT_FILE_UNREADABLE`);
  }
});

test('refuses a home without a network, and makes no folder', async () => {
  const orders = join(folder, 'orders.csv');
  writeFileSync(
    orders,
    'order_number,merchant_id,customer_id,currency,lines,address,courier_id,typed_password,typed_code,code_delay_s,hold_seconds,then\n',
  );
  const { code, stderr } = await pay('--orders', orders, '--report', join(folder, 'report.json'));
  expect([code, stderr]).toEqual([3, expect.stringContaining('NETWORK_NOT_UP')]);
  expect([home, join(folder, 'no'), join(folder, 'report.json')].filter(existsSync)).toEqual([]);
});
