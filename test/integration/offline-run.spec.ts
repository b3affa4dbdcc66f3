// SPDX-License-Identifier: Apache-2.0
// Payments without a network, from the processes that make them to the ledger of real peers: a small run with every cheat
// that needs a ledger, then what needs an order of arrival, a race, or a place in a batch.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  decodeBulletin,
  openDevice,
  parseCose,
  verdictOf,
  verifyDeviceCertificate,
} from '@fabric-offline-pay/domain';
import { enrolIdentity, networkStatus, stopService } from '@fabric-offline-pay/operate';
import { OfflineBank, startBulletinService } from '@fabric-offline-pay/run';
import type { Connection } from '@fabric-offline-pay/sdk';
import { CURRENCY, POLICY, type World } from '@fabric-offline-pay/testing';
import { mayUnshare } from '../offline/party.js';
import { withHighS } from '../offline/ledger-cheats.js';
import { OfflineNetwork, OFFLINE } from '../offline/offline-network.js';
import { auditCampaign, type Audited } from '../offline/audited.js';
import { reportOf } from '../offline/report.js';
import { run, type Ran } from '../offline/run.js';
import { defined, firstOf } from '../support/defined.js';
import { quickTopology } from '../support/bare-network.js';
import { eventually } from '../support/eventually.js';
import { connectAs } from '../support/foreign-gateway.js';
import {
  forge,
  newKey,
  newRequest,
  pay,
  spkiOf,
  type Device,
  type Payment,
} from '../support/offline-world.js';

const SCALE = { devices: 4, terminals: 3, payments: 16 };
const AMOUNT = 100n;
const PROGRAM = join(__dirname, '..', '..', 'scripts', 'bin', 'offpay.js');

let network: OfflineNetwork;
let ran: Ran;
let here: World;
let there: World;

beforeAll(async () => {
  network = await OfflineNetwork.open(quickTopology);
  const proofs = join(network.folder, 'proofs');
  ran = await run(network, { ...SCALE, proofs, tell: () => undefined });
  [here, there] = ran.shops;
}, 300_000);

afterAll(() => network.close(), 60_000);

const totals = async () =>
  defined(
    (await (await here.bank('auditor')).settlement.totals({})).currencies[CURRENCY],
    'total in the currency',
  );

afterEach(async () => {
  const { issued, redeemed, onLedger } = await totals();
  expect(BigInt(onLedger)).toBe(BigInt(issued) - BigInt(redeemed));
});

describe('a run', () => {
  test('every honest payment is settled once, and every cheat ends as it must', () => {
    expect(ran.outcomes.failed).toEqual([]);
    expect(ran.honest).toHaveLength(SCALE.payments);
  });

  test('every failure has its verdict in the right place', async () => {
    const { verdicts, refusedOffline, settled, accepted } = reportOf(
      ran,
      {} as Parameters<typeof reportOf>[1],
      { totals: { [CURRENCY]: await totals() }, audit: {} as Audited },
    );
    expect(accepted - settled).toBe(2);
    expect(verdicts).toEqual({
      ...{ settled, conflict: 2, duplicate: 1, badSignature: 1, requestMismatch: 6, malformed: 1 },
      ...{ unknownReserve: 1, wrongPayee: 2, wrongChannel: 1, expired: 1, overLimit: 1 },
      ...{ notYet: 1, cancelled: 1 },
    });
    expect(Object.values(refusedOffline)).toEqual(Array.from({ length: 10 }, () => 1));
  });

  test('an auditor finds nothing on its ledger', async () => {
    const audit = await auditCampaign(network, SCALE.payments);
    expect(audit).toMatchObject({ findings: 0 });
    expect(audit.transactions).toBeGreaterThan(50);
  });

  test('every honest payment left a receipt at its device; what was cancelled came back', async () => {
    expect(ran.receipts).toBe(SCALE.payments);
    expect(ran.cancelled).toHaveLength(4);
    const { customerId, deviceId, epoch } = firstOf(ran.cancelled);
    const { offline } = await here.bank('bank-node');
    expect(await offline.readReserve({ customerId, deviceId, epoch })).toMatchObject({
      cancelled: [1, 3, 5, 7],
      ...{ returned: '400', settled: '300' },
    });
  });

  test('proofs convict by the command line, without a network, and only under the right root', () => {
    const files = ran.terminals.flatMap(({ proofFiles }) => proofFiles);
    expect(files).toHaveLength(2);
    const root = join(network.folder, 'bank-ca.pem');
    writeFileSync(root, network.bank.issuer.row.authority);
    const other = network.network.clients.organisation('merchant').ca.tlsRootCertPath;
    expect(files.map((file) => verifyFraud(file, root))).toEqual([0, 0]);
    expect(files.map((file) => verifyFraud(file, other))).toEqual([1, 1]);
  });

  test('a double spend is a case of the bank, and its device is frozen', async () => {
    const auditor = await here.bank('auditor');
    const bankId = network.bank.issuer.row.bankId;
    const { frauds } = await auditor.offline.listFrauds({ bankId, open: true });
    expect(frauds.map(({ customerId }) => customerId).sort()).toEqual([
      'cheat-cloned',
      'cheat-rolledback',
    ]);
    expect(frauds.every(({ proven, lossBearer }) => proven && lossBearer === 'merchant')).toBe(
      true,
    );
    for (const { customerId, deviceId, epoch } of frauds)
      expect(await auditor.offline.readReserve({ customerId, deviceId, epoch })).toMatchObject({
        status: 'frozen',
        settled: AMOUNT.toString(),
      });
  });
});

