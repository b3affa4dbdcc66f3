// SPDX-License-Identifier: Apache-2.0
// One run: prepared with a network, paid without one, settled when it is back, and measured.
import { everyEntry } from '@fabric-offline-pay/sdk';
import type { CancelledVoucher } from '@fabric-offline-pay/sdk/offline';
import type { World } from '@fabric-offline-pay/testing';
import type { OfflineNetwork } from './offline-network.js';
import {
  cheat,
  endCheats,
  prepareCheats,
  DOUBLE_SPENDS,
  SETTLED_CHEATS,
} from './offline-cheats.js';
import { payAll, planPayments, type CarriedBytes, type HonestPayment } from './honest.js';
import { cheatLedger } from './ledger-cheats.js';
import { Outcomes } from './outcomes.js';
import { given, mayUnshare, type TerminalProcess } from './party.js';
import type { Isolation } from './processes/isolation.js';
import { convicts, synchronise, type Synchronised } from './synchronise.js';
import { learnNews, openPayer, openTill, type Payer } from './tills.js';

export interface RunScale {
  readonly devices: number;
  readonly terminals: number;
  readonly payments: number;
}

export interface RunOptions extends RunScale {
  /** Folder for the proofs of double spends. */
  readonly proofs: string;
  readonly tell: (message: string) => void;
}

export interface Ran {
  /** Of the two merchants. */
  readonly shops: readonly [World, World];
  readonly honest: readonly HonestPayment[];
  /** Of each honest payment. */
  readonly carried: readonly CarriedBytes[];
  readonly outcomes: Outcomes;
  readonly terminals: readonly Synchronised[];
  /** Of the batch that a merchant altered. */
  readonly alteredVerdicts: readonly string[];
  readonly convicted: number;
  readonly batches: readonly Batch[];
  /** Vouchers whose money came back, since their payee never read them. */
  readonly cancelled: readonly CancelledVoucher[];
  /** Honest payments of which the device keeps the terminal's receipt. */
  readonly receipts: number;
}

/** Terminals belong to the shops in turn; there are two at least, so that there are two merchants. */
const SHOPS = 2;

type Parties = readonly [payers: readonly Payer[], tills: readonly TerminalProcess[]];

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function openParties(
  network: OfflineNetwork,
  shops: readonly World[],
  { devices, terminals }: RunScale,
): Promise<Parties> {
  const tills = range(terminals).map((index) => {
    const shop = shops[index % shops.length];
    if (shop === undefined) throw new Error('no shop');
    return openTill(network, shop, `till-${index.toString()}`);
  });
  const payers: Payer[] = [];
  await network.each(range(devices), async (index) => {
    payers[index] = await openPayer(network, `payer-${index.toString()}`);
  });
  return [payers, tills];
}

const isIsolated = ({ interfaces, sockets, endpoints }: Isolation): boolean =>
  interfaces.length + sockets + endpoints === 0;

/** @throws {Error} when a process has a network, or once opened a socket that it still has. */
async function ensureIsolated([payers, tills]: Parties): Promise<void> {
  for (const party of [...payers.map(({ device }) => device), ...tills]) {
    const found = given(await party.isolation());
    const offline = mayUnshare() ? isIsolated(found) : found.sockets === 0;
    if (!offline) throw new Error(`${party.folder} has a network: ${JSON.stringify(found)}`);
  }
}

interface OfflinePhase {
  readonly honest: readonly HonestPayment[];
  readonly carried: readonly CarriedBytes[];
  readonly outcomes: Outcomes;
  readonly tills: readonly TerminalProcess[];
  readonly cancelled: readonly CancelledVoucher[];
  readonly receipts: number;
}

/** What the devices say at the end, not what was said to them. */
async function countReceipts(payers: readonly Payer[]): Promise<number> {
  let count = 0;
  for (const { device } of payers)
    count += given(await device.history()).filter(({ state }) => state === 'accepted').length;
  return count;
}

