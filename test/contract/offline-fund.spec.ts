// SPDX-License-Identifier: Apache-2.0
// Money set aside for the device of a folder, over the real contracts: what goes wrong on the way leaves no money that no device
// can spend, and no folder that cannot go on.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeDeviceCertificate,
  firstStanding,
  offlineLimits,
  parseCose,
} from '@fabric-offline-pay/domain';
import {
  type FolderFunding,
  fundFolder,
  type FundingBank,
  openKey,
  restoreParty,
  updateIssuers,
  withDevice,
} from '@fabric-offline-pay/run';
import { RefusedError } from '@fabric-offline-pay/sdk';
import { HIGHEST_EPOCH, Issuer } from '@fabric-offline-pay/sdk/offline';
import { BANK, CURRENCY, POLICY } from '@fabric-offline-pay/testing';
import { nextEpoch } from '../../network/run/src/offline/next-epoch.js';
import { defined } from '../support/defined.js';
import { CHANNEL, memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { issuerOn } from '../support/offline-issuer.js';
import { base64, OFFLINE, OfflineLedger } from '../support/offline-ledger.js';
import { OfflineFolders, PASSPHRASE } from '../support/offline-folders.js';
import { textWith } from '../support/text-matchers.js';

const OWNER = { customerId: 'customer-1', deviceId: 'wallet' };
const WANTED: FolderFunding = { ...OWNER, currency: CURRENCY, amount: '2000' };

let memory: MemoryWorld;
let ledger: OfflineLedger;
let issuer: Issuer;
let folders: OfflineFolders;
let folder: string;

beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
  issuer = issuerOn(CHANNEL);
  await memory.world.customer(OWNER.customerId);
  folders = new OfflineFolders();
  folder = folders.device;
});
afterEach(() => {
  folders.close();
  expect(missingMoney(memory.ledger.state())).toBe(0n);
});

async function reservesOf(): Promise<readonly number[]> {
  const { reserves } = await ledger.node.offline.listReserves({ customerId: OWNER.customerId });
  return reserves.map(({ epoch }) => epoch);
}

/** As the command line has it, over the ledger in memory. */
const bank = (more: Partial<FundingBank> = {}): FundingBank => ({
  ...{ channel: CHANNEL, bankId: BANK },
  issuers: () => Promise.resolve([issuer.row]),
  register: async (device) => {
    await ledger.bank('teller').identity.registerDevice(device);
  },
  sign: async ({ amount, after, ...request }) => {
    const limits = defined(
      offlineLimits(POLICY, firstStanding(POLICY.reputation), CURRENCY),
      'limits',
    );
    const { reserves } = await ledger.node.offline.listReserves({ customerId: OWNER.customerId });
    const epoch = nextEpoch(reserves, request.deviceId, after);
    const grant = { ...request, epoch, total: amount, limits, policy: OFFLINE };
    return (await issuer.certify(grant)).bytes;
  },
  submit: async (bytes) => {
    const { payload } = parseCose('offpay/device-certificate', bytes);
    const { epoch } = decodeDeviceCertificate(payload);
    await ledger.node.offline.fund({ ...OWNER, epoch, certificate: base64(bytes) });
  },
  ...more,
});

const fund = (more: Partial<FundingBank> = {}, wanted: Partial<FolderFunding> = {}) =>
  fundFolder(folder, PASSPHRASE, bank(more), { ...WANTED, ...wanted });

const at = (name: string): string => join(folder, name);

const settings = (): unknown => JSON.parse(readFileSync(at('settings.json'), 'utf8'));

const pending = (): boolean => existsSync(at('pending.offpay-certificate'));

const invalid = (option: string, reason: string) => ({
  code: 'CONFIGURATION_INVALID',
  details: { option, reason: textWith(reason) },
});

/** The answer of the ledger never came. */
const unheard = {
  submit: async (bytes: Uint8Array): Promise<void> => {
    await bank().submit(bytes);
    throw new Error('the line went dead');
  },
};

test('a device that was restored above what the bank granted is funded above it', async () => {
  await fund();
  await restoreParty('device', folder, PASSPHRASE, { epoch: 50 });
  expect(await fund()).toMatchObject({ balance: { epoch: 51, spendable: true }, pending: null });
  expect(await reservesOf()).toEqual([1, 51]);
});

test('where no epoch is left, nothing is set aside', async () => {
  await fund();
  await restoreParty('device', folder, PASSPHRASE, { epoch: HIGHEST_EPOCH });
  await expect(fund()).rejects.toMatchObject({ code: 'OFFLINE_MALFORMED' });
  expect(await reservesOf()).toEqual([1]);
});

