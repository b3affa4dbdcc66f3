// SPDX-License-Identifier: Apache-2.0
// How fast vouchers settle, against the control and against the bare verification of their signatures. Here devices and
// terminals live in memory: what is measured is the network.
import { createSign, generateKeyPairSync, verify } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { runExpress, terminalLedger } from '@fabric-offline-pay/sdk';
import { Device, memoryStore, softwareKey, Terminal } from '@fabric-offline-pay/sdk/offline';
import { CURRENCY, type World } from '@fabric-offline-pay/testing';
import { envelopeBytes, heightOf } from '../bench/block-bytes.js';
import { burst } from '../bench/burst.js';
import { median, pair, type Pair } from '../bench/pairs.js';
import { newKey } from '../support/offline-world.js';
import type { OfflineNetwork } from './offline-network.js';
import { tillOf } from './tills.js';

/** How much is measured. */
export interface MeasureScale {
  /** Rounds of vouchers, each paired with a round of the control. */
  readonly pairs: number;
  /** Terminals that settle at the same time. */
  readonly terminals: number;
  /** Devices that pay at each. */
  readonly devices: number;
  /** Payments of each device in a round. */
  readonly payments: number;
  /** Submits of the control in a round, and how many are in flight. */
  readonly noops: number;
  readonly inFlight: number;
}

export interface Measured {
  readonly vouchersPerSecond: number;
  readonly noopSubmitsPerSecond: number;
  readonly bytesPerVoucher: number;
  readonly expressOrderBytes: number;
  readonly verificationsPerSecondOneCore: number;
  readonly shareOfVerificationLimit: number;
}

interface Owned {
  readonly customerId: string;
  readonly device: Device;
}

/** A terminal and the devices of its customers. */
interface Corner {
  readonly terminal: Terminal;
  readonly shop: World;
  readonly devices: readonly Owned[];
}

/** Of each payment. */
const AMOUNT = 100n;

async function openCorner(
  network: OfflineNetwork,
  shop: World,
  name: string,
  { devices: count, payments, pairs }: MeasureScale,
): Promise<Corner> {
  const money = (AMOUNT * BigInt(payments * pairs)).toString();
  const key = softwareKey(newKey());
  const till = tillOf(network, shop, name);
  const terminal = await Terminal.open({ ...till, store: memoryStore(), key });
  await terminal.learn(await network.bank.news());
  const devices: Owned[] = [];
  const names = Array.from({ length: count }, (_, index) => `${name}-${index.toString()}`);
  await network.each(names, async (customerId) => {
    const device = await Device.open({ store: memoryStore(), key: softwareKey(newKey()) });
    await network.enrol(customerId, device.publicKey, money);
    devices.push({ customerId, device });
  });
  return { terminal, shop, devices };
}

/** Each device of a corner gets a new reserve, and pays so often out of it; nothing of it is measured. */
async function fill(
  network: OfflineNetwork,
  { terminal, devices }: Corner,
  round: number,
  payments: number,
): Promise<void> {
  const amount = (AMOUNT * BigInt(payments)).toString();
  await network.each(devices, async ({ customerId, device }) => {
    const certificate = await network.reserve(customerId, device.publicKey, amount);
    await device.importCertificate(certificate, [network.bank.issuer.row]);
  });
  for (const [index, { device }] of devices.entries())
    for (let count = 0; count < payments; count += 1) {
      const orderNumber = ['M', round, index, count].join('-');
      const { bytes } = await terminal.request({
        orderNumber,
        amount: AMOUNT.toString(),
        currency: CURRENCY,
      });
      const acceptance = await terminal.accept(orderNumber, (await device.pay(bytes)).bytes);
      if (!acceptance.accepted) throw new Error(acceptance.code);
    }
}

/** Batches of a terminal under way: enough that the processors are busy to the end of a round. */
const IN_FLIGHT = 10;

interface Round {
  readonly perSecond: number;
  /** Of a voucher, in blocks. */
  readonly bytes?: number;
}