async function offlinePhase(
  network: OfflineNetwork,
  shops: readonly [World, World],
  options: RunOptions,
): Promise<OfflinePhase> {
  const { tell, payments } = options;
  tell(`enrolling ${options.devices} devices, starting ${options.terminals} terminals`);
  const parties = await openParties(network, shops, options);
  const [payers, tills] = parties;
  const [here, there] = tills;
  if (here === undefined || there === undefined) throw new Error('two terminals at least');
  const outcomes = new Outcomes();
  const cheats = await prepareCheats(network, outcomes, shops[0], [here, there]);
  await learnNews(network, tills);
  if (!mayUnshare()) tell('warning: not root: the processes run in the network of this machine');
  await ensureIsolated(parties);
  const honest = planPayments(payers, tills, payments);
  const carried = await payAll(honest, (done) => {
    if (done % 100 === 0 || done === payments) tell(`offline: ${done} of ${payments} payments`);
  });
  const cancelled = await cheat(cheats);
  const receipts = await countReceipts(payers);
  outcomes.note('receipts that devices keep', String(honest.length), String(receipts));
  await ensureIsolated(parties);
  tell('offline: done; no device and no terminal had a network');
  await Promise.all([
    ...payers.map(({ device }) => device.end()),
    ...tills.map((till) => till.end()),
  ]);
  await endCheats(cheats, cancelled);
  return { honest, carried, outcomes, tills, cancelled, receipts };
}

/** A settled voucher as a batch on the ledger names it: order number, customer, device, epoch, counter, amount. */
interface Batch {
  readonly settled: readonly (readonly [string, string, string, number, number, string])[];
}

async function allBatches(shop: World): Promise<Batch[]> {
  const { offline } = await shop.merchant('terminal');
  return everyEntry(offline.listBatches, { merchantId: shop.merchantId }, (page) => page.batches);
}

/** What must be paid, order by order. */
function noteSettlements({ honest, outcomes }: OfflinePhase, batches: readonly Batch[]): void {
  const paid = batches.flatMap(({ settled }) => settled);
  const of = (orderNumber: string): string =>
    paid
      .filter(([order]) => order === orderNumber)
      .map((entry) => entry[5])
      .join('+');
  const byOrder = new Map<string, string[]>();
  for (const [order, , , , , amount] of paid)
    byOrder.set(order, [...(byOrder.get(order) ?? []), amount]);
  for (const { orderNumber, amount } of honest)
    outcomes.note(
      `honest payment ${orderNumber}`,
      amount,
      (byOrder.get(orderNumber) ?? []).join('+'),
    );
  for (const orderNumber of SETTLED_CHEATS)
    outcomes.note(`order ${orderNumber}`, '100', of(orderNumber));
  for (const pair of DOUBLE_SPENDS)
    outcomes.note(`one of ${pair.join(' and ')}`, '100', pair.map(of).join(''));
}

async function settleAll(
  network: OfflineNetwork,
  tills: readonly TerminalProcess[],
  { tell, proofs }: RunOptions,
): Promise<Synchronised[]> {
  tell('synchronising all terminals at once');
  const terminals = await Promise.all(tills.map((till) => synchronise(network, till, proofs)));
  const waiting = terminals
    .flatMap(({ payments }) => payments)
    .filter(({ status }) => status === 'waiting');
  if (waiting.length > 0) throw new Error(`${waiting.length} vouchers still wait`);
  return terminals;
}

export async function run(network: OfflineNetwork, options: RunOptions): Promise<Ran> {
  const [first, second] = await network.shops(SHOPS);
  if (first === undefined || second === undefined) throw new Error('no shops');
  const shops = [first, second] as const;
  const phase = await offlinePhase(network, shops, options);
  const terminals = await settleAll(network, phase.tills, options);
  const batches = (await Promise.all(shops.map(allBatches))).flat();
  noteSettlements(phase, batches);
  const settled = terminals[0]?.payments.find(({ verdict }) => verdict === 'settled');
  if (settled === undefined) throw new Error('nothing was settled');
  const [cancelled] = phase.cancelled;
  if (cancelled === undefined) throw new Error('nothing was cancelled');
  const alteredVerdicts = await cheatLedger(network, phase.outcomes, shops, { settled, cancelled });
  const { authority } = network.bank.issuer.row;
  const proofs = terminals.flatMap(({ proofFiles }) => proofFiles);
  const convicted = proofs.filter((file) => convicts(file, authority)).length;
  phase.outcomes.note('double spends proven', String(DOUBLE_SPENDS.length), String(convicted));
  return { ...phase, shops, terminals, batches, alteredVerdicts, convicted };
}
