// SPDX-License-Identifier: Apache-2.0
// The shops' terminals and the customers' devices of a run: prepared while there is a network, then on their own.
import { join } from 'node:path';
import type { Amount } from '@fabric-offline-pay/domain';
import type { World } from '@fabric-offline-pay/testing';
import type { OfflineNetwork } from './offline-network.js';
import { DeviceProcess, given, TerminalProcess, type Till } from './party.js';

/** A device and whose it is. */
export interface Payer {
  readonly customerId: string;
  readonly device: DeviceProcess;
}

export const tillOf = (network: OfflineNetwork, shop: World, terminalId: string): Till => ({
  channel: network.network.clients.channel,
  merchantId: shop.merchantId,
  terminalId,
  roots: network.bank.roots,
});

/** Starts a terminal; its clock is wrong by this many seconds. */
export const openTill = (
  network: OfflineNetwork,
  shop: World,
  terminalId: string,
  shift = 0,
): TerminalProcess =>
  new TerminalProcess(
    join(network.folder, 'terminals', terminalId),
    tillOf(network, shop, terminalId),
    shift,
  );

/** What customers know a terminal's merchant by. */
export const nameOf = ({ merchantId }: Till): string => `Shop ${merchantId}`;

/** What a terminal learns while there is a network: whom to trust, the newest list of lost devices, and its own certificate. */
export async function learnNews(
  { bank }: OfflineNetwork,
  tills: readonly TerminalProcess[],
): Promise<void> {
  const { issuers = [], bulletin = Buffer.alloc(0) } = await bank.news();
  for (const terminal of tills) {
    const { merchantId, terminalId } = terminal.till;
    const publicKey = given(await terminal.publicKey());
    const name = nameOf(terminal.till);
    const payee = await bank.certifyPayee({ merchantId, terminalId, publicKey, name });
    given(await terminal.learn({ issuers, bulletin, payee }));
  }
}

/** Starts a device whose customer is enrolled and funded. */
export async function openPayer(
  network: OfflineNetwork,
  customerId: string,
  { amount, shift = 0 }: { readonly amount?: Amount; readonly shift?: number } = {},
): Promise<Payer> {
  const issuers = [network.bank.issuer.row];
  const device = new DeviceProcess(join(network.folder, 'devices', customerId), issuers, shift);
  const certificate = await network.fund(customerId, given(await device.publicKey()), amount);
  given(await device.learn(certificate, issuers));
  return { customerId, device };
}
