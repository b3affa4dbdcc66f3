// SPDX-License-Identifier: Apache-2.0
// The way of a user whose folders came out of a backup, on the command line: refused, restored, and what then is paid. Only
// `fund` needs a network, so that the bank's part is done here by the issuer itself.
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKey, withDevice, withTerminal, writeSettings } from '@fabric-offline-pay/network';
import { Issuer, loadFile, saveFile, softwareKey } from '@fabric-offline-pay/sdk/offline';
import { offpay } from '../support/command-line';
import { CERTIFICATES, CHANNEL, OFFLINE_POLICY, VECTOR_KEYS } from '../support/offline-world';
import { BANK, CURRENCY, MERCHANT } from '../support/world';

const PASSPHRASE = 'of the test';
const OWNER = { customerId: 'customer-1', deviceId: 'wallet' };

const issuer = new Issuer({
  ...{ bankId: BANK, channel: CHANNEL },
  key: softwareKey(VECTOR_KEYS.issuer),
  certificate: CERTIFICATES.issuer,
  authority: CERTIFICATES.root,
});
const issuers = [issuer.row];

let home: string;
let device: string;
let terminal: string;

/** What the command says; with `--json` on standard output. */
async function run(party: 'device' | 'terminal', ...args: readonly string[]) {
  const folder = ['--' + party, party === 'device' ? device : terminal];
  return offpay([party, ...args, ...folder], undefined, { OFFPAY_PASSPHRASE: PASSPHRASE });
}

const json = async (party: 'device' | 'terminal', ...args: readonly string[]): Promise<unknown> => {
  const { stdout, stderr } = await run(party, ...args, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout) as unknown;
};

const granted = new Map<number, Buffer>();

/** What the bank signs for an epoch, once. */
async function certificateOf(epoch: number): Promise<Buffer> {
  const { publicKey } = await openKey(device, PASSPHRASE);
  const { bytes } = await issuer.certify({
    ...{ ...OWNER, epoch, publicKey, currency: CURRENCY, total: '20000', policy: OFFLINE_POLICY },
    limits: { perPayment: '5000', total: '20000' },
  });
  granted.set(epoch, bytes);
  return bytes;
}

/** As `offpay device fund` does, after the bank has set the money aside. Where its mark lies, it was told once. */
async function fund(epoch: number): Promise<void> {
  const marks = granted.size === 0 ? { marks: join(home, 'marks') } : {};
  await writeSettings(device, { ...OWNER, issuers, ...marks });
  const bytes = granted.get(epoch) ?? (await certificateOf(epoch));
  await withDevice(device, PASSPHRASE, (opened) => opened.importCertificate(bytes, issuers));
}

/** Its mark lies where it does unless told. */
async function setUpTerminal(): Promise<void> {
  const roots = { [BANK]: [CERTIFICATES.root] };
  const settings = { channel: CHANNEL, merchantId: MERCHANT, terminalId: 'till-1', roots };
  await writeSettings(terminal, settings);
  const bulletin = await issuer.bulletin({ number: 1, revoked: [], policy: OFFLINE_POLICY });
  await withTerminal(terminal, PASSPHRASE, (opened) => opened.learn({ issuers, bulletin }));
}

const at = (order: string, kind: string): string => join(home, `${order}.offpay-${kind}`);

/** Writes the file that the device reads. */
const request = (orderNumber: string): Promise<string> =>
  withTerminal(terminal, PASSPHRASE, async (till) => {
    const asked = { orderNumber, amount: '1250', currency: CURRENCY };
    return saveFile('request', at(orderNumber, 'request'), (await till.request(asked)).bytes);
  });

const pay = (order: string) =>
  run('device', 'pay', '--request', at(order, 'request'), '--out', at(order, 'voucher'));

const accept = (order: string) =>
  run('terminal', 'accept', '--order', order, '--voucher', at(order, 'voucher'));

/** @returns the voucher. */
async function exchange(order: string): Promise<Buffer> {
  const asked = await loadFile('request', await request(order));
  const { bytes } = await withDevice(device, PASSPHRASE, (opened) => opened.pay(asked));
  const accepted = withTerminal(terminal, PASSPHRASE, (till) => till.accept(order, bytes));
  expect(await accepted).toMatchObject({ accepted: true });
  return bytes;
}

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'offline-restore-'));
  process.env['XDG_STATE_HOME'] = join(home, 'state');
  granted.clear();
  [device, terminal] = [join(home, 'device'), join(home, 'terminal')];
  await fund(1);
  await setUpTerminal();
});

