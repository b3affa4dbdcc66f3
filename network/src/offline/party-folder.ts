// SPDX-License-Identifier: Apache-2.0
// The folder of a device or a terminal: its key under a passphrase, its store, and what it was set up with.
import { existsSync } from 'node:fs';
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
} from '@fabric-offline-pay/sdk/offline';
import {
  findSettings,
  readSettings,
  writeSettings,
  type DeviceSettings,
  type Party,
  type TerminalSettings,
} from './party-settings';

const KEY = 'key.pem';
const STORE = 'store';

/** Whom a device trusts from now on. @throws {ConfigurationError} when the folder was not set up. */
export async function updateIssuers(folder: string, issuers: readonly IssuerRow[]): Promise<void> {
  await writeSettings(folder, { ...(await readSettings('device', folder)), issuers });
}

/** Opens the folder's key; a new folder gets one. */
export async function openKey(folder: string, passphrase: string): Promise<OfflineKey> {
  const file = join(folder, KEY);
  return existsSync(file) ? openKeyFile(file, passphrase) : createKeyFile(file, passphrase);
}

/** @throws {ConfigurationError} for a folder without a key: it may be mistyped, and is not made. */
function openExistingKey(party: Party, folder: string, passphrase: string): Promise<OfflineKey> {
  if (!existsSync(join(folder, KEY)))
    throw new ConfigurationError(
      `--${party}`,
      `${folder} is no folder of a ${party}: it has no ${KEY}`,
    );
  return openKeyFile(join(folder, KEY), passphrase);
}

const markOf = (
  folder: string,
  { publicKey }: OfflineKey,
  { marks }: Pick<DeviceSettings, 'marks'>,
): Promise<Mark> => stateMark(publicKey, marks === undefined ? undefined : resolve(folder, marks));

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
async function ensureHolding(folder: string, passphrase: string): Promise<void> {
  if ((await withDevice(folder, passphrase, (device) => device.owner())) === undefined)
    throw new ConfigurationError(
      '--epoch',
      `${folder} holds no certificate, and nothing says whether it had any: name the highest epoch that the bank granted`,
    );
}

/**
 * Takes the store of a folder that was put back, emptied or moved as it is; see `restoreFolder` of the SDK.
 * @param epoch the highest that the bank granted a device, where neither store nor mark know it any more
 * @throws {ConfigurationError} when the folder was not set up, or when nobody but the bank can know the epochs of an empty store.
 */
export async function restoreParty(
  party: Party,
  folder: string,
  passphrase: string,
  epoch?: number,
): Promise<Restoration | undefined> {
  const settings = await readSettings(party, folder);
  const key = await openExistingKey(party, folder, passphrase);
  const { publicKey } = key;
  const options = { publicKey, ...(epoch !== undefined && { epoch }) };
  const mark = await markOf(folder, key, settings);
  const restored = await restoreFolder(join(folder, STORE), mark, options);
  if (restored === undefined && party === 'device') await ensureHolding(folder, passphrase);
  return restored;
}
