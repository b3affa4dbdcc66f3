// SPDX-License-Identifier: Apache-2.0
// Cheats with the devices and terminals of a run. Some are refused while nobody has a network, the others are accepted and
// found when they settle.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type CancelledVoucher } from '@fabric-offline-pay/sdk/offline';
import { CURRENCY, type World } from '@fabric-offline-pay/testing';
import { issuerOn } from '../support/offline-issuer.js';
import { withPayeeOf } from '../support/swapped-payee.js';
import { exchange } from './honest.js';
import { FULL, OFFLINE, type OfflineNetwork } from './offline-network.js';
import type { Outcomes } from './outcomes.js';
import {
  DeviceProcess,
  given,
  isRefused,
  type Answer,
  type CarriedAcceptance,
  type TerminalProcess,
} from './party.js';
import { learnNews, openPayer, openTill, type Payer } from './tills.js';

const AMOUNT = '100';

/** Orders that are paid by the second voucher, after the first was cancelled. */
const UNREAD = ['UNREAD-1', 'UNREAD-2', 'UNREAD-3'] as const;

/** What the cheats need, prepared while there was a network. */
interface Cheats {
  readonly network: OfflineNetwork;
  readonly outcomes: Outcomes;
  /** Of two merchants. */
  readonly here: TerminalProcess;
  readonly there: TerminalProcess;
  readonly stale: TerminalProcess;
  readonly fast: TerminalProcess;
  readonly payers: Readonly<Record<Cheater, Payer>>;
}

/** `unread` is honest: its vouchers were not read. */
const CHEATERS = [
  'cloned',
  'rolledBack',
  'replayed',
  'poor',
  'late',
  'lost',
  'lostLater',
  'unread',
] as const;

type Cheater = (typeof CHEATERS)[number];

const SETTINGS: Readonly<Partial<Record<Cheater, { amount?: string; shift?: number }>>> = {
  poor: { amount: AMOUNT },
  late: { shift: OFFLINE.spendSeconds + 1 },
};

const customerOf = (cheater: Cheater): string => `cheat-${cheater.toLowerCase()}`;

/** Terminals whose bulletin is too old, and whose clock is fast. */
async function wrongTills(network: OfflineNetwork, shop: World) {
  const stale = openTill(network, shop, 'till-stale', OFFLINE.bulletinSeconds + 60);
  const fast = openTill(network, shop, 'till-fast', OFFLINE.clockToleranceSeconds + 60);
  await learnNews(network, [stale, fast]);
  return { stale, fast };
}

/** Enrols and funds everybody who will cheat, and has the bank revoke the one that was lost. */
export async function prepareCheats(
  network: OfflineNetwork,
  outcomes: Outcomes,
  shop: World,
  [here, there]: readonly [TerminalProcess, TerminalProcess],
): Promise<Cheats> {
  const payers = {} as Record<Cheater, Payer>;
  await network.each(CHEATERS, async (cheater) => {
    payers[cheater] = await openPayer(network, customerOf(cheater), SETTINGS[cheater]);
  });
  await network.bank.revoke({ customerId: customerOf('lost'), deviceId: 'phone', epoch: 1 });
  return { network, outcomes, here, there, payers, ...(await wrongTills(network, shop)) };
}

const refusalOf = (answer: Answer<unknown>): string =>
  isRefused(answer) ? answer.refused : 'none';

const codeOf = (answer: Answer<CarriedAcceptance>): string => {
  const acceptance = given(answer);
  return acceptance.accepted ? 'accepted' : acceptance.code;
};

const asked = (till: TerminalProcess, orderNumber: string, amount = AMOUNT) =>
  till.request({ orderNumber, amount, currency: CURRENCY });

async function acceptPayment(till: TerminalProcess, device: DeviceProcess, orderNumber: string) {
  const { bytes } = given(await device.pay(given(await asked(till, orderNumber))));
  return codeOf(await till.accept(orderNumber, bytes));
}