function verifyFraud(file: string, root: string): number | null {
  const command = [process.execPath, PROGRAM, 'verify-fraud', file, '--trust', root];
  const [program = '', ...args] = mayUnshare() ? ['unshare', '--net', ...command] : command;
  return spawnSync(program, args).status;
}

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** A funded device whose owner has its key. */
async function device(customerId: string): Promise<Device> {
  const key = newKey();
  const certificateBytes = await network.fund(customerId, spkiOf(key));
  return certified(key, certificateBytes);
}

function certified(key: Device['key'], certificateBytes: Buffer): Device {
  const held = verifyDeviceCertificate(certificateBytes, [network.bank.issuer.row]);
  const { certificate } = held;
  return { key, certificate, certificateBytes, held, state: openDevice(certificate) };
}

let orders = 0;

const request = (merchantId = here.merchantId): Buffer => {
  const now = nowSeconds();
  orders += 1;
  return newRequest({
    ...{ merchantId, channel: network.network.clients.channel, orderNumber: `I-${orders}` },
    ...{ amount: AMOUNT, bulletinNumber: 1, createdAt: now, expiresAt: now + 600 },
  });
};

type Claim = Pick<Payment, 'voucher' | 'requestPayload'>;

const reserveOf = ({ certificate: { customerId, deviceId, epoch } }: Device) => ({
  ...{ customerId, deviceId, epoch },
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

async function settle(
  shop: World,
  batchId: string,
  owner: Device,
  claims: readonly Claim[],
  connection?: Connection,
) {
  const { offline } = connection?.client ?? (await shop.merchant('terminal'));
  const vouchers = claims.map(({ voucher, requestPayload }) => ({
    voucher: base64(voucher),
    request: base64(requestPayload),
  }));
  const reserves = [{ ...reserveOf(owner), vouchers }];
  const batch = { merchantId: shop.merchantId, batchId, currency: CURRENCY, reserves };
  const { result } = await offline.settle(batch);
  return { ...result, names: result.verdicts.map(verdictOf) };
}

const payOnce = (owner: Device, shop = here): Payment =>
  pay(owner, request(shop.merchantId), nowSeconds());

/** A device and its copy, of which each pays once at another merchant. */
async function cloneDevice(customerId: string): Promise<[Device, Payment, Payment]> {
  const owner = await device(customerId);
  const copy = { ...owner };
  return [owner, payOnce(owner, here), payOnce(copy, there)];
}

test.each([0, 1])(
  'of a cloned device, the first voucher that is settled is paid: order %d',
  async (first) => {
    const [owner, one, two] = await cloneDevice(`clone-order-${first}`);
    const arrivals = [
      [here, one],
      [there, two],
    ] as const;
    const [before, after] = first === 0 ? arrivals : [arrivals[1], arrivals[0]];
    const batchId = `order-${first}`;
    expect((await settle(before[0], batchId, owner, [before[1]])).names).toEqual(['settled']);
    expect((await settle(after[0], batchId, owner, [after[1]])).names).toEqual(['conflict']);
    const again = await settle(before[0], `${batchId}-again`, owner, [before[1]]);
    expect(again.names).toEqual(['duplicate']);
  },
);

test('a copy that uses other counters contradicts itself by its sums', async () => {
  const [owner, one] = await cloneDevice('clone-disjoint');
  const requestPayload = request(there.merchantId);
  const later = forge(
    one,
    // The least that eight payments before it can have been: less than the first of them was.
    { counter: 9, previous: one.digest, cumulative: AMOUNT + 8n },
    requestPayload,
  );
  expect((await settle(here, 'disjoint', owner, [one])).names).toEqual(['settled']);
  expect((await settle(there, 'disjoint', owner, [later])).names).toEqual(['conflict']);
});

test.each([0, 1, 2, 3, 4])('one bad voucher at place %d leaves the others alone', async (place) => {
  const owner = await device(`bad-place-${place}`);
  const claims: Claim[] = Array.from({ length: 4 }, () => payOnce(owner));
  const bad = firstOf(claims);
  claims.splice(place, 0, { ...bad, voucher: withHighS(bad.voucher) });
  const { names, credited } = await settle(here, `bad-place-${place}`, owner, claims);
  expect(names.map((name, index) => (index === place ? name : 'settled'))).toEqual(names);
  expect(names[place]).toBe('badSignature');
  expect(credited).toBe((4n * AMOUNT).toString());
});

/** One connection with its own certificate for each of this many terminals of the shop. */
async function ownTerminals(shop: World, count: number): Promise<Connection[]> {
  const { home, clients, statistics } = network.network;
  const { id } = clients.organisation('merchant');
  const connections: Connection[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `own-till-${index}`;
    const identity = { name, role: 'terminal', actor: shop.merchantId };
    const certificate = await enrolIdentity(home, id, identity);
    connections.push(connectAs(clients, 'merchant', certificate, { statistics }));
  }
  return connections;
}

test('the same batch from three terminals at once is paid once, and gets the same answer three times', async () => {
  const terminals = await ownTerminals(here, 3);
  try {
    const owner = await device('three-times');
    const claims = [payOnce(owner), payOnce(owner), payOnce(owner)];
    const before = BigInt((await totals()).credits);
    const answers = await Promise.all(
      terminals.map((terminal) => settle(here, 'three-times', owner, claims, terminal)),
    );
    for (const { names } of answers) expect(names).toEqual(['settled', 'settled', 'settled']);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(BigInt((await totals()).credits) - before).toBe(3n * AMOUNT);
    const { offline } = await here.bank('bank-node');
    expect(await offline.readReserve(reserveOf(owner))).toMatchObject({
      ...{ status: 'active', settled: (3n * AMOUNT).toString() },
    });
  } finally {
    for (const terminal of terminals) terminal.close();
  }
});

const TOP_UPS = 5;

/** Each top-up is certified by the bank, put on the ledger and learnt by the device, which pays under it from then on. */
async function topUp(owner: Device): Promise<Device> {
  const { bytes } = await network.bank.issuer.topUp(owner.certificate, '100', OFFLINE);
  const raised = certified(owner.key, bytes);
  const { offline } = await here.bank('bank-node');
  const { sequence } = raised.certificate;
  await offline.topUp({ ...reserveOf(raised), sequence, certificate: base64(bytes) });
  return raised;
}

/** Does something at a pace, which no condition can tell: what takes longer is made up for. */
async function repeatEvery(milliseconds: number, work: () => Promise<boolean>): Promise<void> {
  for (let next = Date.now() + milliseconds; await work(); next += milliseconds)
    await wait(Math.max(0, next - Date.now()));
}

test('a device that is topped up every second while its vouchers settle loses none', async () => {
  const key = newKey();
  await network.enrol('topped-up', spkiOf(key), '20000');
  let owner = certified(key, await network.reserve('topped-up', spkiOf(key), '10000'));
  let topUps = 0;
  /** For each voucher, how many top-ups its device had learnt. */
  const paidAfter: number[] = [];
  const toppingUp = async (): Promise<boolean> => {
    const raised = await topUp(owner);
    owner = { ...raised, state: owner.state };
    topUps += 1;
    return topUps < TOP_UPS;
  };
  const settling = async (): Promise<boolean> => {
    const last = topUps === TOP_UPS;
    const batchId = `topped-up-${paidAfter.length}`;
    paidAfter.push(topUps);
    expect((await settle(here, batchId, owner, [payOnce(owner)])).names).toEqual(['settled']);
    return !last && paidAfter.length < OFFLINE.count;
  };
  await Promise.all([repeatEvery(1_000, toppingUp), repeatEvery(500, settling)]);
  expect(paidAfter.at(-1)).toBe(TOP_UPS);
  expect(new Set(paidAfter).size).toBeGreaterThan(2);
  const { offline } = await here.bank('bank-node');
  expect(await offline.readReserve(reserveOf(owner))).toMatchObject({
    ...{ status: 'active', funded: '10500' },
    settled: (BigInt(paidAfter.length) * AMOUNT).toString(),
  });
});

test('a voucher of an unknown epoch is not paid', async () => {
  const owner = await device('unknown-epoch');
  const other = { ...owner, certificate: { ...owner.certificate, epoch: 7 } };
  expect((await settle(here, 'unknown-epoch', other, [payOnce(owner)])).names).toEqual([
    'unknownReserve',
  ]);
});

/** Starts the bank's process, waits for the bulletin that it is to issue, and ends it. */
async function issuedByService(what: string, isIt: (bulletin: Buffer) => boolean): Promise<void> {
  const { home } = network.network;
  const statusOf = () => networkStatus(home).nodes.find(({ name }) => name === 'bank-bulletins');
  await startBulletinService(home);
  await eventually(what, async () => {
    const signed = await network.bank.bulletins.signed();
    return signed !== undefined && isIt(signed) ? signed : undefined;
  });
  expect(statusOf()).toMatchObject({ state: 'running', restarts: 0 });
  await stopService(home, 'bank-bulletins');
  expect(statusOf()).toBeUndefined();
  expect(existsSync(join(home, 'bank', 'bulletins-ready.json'))).toBe(false);
}

const readBulletin = (signed: Buffer) =>
  decodeBulletin(parseCose('offpay/bulletin', signed).payload);

test("the bank's process issues a new bulletin when the policy changed, and ends on request", async () => {
  const { clients } = network.network;
  const changed = { acceptSeconds: OFFLINE.acceptSeconds + 1 };
  const offline = { ...OFFLINE, ...changed, version: OFFLINE.version + 1 };
  const proposal = { kind: 'policy' as const, policy: { ...POLICY, offline } };
  for (const role of ['bank', 'merchant'] as const) {
    const { identity } = await clients.client(role, 'operator');
    await clients.catchUp((await identity.vote({ proposal })).blockNumber);
  }
  const before = defined(await network.bank.bulletins.current(), 'bulletin');
  const isNew = (signed: Buffer): boolean => readBulletin(signed).policy.version === 2;
  await issuedByService('the bulletin with the new policy', isNew);
  const after = await network.bank.bulletins.current();
  // Another policy has another number, so that a request says by its bulletin what it was made under.
  expect([after?.number, after?.revoked]).toEqual([before.number + 1, before.revoked]);
});

test('a retired issuer is followed by the next one, and what it funded is paid', async () => {
  const owner = await device('before-retirement');
  const { bankId, kid } = network.bank.issuer.row;
  const { offline } = await here.bank('operator');
  const retired = await offline.retireIssuer({ bankId, kid, compromised: true });
  await network.network.clients.catchUp(retired.blockNumber);
  await expect(device('after-retirement')).rejects.toMatchObject({
    code: 'OFFLINE_ISSUER_RETIRED',
  });
  const kidOf = (signed: Buffer) => parseCose('offpay/bulletin', signed).kid?.toString('hex');
  await issuedByService('the bulletin of the next issuer', (signed) => kidOf(signed) !== kid);
  const next = await OfflineBank.open(network.network.clients);
  expect(next.issuer.row.kid).not.toBe(kid);
  expect((await next.news()).issuers?.map((issuer) => issuer.kid)).toEqual([next.issuer.row.kid]);
  const key = newKey();
  await network.enrol('by-the-next', spkiOf(key), '1000');
  const request = { customerId: 'by-the-next', deviceId: 'phone', publicKey: spkiOf(key) };
  await next.fund({ ...request, currency: CURRENCY, amount: '1000' });
  const { names } = await settle(here, 'after-retirement', owner, [payOnce(owner)]);
  expect(names).toEqual(['settled']);
});