const stateHome = process.env['XDG_STATE_HOME'];

afterEach(() => {
  if (stateHome === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = stateHome;
  rmSync(home, { recursive: true, force: true });
});

const backUp = (folder: string): void => cpSync(folder, `${folder}-backup`, { recursive: true });

function putBack(folder: string): void {
  rmSync(folder, { recursive: true });
  cpSync(`${folder}-backup`, folder, { recursive: true });
}

const refused = (code: string, ...told: readonly string[]) => ({
  code: 1,
  stdout: '',
  stderr: expect.stringMatching(new RegExp([code, ...told].join('[^]*'))) as string,
});

test('a device put back pays nothing until it is restored, then out of a new epoch', async () => {
  const first = await exchange('ORD-1');
  backUp(device);
  await exchange('ORD-2');
  await request('ORD-3');
  putBack(device);
  expect(await pay('ORD-3')).toMatchObject(
    refused('STORE_ROLLED_BACK', '"reason":"older"', 'offpay device restore'),
  );
  expect(await json('device', 'restore')).toMatchObject({
    restored: true,
    restoration: { reason: 'older', lost: 2, sealedEpoch: 1 },
    meaning: expect.arrayContaining([
      expect.stringContaining('pays nothing new from epoch 1'),
      expect.stringContaining('offpay device fund'),
    ]) as string[],
  });
  expect(await pay('ORD-3')).toMatchObject(refused('EPOCH_SEALED', 'fund a new epoch'));
  expect(await json('device', 'show')).toMatchObject({
    balances: [{ epoch: 1, sealed: true, spendable: false }],
  });
  await expect(fund(1)).rejects.toMatchObject({ code: 'EPOCH_SEALED' });
  expect(await pay('ORD-1')).toMatchObject({ code: 0 });
  expect((await loadFile('payment', at('ORD-1', 'voucher'))).equals(first)).toBe(true);
  await fund(2);
  expect(await pay('ORD-3')).toMatchObject({ code: 0, stderr: '' });
  expect(await accept('ORD-3')).toMatchObject({ code: 0, stderr: '' });
  expect(await json('device', 'restore')).toMatchObject({ restored: false });
});

test('a terminal put back says nothing of what waits until it is restored', async () => {
  await exchange('ORD-1');
  backUp(terminal);
  await exchange('ORD-2');
  putBack(terminal);
  expect(await run('terminal', 'waiting')).toMatchObject(
    refused('STORE_ROLLED_BACK', 'offpay terminal restore'),
  );
  const { stdout, code } = await run('terminal', 'restore');
  expect(code).toBe(0);
  expect(stdout).toMatch(/2 later writes are lost[^]*accepted since[^]*offpay terminal sync/);
  expect(await json('terminal', 'waiting')).toMatchObject({ count: 1 });
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
    expect(await json(party, 'restore')).toMatchObject({ restoration: { reason: 'empty' } });
  await expect(fund(1)).rejects.toMatchObject({ code: 'EPOCH_SEALED' });
  await fund(2);
  await setUpTerminal();
  await exchange('ORD-2');
});

async function exchangeRefused(): Promise<void> {
  const either = 'STORE_(?:DAMAGED|ROLLED_BACK)';
  expect(await pay('ORD-1')).toMatchObject(refused(either));
  expect(await run('device', 'show')).toMatchObject(refused(either));
  expect(await run('terminal', 'waiting')).toMatchObject(refused('STORE_DAMAGED'));
}

test('a folder without its mark is restored with the epoch that the bank names', async () => {
  await exchange('ORD-1');
  rmSync(join(home, 'marks'), { recursive: true });
  await request('ORD-2');
  expect(await pay('ORD-1')).toMatchObject(refused('STORE_ROLLED_BACK', '"reason":"unmarked"'));
  expect(await json('device', 'restore', '--epoch', '4')).toMatchObject({
    restoration: { reason: 'unmarked', lost: null, sealedEpoch: 4 },
  });
  await expect(fund(4)).rejects.toMatchObject({ code: 'EPOCH_SEALED' });
  expect((await run('device', 'restore', '--epoch', 'x')).stderr).toContain('a whole number');
});