/** A copy of the whole device, key and all, spends beside it. */
async function clone({ network, here, there, payers: { cloned } }: Cheats): Promise<void> {
  const { folder } = cloned.device;
  const trusted = [network.bank.issuer.row];
  await cloned.device.end();
  cpSync(folder, `${folder}-copy`, { recursive: true });
  const devices = [
    new DeviceProcess(folder, trusted),
    new DeviceProcess(`${folder}-copy`, trusted),
  ] as const;
  await exchange({ till: here, device: devices[0], orderNumber: 'CLONE-1', amount: AMOUNT });
  await exchange({ till: there, device: devices[1], orderNumber: 'CLONE-2', amount: AMOUNT });
  await Promise.all(devices.map((device) => device.end()));
}

/** What the device remembers is put back to what it was before it paid. */
async function rollBack({ network, here, there, payers: { rolledBack } }: Cheats): Promise<void> {
  const { folder } = rolledBack.device;
  const trusted = [network.bank.issuer.row];
  await rolledBack.device.end();
  cpSync(folder, `${folder}-before`, { recursive: true });
  const paying = new DeviceProcess(folder, trusted);
  await exchange({ till: here, device: paying, orderNumber: 'BACK-1', amount: AMOUNT });
  await paying.end();
  rmSync(folder, { recursive: true });
  cpSync(`${folder}-before`, folder, { recursive: true });
  const again = new DeviceProcess(folder, trusted);
  await exchange({ till: there, device: again, orderNumber: 'BACK-2', amount: AMOUNT });
  await again.end();
}

/** One payment is shown at two terminals, and twice at the first. */
async function replay({ here, there, outcomes, payers: { replayed } }: Cheats): Promise<void> {
  const request = given(await asked(here, 'REPLAY-1'));
  const first = given(await replayed.device.pay(request));
  given(await asked(there, 'REPLAY-1'));
  given(await here.accept('REPLAY-1', first.bytes));
  outcomes.note(
    'one payment shown at another merchant',
    'OFFLINE_REQUEST_MISMATCH',
    codeOf(await there.accept('REPLAY-1', first.bytes)),
  );
  const second = given(await replayed.device.pay(request));
  outcomes.note('an honest device asked twice', first.bytes, second.bytes);
  outcomes.note(
    'the same payment again',
    'accepted',
    codeOf(await here.accept('REPLAY-1', second.bytes)),
  );
}

async function overspend({ here, outcomes, payers: { poor, late } }: Cheats): Promise<void> {
  const overCap = (BigInt(OFFLINE.caps[CURRENCY].perPayment) + 1n).toString();
  outcomes.note(
    'more than a payment may be',
    'OFFLINE_OVER_PAYMENT_CAP',
    refusalOf(await asked(here, 'CAP-1', overCap)),
  );
  const overTotal = given(await asked(here, 'CAP-2', (BigInt(AMOUNT) + 1n).toString()));
  outcomes.note(
    'more than is reserved',
    'OFFLINE_OVER_TOTAL_CAP',
    refusalOf(await poor.device.pay(overTotal)),
  );
  const expired = given(await asked(here, 'LATE-1'));
  outcomes.note(
    'a device days later',
    'OFFLINE_REQUEST_EXPIRED',
    refusalOf(await late.device.pay(expired)),
  );
}

/** A certificate by a bank that nobody knows. */
async function forge({ network, here, outcomes }: Cheats): Promise<void> {
  const trusted = [network.bank.issuer.row];
  const device = new DeviceProcess(join(network.folder, 'devices', 'cheat-forged'), trusted);
  const issuer = issuerOn(network.network.clients.channel);
  const { bytes } = await issuer.certify({
    ...{ customerId: 'cheat-forged', deviceId: 'phone', epoch: 1, currency: CURRENCY, total: FULL },
    publicKey: given(await device.publicKey()),
    limits: { perPayment: FULL, total: FULL },
    policy: OFFLINE,
  });
  given(await device.learn(bytes, [issuer.row]));
  outcomes.note(
    'a forged certificate',
    'OFFLINE_CERTIFICATE_FORGED',
    await acceptPayment(here, device, 'FORGED-1'),
  );
  await device.end();
}

