// SPDX-License-Identifier: Apache-2.0
// The folder of a device or a terminal: its key under a passphrase, its store, and what it was set up with.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import {
  createKeyFile,
  Device,
  folderStore,
  openKeyFile,
  restoreFolder,
  stateMark,
  Terminal,
  type Mark,
  type OfflineKey,
  type Restoration,
} from '@fabric-offline-pay/sdk/offline';
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

/** Whether something was opened in the folder before. */
export const hasStore = (folder: string): boolean => existsSync(join(folder, STORE));

/** A new key beside an old store, or in a folder that the bank knows by another, would hide that the old one is lost. */
function ensureNeverHadKey(folder: string): void {
  if (hasStore(folder) || hasSettings(folder))
    throw new ConfigurationError(
      join(folder, KEY),
      'the key is missing, though the folder was set up. Put it back from a copy; without one nothing of the folder can be paid or settled any more: have the bank revoke the device, or the merchant set up another terminal, in a folder of its own',
    );
}

/**
 * Opens the folder's key; a new folder gets one.
 * @throws {ConfigurationError} for a folder that lost its key.
 */
export async function openKey(folder: string, passphrase: string): Promise<OfflineKey> {
  const file = join(folder, KEY);
  if (existsSync(file)) return openKeyFile(file, passphrase);
  ensureNeverHadKey(folder);
  return createKeyFile(file, passphrase);
}

/** @throws {ConfigurationError} for a folder without a key: it may be mistyped, and is not made. */
function openExistingKey(party: Party, folder: string, passphrase: string): Promise<OfflineKey> {
  if (existsSync(join(folder, KEY))) return openKeyFile(join(folder, KEY), passphrase);
  ensureNeverHadKey(folder);
  throw new ConfigurationError(
    `--${party}`,
    `${folder} is no folder of a ${party}: it has no ${KEY}`,
  );
}

const markOf = async (
  folder: string,
  { publicKey }: OfflineKey,
  settings: PartySettings,
): Promise<Mark> => stateMark(publicKey, await marksFolder(folder, settings));

/** Anything that is opened and must be closed, whatever comes. */
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
 * Does something with the device of a folder: it takes the word of its issuers for who a payee is.
 * @param told what its settings will say, of a folder that is being set up
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
 * As `withDevice`, for what must tell who a payee is: a device without settings would trust nobody, and say so of every payee.
 * @throws {ConfigurationError} for a device that has money and no settings, too.
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
        `${folder} has no settings, so that it is not known whom the device trusts: offpay device sync or offpay device fund writes them`,
      );
    return work(device);
  });
}

/**
 * Does something with the terminal of a folder that was set up.
 * @param told its settings, of a folder that is being set up
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
      `${folder} holds no certificate, and nothing says whether it had any: name the highest epoch that the bank granted`,
    );
}

export interface RestorePartyOptions {
  /** The highest that the bank granted a device, where neither store nor mark know it any more. */
  readonly epoch?: number;
  /** Where the mark is kept from now on; as the settings say unless told. */
  readonly marks?: string;
}

/** A folder that lost its settings is known by its key and store. */
const settingsOf = <P extends Party>(party: P, folder: string) =>
  existsSync(join(folder, KEY)) && hasStore(folder)
    ? findSettings(party, folder)
    : readSettings(party, folder);

/**
 * Takes the store of a folder that was put back, emptied or moved as it is; see `restoreFolder` of the SDK.
 * @throws {ConfigurationError} when the folder was not set up, or when nobody but the bank can know the epochs of an empty store.
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
  // Last: a restoration that fails leaves the folder with the mark that it had.
  if (settings !== undefined && told !== undefined)
    await writeSettings(folder, { ...settings, ...marks });
  return restored;
}
