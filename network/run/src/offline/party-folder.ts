// SPDX-License-Identifier: Apache-2.0
// The folder of a device or a terminal: its key under a passphrase, its store and its settings.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import {
  Device,
  folderStore,
  restoreFolder,
  stateMark,
  Terminal,
  type Mark,
  type OfflineKey,
  type Restoration,
} from '@fabric-offline-pay/sdk/offline';
import { createKeptKey, openKeptKey } from './kept-keys.js';
import {
  findSettings,
  hasSettings,
  marksFolder,
  readSettings,
  writeSettings,
  type DeviceSettings,
  type Party,
  type PartySettings,
  type TerminalSettings,
} from './party-settings.js';

const KEY = 'key.pem';
const STORE = 'store';

/** Whether a store was opened in the folder before. */
export const hasStore = (folder: string): boolean => existsSync(join(folder, STORE));

/** A new key beside an old store, or in a folder whose old key the bank knows, would hide that the old key is lost. */
function ensureNeverHadKey(folder: string): void {
  if (hasStore(folder) || hasSettings(folder))
    throw new ConfigurationError(
      join(folder, KEY),
      'the key is missing, but the folder was set up. Restore the key from a copy. Without it, the folder can no longer pay or settle anything: let the bank revoke the device, or set up another terminal in another folder',
    );
}

/**
 * Opens the folder's key. Makes one in a new folder.
 * @throws {ConfigurationError} for a folder that lost its key.
 */
export async function openKey(folder: string, passphrase: string): Promise<OfflineKey> {
  const file = join(folder, KEY);
  if (existsSync(file)) return openKeptKey(file, passphrase);
  ensureNeverHadKey(folder);
  return createKeptKey(file, passphrase);
}

/** @throws {ConfigurationError} for a folder without a key. The name may be mistyped, so no key is made. */
function openExistingKey(party: Party, folder: string, passphrase: string): Promise<OfflineKey> {
  if (existsSync(join(folder, KEY))) return openKeptKey(join(folder, KEY), passphrase);
  ensureNeverHadKey(folder);
  throw new ConfigurationError(
    `--${party}`,
    `${folder} is not a folder of a ${party}: it has no ${KEY}`,
  );
}

const markOf = async (
  folder: string,
  { publicKey }: OfflineKey,
  settings: PartySettings,
): Promise<Mark> => stateMark(publicKey, await marksFolder(folder, settings));

/** Runs `work` with something that was opened, and always closes it. */
async function closing<Opened extends { close(): Promise<void> }, Result>(
  opened: Opened,
  work: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/**
 * Runs `work` with the device of a folder. The device trusts its issuers to name a payee.
 * @param told the coming settings of a folder that is being set up
 * @throws {ConfigurationError} for a folder without a key, or of a terminal.
 */
export async function withDevice<Result>(
  folder: string,
  passphrase: string,
  work: (device: Device) => Promise<Result>,
  told: Partial<DeviceSettings> = {},
): Promise<Result> {
  const { issuers = [], marks } = { ...(await findSettings('device', folder)), ...told };
  const key = await openExistingKey('device', folder, passphrase);
  const store = await folderStore(join(folder, STORE), await markOf(folder, key, { marks }));
  return closing(await Device.open({ store, key, issuers }), work);
}

/**
 * Like `withDevice`, for work that names a payee: a device without settings trusts nobody and would call every payee uncertified.
 * @throws {ConfigurationError} also for a device that has money but no settings.
 */
export function withTrustingDevice<Result>(
  folder: string,
  passphrase: string,
  work: (device: Device) => Promise<Result>,
): Promise<Result> {
  return withDevice(folder, passphrase, async (device) => {
    if (!hasSettings(folder) && (await device.owner()) !== undefined)
      throw new ConfigurationError(
        '--device',
        `${folder} has no settings, so the device does not know whom it trusts: offpay device sync or offpay device fund writes them`,
      );
    return work(device);
  });
}

/**
 * Runs `work` with the terminal of a folder that was set up.
 * @param told the settings of a folder that is being set up
 * @throws {ConfigurationError} for a folder without settings or key, or of a device.
 */
export async function withTerminal<Result>(
  folder: string,
  passphrase: string,
  work: (terminal: Terminal, settings: TerminalSettings) => Promise<Result>,
  told?: TerminalSettings,
): Promise<Result> {
  const settings =
    told === undefined
      ? await readSettings('terminal', folder)
      : { ...told, marks: told.marks ?? (await findSettings('terminal', folder))?.marks };
  const key = await openExistingKey('terminal', folder, passphrase);
  const store = await folderStore(join(folder, STORE), await markOf(folder, key, settings));
  return closing(await Terminal.open({ ...settings, store, key }), (terminal) =>
    work(terminal, settings),
  );
}

/** An empty store without a mark looks like a new one. */
async function ensureHolding(
  folder: string,
  passphrase: string,
  marks: PartySettings,
): Promise<void> {
  if ((await withDevice(folder, passphrase, (device) => device.owner(), marks)) === undefined)
    throw new ConfigurationError(
      '--epoch',
      `${folder} holds no certificate, and nothing shows whether it had one: give the highest epoch that the bank granted`,
    );
}

export interface RestorePartyOptions {
  /** The highest epoch that the bank granted, if store and mark are lost. */
  readonly epoch?: number;
  /** The new folder of the mark. Default: the folder in the settings. */
  readonly marks?: string;
}

/** Key and store show that a folder without settings was set up. */
const settingsOf = <P extends Party>(party: P, folder: string) =>
  existsSync(join(folder, KEY)) && hasStore(folder)
    ? findSettings(party, folder)
    : readSettings(party, folder);

/**
 * Accepts the present store of a folder that was put back, emptied or moved; see `restoreFolder` of the SDK.
 * @throws {ConfigurationError} when the folder was not set up, or when only the bank can know the epochs of an empty store.
 */
export async function restoreParty(
  party: Party,
  folder: string,
  passphrase: string,
  { epoch, marks: told }: RestorePartyOptions = {},
): Promise<Restoration | undefined> {
  const settings = await settingsOf(party, folder);
  const place = told ?? settings?.marks;
  const marks = place === undefined ? {} : { marks: place };
  const key = await openExistingKey(party, folder, passphrase);
  const { publicKey } = key;
  const options = { publicKey, ...(epoch !== undefined && { epoch }) };
  const mark = await markOf(folder, key, marks);
  const restored = await restoreFolder(join(folder, STORE), mark, options);
  if (restored === undefined && party === 'device') await ensureHolding(folder, passphrase, marks);
  // Last, so that a failed restoration leaves the old mark in place.
  if (settings !== undefined && told !== undefined)
    await writeSettings(folder, { ...settings, ...marks });
  return restored;
}
