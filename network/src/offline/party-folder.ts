// SPDX-License-Identifier: Apache-2.0
// The folder of a device or a terminal: its key under a passphrase, its store, and what it was set up with.
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { IssuerRow } from '@fabric-offline-pay/domain';
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
  type Roots,
  type TillLimits,
} from '@fabric-offline-pay/sdk/offline';

interface PartySettings {
  /** Where the mark of the store is kept, from the folder on; of the user's state unless told. */
  readonly marks?: string;
}

/** Whose device it is, and whom it trusts to speak for the bank: for its certificates, and for who a payee is. */
export interface DeviceSettings extends PartySettings {
  readonly customerId: string;
  readonly deviceId: string;
  readonly issuers: readonly IssuerRow[];
}

export interface TerminalSettings extends PartySettings {
  readonly channel: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly roots: Roots;
  /** What the merchant lets the terminal take before it settles. */
  readonly limits?: TillLimits;
}

const SETTINGS = 'settings.json';
const KEY = 'key.pem';
const STORE = 'store';

/** Written by this program only. @throws {ConfigurationError} when the folder was not set up. */
export async function readSettings<Settings>(folder: string): Promise<Settings> {
  const file = join(folder, SETTINGS);
  if (!existsSync(file)) throw new ConfigurationError('folder', `${folder} was not set up`);
  return JSON.parse(await readFile(file, 'utf8')) as Settings;
}

/** Nothing for a folder that has a key only. */
const settingsOf = async (folder: string): Promise<Partial<DeviceSettings>> =>
  existsSync(join(folder, SETTINGS)) ? readSettings<DeviceSettings>(folder) : {};

const marksOf = async (folder: string): Promise<string | undefined> =>
  (await settingsOf(folder)).marks;

/** Where the mark is kept stays as it was, unless the settings say another place. */
export async function writeSettings(
  folder: string,
  settings: DeviceSettings | TerminalSettings,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const marks = settings.marks ?? (await marksOf(folder));
  await writeFile(join(folder, SETTINGS), `${JSON.stringify({ ...settings, marks }, null, 2)}\n`);
}

/** Whom a device trusts from now on. @throws {ConfigurationError} when the folder was not set up. */
export async function updateIssuers(folder: string, issuers: readonly IssuerRow[]): Promise<void> {
  await writeSettings(folder, { ...(await readSettings<DeviceSettings>(folder)), issuers });
}

/** Opens the folder's key; a new folder gets one. */
export async function openKey(folder: string, passphrase: string): Promise<OfflineKey> {
  const file = join(folder, KEY);
  return existsSync(file) ? openKeyFile(file, passphrase) : createKeyFile(file, passphrase);
}

async function markOf(folder: string, { publicKey }: OfflineKey): Promise<Mark> {
  const marks = await marksOf(folder);
  return stateMark(publicKey, marks === undefined ? undefined : resolve(folder, marks));
}

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

/** Does something with the device of a folder: it takes the word of its issuers for who a payee is. */
export async function withDevice<Result>(
  folder: string,
  passphrase: string,
  work: (device: Device) => Promise<Result>,
): Promise<Result> {
  const key = await openKey(folder, passphrase);
  const store = await folderStore(join(folder, STORE), await markOf(folder, key));
  const { issuers = [] } = await settingsOf(folder);
  return closing(await Device.open({ store, key, issuers }), work);
}

/** Does something with the terminal of a folder that was set up. */
export async function withTerminal<Result>(
  folder: string,
  passphrase: string,
  work: (terminal: Terminal, settings: TerminalSettings) => Promise<Result>,
): Promise<Result> {
  const settings = await readSettings<TerminalSettings>(folder);
  const key = await openKey(folder, passphrase);
  const store = await folderStore(join(folder, STORE), await markOf(folder, key));
  return closing(await Terminal.open({ ...settings, store, key }), (terminal) =>
    work(terminal, settings),
  );
}

/**
 * Takes the store of a folder that was put back, emptied or moved as it is; see `restoreFolder` of the SDK.
 * @param epoch the highest that the bank granted a device, where neither store nor mark know it any more
 * @throws {ConfigurationError} when the folder was not set up.
 */
export async function restoreParty(
  folder: string,
  passphrase: string,
  epoch?: number,
): Promise<Restoration | undefined> {
  await readSettings(folder);
  const key = await openKey(folder, passphrase);
  const { publicKey } = key;
  const options = { publicKey, ...(epoch !== undefined && { epoch }) };
  return restoreFolder(join(folder, STORE), await markOf(folder, key), options);
}
