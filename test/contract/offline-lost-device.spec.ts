// SPDX-License-Identifier: Apache-2.0
// A device is lost with vouchers in every state that one can be in. When its time to claim is over and the rest has moved to
// another device, nobody has lost what the other cannot prove: to the cent, on the ledger in memory.
import { toAmount, toUnits, type Amount, type InputOf } from '@fabric-offline-pay/domain';
import {
  clientLedger,
  Device,
  Issuer,
  memoryStore,
  softwareKey,
  Terminal,
  type OfflineKey,
  type TerminalLedger,
} from '@fabric-offline-pay/sdk/offline';
import { BANK, CURRENCY, MERCHANT } from '@fabric-offline-pay/testing';
import { availableTo, earnedBy } from '../support/balances.js';
import { defined } from '../support/defined.js';
import { archiveOf } from '../support/memory-archive.js';
import { CHANNEL, memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';
import { issuerOn } from '../support/offline-issuer.js';
import { base64, nowSeconds, OFFLINE, OfflineLedger } from '../support/offline-ledger.js';
import { exchange } from '../support/offline-room.js';
import { CERTIFICATES, newKey, spkiOf } from '../support/offline-world.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';

const MONEY = 1_000_000n;
const TOTAL = 20_000n;
const CUSTOMER = 'customer-1';
const LOST = { customerId: CUSTOMER, deviceId: 'phone', epoch: 1 };
const TABLET_KEY = spkiOf(newKey());
const LIMITS = { perPayment: '5000', total: '20000' };

/** What becomes of each voucher; every amount says in a sum whose it is. */
const PAID = {
  settled: 1_000n,
  waiting: 700n,
  /** Its till forgot it, and nobody else can tell. */
  forgotten: 450n,
  /** The till never read it. */
  unread: 300n,
  /** The bank knew it before the device was lost. */
  cancelled: 250n,
  /** Only the device knew. */
  cancelledUntold: 150n,
} as const;
type Fate = keyof typeof PAID;

const EARNED = PAID.settled + PAID.waiting;

let memory: MemoryWorld;
let ledger: OfflineLedger;
let issuer: Issuer;
let key: OfflineKey;
let device: Device;

beforeAll(stopTime);
afterAll(resumeTime);

beforeEach(async () => {
  memory = await memoryWorld();
  ledger = await OfflineLedger.open(memory);
  issuer = issuerOn(CHANNEL);
  key = softwareKey((await memory.world.customer(CUSTOMER)).privateKey);
  device = await Device.open({ store: memoryStore(), key, issuers: [issuer.row] });
  const bytes = await certify(LOST, key.publicKey, toAmount(TOTAL));
  await ledger.node.offline.fund({ ...LOST, certificate: base64(bytes) });
  await device.importCertificate(bytes, [issuer.row]);
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

async function certify(reserve: typeof LOST, publicKey: string, total: Amount): Promise<Buffer> {
  const grant = { ...reserve, publicKey, currency: CURRENCY, limits: LIMITS, policy: OFFLINE };
  return (await issuer.certify({ ...grant, total })).bytes;
}

const till = (): TerminalLedger =>
  clientLedger(ledger.merchant('terminal'), archiveOf(memory.ledger));

/** A till that customers can tell, as it was when it last had a network. */
async function openTill(
  terminalId: string,
  store = memoryStore(),
  own: OfflineKey = softwareKey(newKey()),
): Promise<Terminal> {
  const terminal = await Terminal.open({
    ...{ store, key: own, channel: CHANNEL, merchantId: MERCHANT, terminalId },
    roots: { [BANK]: [CERTIFICATES.root] },
  });
  await terminal.sync(till());
  const payee = await issuer.certifyPayee({
    ...{ publicKey: own.publicKey, merchantId: MERCHANT, terminalId },
    ...{ name: 'Bäckerei Sørensen', licence: 'LIC-1', validUntil: 4_102_444_800 },
  });
  await terminal.learn({ payee });
  return terminal;
}

const available = (): Promise<bigint> => availableTo(ledger.node, CUSTOMER);
const standing = async (reserve: typeof LOST): Promise<bigint> => {
  const { funded, settled, returned } = await ledger.node.offline.readReserve(reserve);
  return toUnits(funded) - toUnits(settled) - toUnits(returned);
};
const earned = (): Promise<bigint> => earnedBy(ledger.node, MERCHANT);

const accept = (terminal: Terminal, fate: Fate, by = device) =>
  exchange(terminal, by, fate, toAmount(PAID[fate]));

/** The device signs it, and the till reads nothing. */
async function sign(terminal: Terminal, fate: Fate): Promise<Buffer> {
  const asked = { orderNumber: fate, amount: toAmount(PAID[fate]), currency: CURRENCY };
  const { bytes } = await terminal.request(asked);
  return (await device.pay(bytes)).bytes;
}

async function cancel(terminal: Terminal, fate: Fate): Promise<void> {
  await sign(terminal, fate);
  for (const statement of await terminal.cancel(fate)) await device.importCancellation(statement);
}

/** The bank learns which voucher the terminal cancelled. */
async function tellCancelled(): Promise<void> {
  for (const { amount, ...cancelled } of await device.cancelled()) {
    const { result } = await ledger.node.offline.cancel(cancelled);
    expect(result.returned).toBe(amount);
  }
}

const report = async (): Promise<void> => {
  const revoked = [{ ...LOST, epoch: 'all' as const }];
  const bulletin = await issuer.bulletin({ number: 2, revoked, policy: OFFLINE });
  await ledger.node.offline.revokeReserve({ ...LOST, bulletin: base64(bulletin) });
};

/** The rest of the lost device's reserve, in another device. */
async function reissue(total: bigint): Promise<string> {
  const publicKey = TABLET_KEY;
  const next = { customerId: CUSTOMER, deviceId: 'tablet', epoch: 1 };
  const { identity, offline } = ledger.bank('teller');
  await identity.registerDevice({ customerId: CUSTOMER, deviceId: next.deviceId, publicKey });
  const certificate = base64(await certify(next, publicKey, toAmount(total)));
  const input: InputOf<'offline', 'reissue'> = {
    ...{ ...next, certificate },
    ...{ lostDeviceId: LOST.deviceId, lostEpoch: LOST.epoch },
  };
  return (await offline.reissue(input)).result.funded;
}

const passClaimUntil = async (): Promise<void> => {
  const { claimUntil } = await ledger.node.offline.readReserve(LOST);
  passSeconds(claimUntil - nowSeconds() + 61);
};

test('what was accepted and is brought is paid, and all else is the customer’s again', async () => {
  const [online, offline] = [await openTill('till-1'), await openTill('till-2')];
  const contents = new Map<string, string>();
  const own = softwareKey(newKey());
  const forgetful = await openTill('till-3', memoryStore(contents), own);
  expect(await accept(online, 'settled')).toMatchObject({ accepted: true });
  expect(await online.sync(till())).toMatchObject({ settled: 1 });
  expect(await accept(offline, 'waiting')).toMatchObject({ accepted: true });
  expect(await accept(forgetful, 'forgotten')).toMatchObject({ accepted: true });
  const unread = await sign(online, 'unread');
  await cancel(online, 'cancelled');
  await tellCancelled();
  await cancel(online, 'cancelledUntold');

  // The device is lost, and the memory of one till with it.
  contents.clear();
  const anew = await openTill('till-3', memoryStore(contents), own);
  await report();
  expect(await anew.sync(till())).toMatchObject({ settled: 0, refused: 0, waiting: { count: 0 } });
  expect(await offline.sync(till())).toMatchObject({ settled: 1, refused: 0 });
  expect(await earned()).toBe(EARNED);

  await expect(reissue(TOTAL - EARNED - PAID.cancelled)).rejects.toMatchObject({
    code: 'OFFLINE_CLAIM_OPEN',
  });
  await passClaimUntil();
  const rest = TOTAL - EARNED - PAID.cancelled;
  expect(await reissue(rest)).toBe(toAmount(rest));
  expect(await available()).toBe(MONEY - TOTAL + PAID.cancelled);
  expect(await standing({ ...LOST, deviceId: 'tablet' })).toBe(rest);
  expect(await standing(LOST)).toBe(0n);
  expect((await available()) + rest + (await earned())).toBe(MONEY);

  // A finder who shows the unread voucher of the device comes too late.
  expect(await online.accept('unread', unread)).toMatchObject({ accepted: false });
  const { frauds } = await ledger.node.offline.listFrauds({ bankId: BANK, open: false });
  expect(frauds).toEqual([]);
});

test('a till that reads the voucher after the report is paid, if its bulletin could not know', async () => {
  const [informed, remote] = [await openTill('till-1'), await openTill('till-2')];
  await report();
  await informed.sync(till());
  expect(await accept(informed, 'unread')).toMatchObject({ code: 'OFFLINE_REVOKED' });
  expect(await accept(remote, 'waiting')).toMatchObject({ accepted: true });
  expect(await remote.sync(till())).toMatchObject({ settled: 1 });
  await passClaimUntil();
  const rest = TOTAL - PAID.waiting;
  expect(await reissue(rest)).toBe(toAmount(rest));
  expect(await earned()).toBe(PAID.waiting);
});

test('a till that did not lose the evidence is paid out of it, though another till forgot', async () => {
  const [first, second] = [await openTill('till-1'), await openTill('till-2')];
  const acceptance = await accept(first, 'forgotten');
  if (!acceptance.accepted) throw new Error(acceptance.code);
  await device.importReceipt(acceptance.receipt);
  const { bytes } = defined(await device.evidence({ epoch: 1, counter: 1 }), 'evidence');
  // The owner showed it to the second till before the device was lost.
  await second.importPayment(defined(bytes, 'bytes of the evidence'));
  await report();
  expect(await second.sync(till())).toMatchObject({ settled: 1 });
  await passClaimUntil();
  expect(await reissue(TOTAL - PAID.forgotten)).toBe(toAmount(TOTAL - PAID.forgotten));
  expect(await earned()).toBe(PAID.forgotten);
});