async function spendLost({ here, there, outcomes, payers: { lost, lostLater } }: Cheats) {
  outcomes.note(
    'a device revoked before',
    'OFFLINE_REVOKED',
    await acceptPayment(here, lost.device, 'LOST-1'),
  );
  outcomes.note(
    'a device revoked later',
    'accepted',
    await acceptPayment(there, lostLater.device, 'LOST-2'),
  );
}

async function wrongClocks({ stale, fast, outcomes, payers: { replayed } }: Cheats): Promise<void> {
  outcomes.note('a stale list', 'OFFLINE_BULLETIN_STALE', refusalOf(await asked(stale, 'STALE-1')));
  outcomes.note(
    "a terminal's clock that is fast",
    'OFFLINE_CLOCK_WRONG',
    refusalOf(await replayed.device.pay(given(await asked(fast, 'FAST-1')))),
  );
}

/** A request that is shown under the name of another shop. */
async function swapPayee({ network, here, there, outcomes, payers: { replayed } }: Cheats) {
  const [shown, other] = [given(await asked(there, 'SWAP-1')), given(await asked(here, 'SWAP-2'))];
  const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');
  const { channel } = network.network.clients;
  const swapped = withPayeeOf(bytesOf(shown), bytesOf(other), channel).toString('base64');
  outcomes.note(
    "a request under another shop's name",
    'OFFLINE_PAYEE_UNTRUSTED',
    refusalOf(await replayed.device.pay(swapped)),
  );
}

/** A voucher that no till read: the order is cancelled, asked for again and paid. */
async function payTwice(
  till: TerminalProcess,
  device: DeviceProcess,
  orderNumber: string,
): Promise<void> {
  given(await device.pay(given(await asked(till, orderNumber))));
  for (const cancellation of given(await till.cancel(orderNumber)))
    given(await device.keepCancellation(cancellation));
  await exchange({ till, device, orderNumber, amount: AMOUNT });
}

/** @returns the vouchers for which the bank returns the money. */
async function cancelUnread({
  here,
  there,
  outcomes,
  payers: { unread },
}: Cheats): Promise<readonly CancelledVoucher[]> {
  const { device } = unread;
  for (const [index, orderNumber] of UNREAD.entries())
    await payTwice(index % 2 === 0 ? here : there, device, orderNumber);
  const { bytes } = given(await device.pay(given(await asked(here, 'VOID-1'))));
  const [cancellation = ''] = given(await here.cancel('VOID-1'));
  const cancelled = given(await device.keepCancellation(cancellation));
  outcomes.note(
    'a voucher that was cancelled before',
    'OFFLINE_CANCELLED',
    codeOf(await here.accept('VOID-1', bytes)),
  );
  return cancelled;
}

/** Everything that can be tried with no network. @returns the vouchers that were cancelled. */
export async function cheat(cheats: Cheats): Promise<readonly CancelledVoucher[]> {
  await clone(cheats);
  await rollBack(cheats);
  await replay(cheats);
  await overspend(cheats);
  await forge(cheats);
  await spendLost(cheats);
  await wrongClocks(cheats);
  await swapPayee(cheats);
  return cancelUnread(cheats);
}

/** The bank learns of the second loss, and of what was cancelled, when the network is back, before the terminals settle. */
export async function endCheats(
  { network, outcomes, payers, stale, fast }: Cheats,
  cancelled: readonly CancelledVoucher[],
): Promise<void> {
  await Promise.all([stale.end(), fast.end()]);
  await Promise.all(Object.values(payers).map(({ device }) => device.end()));
  await network.bank.revoke({ customerId: customerOf('lostLater'), deviceId: 'phone', epoch: 1 });
  for (const voucher of cancelled) {
    const { returned } = await network.bank.cancel(voucher);
    outcomes.note('the money of a cancelled voucher', voucher.amount, returned);
  }
}

/** Orders of the cheats that must be settled, and those of which exactly one of each pair must. */
export const SETTLED_CHEATS = ['REPLAY-1', 'LOST-2', ...UNREAD] as const;
export const DOUBLE_SPENDS = [
  ['CLONE-1', 'CLONE-2'],
  ['BACK-1', 'BACK-2'],
] as const;