async function settleRound(
  { network: { clients } }: OfflineNetwork,
  corners: readonly Corner[],
  vouchers: number,
): Promise<Round> {
  const ledgers = await Promise.all(
    corners.map(async ({ shop }) =>
      terminalLedger(await clients.connection('merchant', 'terminal', shop.merchantId)),
    ),
  );
  const from = await heightOf(clients);
  const started = performance.now();
  const reports = await Promise.all(
    corners.map(({ terminal }, index) => {
      const ledger = ledgers[index];
      if (ledger === undefined) throw new Error('no ledger');
      return terminal.sync(ledger, { inFlight: IN_FLIGHT });
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const settled = reports.reduce((sum, report) => sum + report.settled, 0);
  if (settled !== vouchers) throw new Error(`${settled} of ${vouchers} vouchers settled`);
  await clients.catchUp((await heightOf(clients)) - 1n);
  const bytes = (await envelopeBytes(clients, from, await heightOf(clients))) / vouchers;
  return { perSecond: vouchers / seconds, bytes };
}

const VERIFYING_MS = 1000;

/** Signatures that one core verifies in a second, with nothing else to do. */
function verificationsPerSecond(): number {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const message = Buffer.alloc(200, 7);
  const signature = createSign('sha256').update(message).sign(privateKey);
  const started = performance.now();
  let count = 0;
  for (; performance.now() - started < VERIFYING_MS; count += 1)
    verify('sha256', message, publicKey, signature);
  return (count * 1000) / (performance.now() - started);
}

const ORDERS = 8;

/** What one order with its three transactions weighs in blocks. */
async function expressOrderBytes({ network }: OfflineNetwork): Promise<number> {
  const { clients, world } = network;
  const parties = await world.parties();
  const buyer = await world.customer('express-buyer');
  const loginId = await world.login(buyer);
  const from = await heightOf(clients);
  for (let index = 0; index < ORDERS; index += 1)
    await runExpress(
      parties,
      world.purchase(buyer, loginId, { orderNumber: `X-${index.toString()}` }),
    );
  await clients.catchUp((await heightOf(clients)) - 1n);
  return (await envelopeBytes(clients, from, await heightOf(clients))) / ORDERS;
}

/** The bank and one more endorse; on two cores each has its own. */
const ENDORSERS = 2;

const verificationLimit = (perCore: number): number =>
  perCore / Math.max(1, ENDORSERS / availableParallelism());

async function openCorners(
  network: OfflineNetwork,
  shops: readonly World[],
  scale: MeasureScale,
): Promise<Corner[]> {
  const corners: Corner[] = [];
  for (let index = 0; index < scale.terminals; index += 1) {
    const shop = shops[index % shops.length];
    if (shop === undefined) throw new Error('no shop');
    corners.push(await openCorner(network, shop, `corner-${index.toString()}`, scale));
  }
  return corners;
}

/** Rounds of the control and of vouchers in turns, so that what drifts on the machine meets both. */
async function rounds(
  network: OfflineNetwork,
  corners: readonly Corner[],
  scale: MeasureScale,
  tell: (message: string) => void,
): Promise<Pair<Round>[]> {
  const vouchers = scale.terminals * scale.devices * scale.payments;
  const pairs: Pair<Round>[] = [];
  for (let round = 0; round < scale.pairs; round += 1) {
    for (const corner of corners) await fill(network, corner, round, scale.payments);
    const jobs = Array.from({ length: scale.noops }, () => network.noop.submit('merchant'));
    const measured = await pair<Round>(
      round,
      () => burst(jobs, scale.inFlight),
      () => settleRound(network, corners, vouchers),
    );
    pairs.push(measured);
    const { control, contender } = measured;
    const rates = `${contender.perSecond.toFixed(0)} vouchers, ${control.perSecond.toFixed(0)} noops`;
    tell(`measuring: round ${(round + 1).toString()}: ${rates} a second`);
  }
  return pairs;
}

export async function measure(
  network: OfflineNetwork,
  shops: readonly World[],
  scale: MeasureScale,
  tell: (message: string) => void,
): Promise<Measured> {
  const expressBytes = await expressOrderBytes(network);
  tell(`measuring: enrolling ${(scale.terminals * scale.devices).toString()} devices`);
  const corners = await openCorners(network, shops, scale);
  const pairs = await rounds(network, corners, scale, tell);
  const verifications = verificationsPerSecond();
  const vouchersPerSecond = median(pairs.map(({ contender }) => contender.perSecond));
  return {
    vouchersPerSecond,
    noopSubmitsPerSecond: median(pairs.map(({ control }) => control.perSecond)),
    bytesPerVoucher: median(pairs.map(({ contender }) => contender.bytes ?? 0)),
    expressOrderBytes: expressBytes,
    verificationsPerSecondOneCore: verifications,
    shareOfVerificationLimit: vouchersPerSecond / verificationLimit(verifications),
  };
}
