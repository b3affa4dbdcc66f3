// SPDX-License-Identifier: Apache-2.0
// Settings of mixed-up folders and damaged files. A refusal changes nothing and names the place.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ensureSameParty,
  findSettings,
  readSettings,
  writeSettings,
  type DeviceSettings,
  type TerminalSettings,
} from './party-settings.js';

const DEVICE: DeviceSettings = {
  party: 'device',
  customerId: 'customer-1',
  deviceId: 'wallet',
  issuers: [],
};
const TERMINAL: TerminalSettings = {
  party: 'terminal',
  channel: 'offpay',
  merchantId: 'merchant-1',
  terminalId: 'till-1',
  roots: { 'bank-1': ['PEM'] },
};

let home: string;
let device: string;
let terminal: string;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'party-settings-'));
  device = join(home, 'device');
  terminal = join(home, 'terminal');
  await writeSettings(device, DEVICE);
  await writeSettings(terminal, TERMINAL);
});
afterEach(() => rmSync(home, { recursive: true }));

const fileOf = (folder: string): string => join(folder, 'settings.json');

const textOf = (folder: string): string => readFileSync(fileOf(folder), 'utf8');

const refused = (option: string, reason: string) => ({
  code: 'CONFIGURATION_INVALID',
  details: { option, reason: expect.stringContaining(reason) as string },
});

test.each<[string, string, () => Promise<unknown>]>([
  ['is the folder of a terminal', '--device', () => writeSettings(terminal, DEVICE)],
  ['is the folder of a device', '--terminal', () => writeSettings(device, TERMINAL)],
  [
    'set up for customerId "customer-1"; "customer-2" needs a folder of its own',
    '--device',
    () => writeSettings(device, { ...DEVICE, customerId: 'customer-2' }),
  ],
  [
    'set up for deviceId "wallet"; "phone" needs',
    '--device',
    () => ensureSameParty(device, { party: 'device', deviceId: 'phone' }),
  ],
  [
    'set up for merchantId "merchant-1"; "merchant-2" needs',
    '--terminal',
    () => ensureSameParty(terminal, { party: 'terminal', merchantId: 'merchant-2' }),
  ],
  [
    'set up for terminalId "till-1"; "till-2" needs',
    '--terminal',
    () => writeSettings(terminal, { ...TERMINAL, terminalId: 'till-2' }),
  ],
  [
    'set up for channel "offpay"; "other" needs',
    '--terminal',
    () => writeSettings(terminal, { ...TERMINAL, channel: 'other' }),
  ],
])('a folder never gets another owner: it %s', async (reason, option, write) => {
  const before = [device, terminal].map(textOf);
  await expect(write()).rejects.toMatchObject(refused(option, reason));
  expect([device, terminal].map(textOf)).toEqual(before);
});

test('changes keys, limits and the place of the mark, and keeps the place when none is given', async () => {
  await writeSettings(terminal, { ...TERMINAL, marks: '../elsewhere' });
  const anew = { ...TERMINAL, roots: {}, limits: { oldestSeconds: 3600 } };
  await writeSettings(terminal, anew);
  expect(await readSettings('terminal', terminal)).toEqual({ ...anew, marks: '../elsewhere' });
  expect(existsSync(`${fileOf(terminal)}.tmp`)).toBe(false);
});

test.each<[string, string, string]>([
  ['nothing', '', 'no JSON'],
  ['the first half', '{"party": "terminal", "mer', 'no JSON'],
  ['a byte order mark', '\ufeff{}', 'no JSON'],
  ['null', 'null', 'no settings'],
  ['a number', '7', 'no settings'],
  ['a list', '[]', 'customerId'],
  ['an empty object', '{}', 'customerId'],
  ['wrong limits', JSON.stringify({ ...TERMINAL, limits: 7 }), 'limits'],
  ['an unknown field', JSON.stringify({ ...TERMINAL, limit: {} }), 'limit'],
])('reports settings that hold %s as damaged, with the place', async (_, content, told) => {
  writeFileSync(fileOf(terminal), content);
  for (const read of [findSettings, readSettings]) {
    const failure = read('terminal', terminal);
    await expect(failure).rejects.toMatchObject(refused(fileOf(terminal), told));
    await expect(failure).rejects.toMatchObject(refused(fileOf(terminal), 'with the same --marks'));
  }
  await expect(writeSettings(terminal, TERMINAL)).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
  });
  expect(textOf(terminal)).toBe(content);
});

test('reads settings of the previous version', async () => {
  for (const [folder, party, settings] of [
    [device, 'device', DEVICE],
    [terminal, 'terminal', TERMINAL],
  ] as const) {
    writeFileSync(fileOf(folder), JSON.stringify({ ...settings, party: undefined }));
    expect(await readSettings(party, folder)).toEqual(settings);
  }
});

test('finds none in a folder that was not set up', async () => {
  const nowhere = join(home, 'nowhere');
  expect(await findSettings('device', nowhere)).toBeUndefined();
  await expect(readSettings('device', nowhere)).rejects.toMatchObject(
    refused('--device', 'is not a folder of a device'),
  );
  expect(existsSync(nowhere)).toBe(false);
});