test.each([{ channel: 'other' }, { bankId: 'bank-2' }])(
  'a device of one bank is neither funded by another nor told to trust it: %j',
  async (other) => {
    await fund();
    const before = settings();
    const theirs = { ...other, issuers: () => Promise.resolve([]) };
    const refused = invalid('--home', 'the device belongs to bank');
    await expect(fund(theirs)).rejects.toMatchObject(refused);
    await expect(updateIssuers(folder, PASSPHRASE, bank(theirs))).rejects.toMatchObject(refused);
    expect(settings()).toEqual(before);
    expect(await reservesOf()).toEqual([1]);
  },
);

test('a fund whose answer never came is finished by the next, and sets nothing more aside', async () => {
  await expect(fund(unheard)).rejects.toThrow('the line went dead');
  expect(await reservesOf()).toEqual([1]);
  expect(pending()).toBe(true);
  await expect(fund({ bankId: 'bank-2' })).rejects.toMatchObject(
    invalid('--home', 'belongs to bank'),
  );
  expect(await fund()).toMatchObject({ balance: { epoch: 1 }, pending: { state: 'imported' } });
  expect(await reservesOf()).toEqual([1]);
  expect(pending()).toBe(false);
  expect(await fund()).toMatchObject({ balance: { epoch: 2 }, pending: null });
});

test('a fund that never reached the ledger is brought there by the next', async () => {
  const submit = () => Promise.reject(new Error('no network'));
  await expect(fund({ submit })).rejects.toThrow('no network');
  expect(await reservesOf()).toEqual([]);
  expect(await fund()).toMatchObject({ balance: { epoch: 1 }, pending: { state: 'imported' } });
  expect(await reservesOf()).toEqual([1]);
});

test('what the ledger refuses for good is not kept, and an interrupted one is told', async () => {
  const unregistered = { register: () => Promise.resolve() };
  await expect(fund(unregistered)).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
  expect(pending()).toBe(false);
  await expect(fund({ submit: () => Promise.reject(new Error('killed')) })).rejects.toThrow();
  const certificate = base64(
    await bank().sign({ ...WANTED, publicKey: await publicKeyOf(), amount: '1000' }),
  );
  await ledger.node.offline.fund({ ...OWNER, epoch: 1, certificate });
  expect(await fund()).toMatchObject({
    balance: { epoch: 2 },
    pending: { state: 'refused', code: 'IDEMPOTENCY_CONFLICT' },
  });
  expect(pending()).toBe(false);
});

test("a refusal that tells of the peer's clock leaves the certificate to be taken up", async () => {
  const skewed = new RefusedError({ code: 'CLOCK_SKEW', message: 'a minute ahead', details: {} });
  const submit = () => Promise.reject(skewed);
  await expect(fund({ submit })).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
  expect(pending()).toBe(true);
  expect(await fund()).toMatchObject({ balance: { epoch: 1 }, pending: { state: 'imported' } });
});

const publicKeyOf = async (): Promise<string> => (await openKey(folder, PASSPHRASE)).publicKey;

test('a certificate of an epoch that was sealed meanwhile is given up unsubmitted', async () => {
  await expect(fund({ submit: () => Promise.reject(new Error('killed')) })).rejects.toThrow();
  await restoreParty('device', folder, PASSPHRASE, { epoch: 1 });
  expect(await fund()).toMatchObject({
    balance: { epoch: 2 },
    pending: { state: 'refused', code: 'EPOCH_SEALED' },
  });
  expect(await reservesOf()).toEqual([2]);
});

test('a file in the place of the certificate that is none is told', async () => {
  await fund();
  writeFileSync(at('pending.offpay-certificate'), 'x');
  await expect(fund()).rejects.toMatchObject(
    invalid(at('pending.offpay-certificate'), 'move the file away'),
  );
  expect(await reservesOf()).toEqual([1]);
});

test('a first fund that fails leaves a folder that goes on, and is nobody’s while the customer is unknown', async () => {
  const marks = join(folders.home, 'elsewhere');
  await expect(fund({}, { customerId: 'customer-x', marks })).rejects.toMatchObject({
    code: 'CUSTOMER_UNKNOWN',
  });
  expect(['settings.json', 'store'].map((name) => existsSync(at(name)))).toEqual([false, false]);
  const failing = () => Promise.reject(new Error('no network'));
  await expect(fund({ sign: failing }, { marks })).rejects.toThrow('no network');
  expect(settings()).toMatchObject({ ...OWNER, marks });
  expect(await withDevice(folder, PASSPHRASE, (device) => device.owner())).toBeUndefined();
  expect(await fund()).toMatchObject({ balance: { epoch: 1 } });
});

test('settings that are lost are written anew from the newest certificate', async () => {
  const marks = join(folders.home, 'elsewhere');
  await expect(updateIssuers(join(folders.home, 'none'), PASSPHRASE, bank())).rejects.toMatchObject(
    invalid('--device', 'is not a folder of a device'),
  );
  await fund({}, { marks });
  const before = settings();
  rmSync(at('settings.json'));
  await updateIssuers(folder, PASSPHRASE, bank(), { marks });
  expect(settings()).toEqual(before);
});
