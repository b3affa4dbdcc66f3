// SPDX-License-Identifier: Apache-2.0
// The settings of a device's or terminal's folder. The owner never changes. The trusted keys and the limits may be set again.
import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { IssuerRow } from '@fabric-offline-pay/domain';
import { systemCodeOf } from '@fabric-offline-pay/node-common';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import { writeDurably, type Roots, type TillLimits } from '@fabric-offline-pay/sdk/offline';
import * as z from 'zod';

export interface PartySettings {
  /** Folder of the store's mark, relative to the party's folder. Default: the user's state folder. */
  readonly marks?: string | undefined;
}

/** The owner of the device, and whom it trusts for the bank's certificates and for the names of payees. */
export interface DeviceSettings extends PartySettings {
  readonly party: 'device';
  readonly customerId: string;
  readonly deviceId: string;
  readonly issuers: readonly IssuerRow[];
}

export interface TerminalSettings extends PartySettings {
  readonly party: 'terminal';
  readonly channel: string;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly roots: Roots;
  /** The merchant's limits for payments that are not settled. */
  readonly limits?: TillLimits;
}

interface SettingsOf {
  readonly device: DeviceSettings;
  readonly terminal: TerminalSettings;
}

export type Party = keyof SettingsOf;

const name = z.string().min(1);

const issuer = z.looseObject({
  bankId: name,
  kid: name,
  publicKey: name,
  certificate: name,
  authority: name,
});

const currencyLimits = z.strictObject({
  perPayment: z.string().exactOptional(),
  storedSum: z.string().exactOptional(),
  storedCount: z.int().exactOptional(),
});

const limits = z.strictObject({
  currencies: z.record(z.string(), currencyLimits).exactOptional(),
  oldestSeconds: z.number().exactOptional(),
});

const marks = z.string().min(1).optional();

const settings = z.discriminatedUnion('party', [
  z.strictObject({
    party: z.literal('device'),
    marks,
    customerId: name,
    deviceId: name,
    issuers: z.array(issuer),
  }),
  z.strictObject({
    party: z.literal('terminal'),
    marks,
    channel: name,
    merchantId: name,
    terminalId: name,
    roots: z.record(z.string(), z.array(name)),
    limits: limits.exactOptional(),
  }),
]);

/** The fields that name the owner of a folder. */
const IDENTITY: Readonly<Record<Party, readonly string[]>> = {
  device: ['customerId', 'deviceId'],
  terminal: ['channel', 'merchantId', 'terminalId'],
};

const SETTINGS = 'settings.json';

const fileOf = (folder: string): string => join(folder, SETTINGS);

/** Whether a folder was set up, even if its settings are damaged. */
export const hasSettings = (folder: string): boolean => existsSync(fileOf(folder));

const damaged = (folder: string, reason: string): ConfigurationError =>
  new ConfigurationError(
    fileOf(folder),
    `${reason}. Move the file away and set up the folder again, with the same --marks if it had any. Key and store stay unchanged`,
  );

/** Old settings, which do not name the party. */
const withParty = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !('party' in value)
    ? { party: 'merchantId' in value ? 'terminal' : 'device', ...value }
    : value;

function parseSettings(folder: string, text: string): DeviceSettings | TerminalSettings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(folder, 'no JSON');
  }
  const parsed = settings.safeParse(withParty(value));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw damaged(folder, `${field === '' ? 'no settings' : field}: ${issue?.message ?? ''}`);
}

async function readSettingsText(folder: string): Promise<string | undefined> {
  try {
    return await readFile(fileOf(folder), 'utf8');
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'ENOENT') return undefined;
    throw new ConfigurationError(fileOf(folder), `cannot be read: ${code ?? ''}`);
  }
}

const isOf = <P extends Party>(
  party: P,
  found: DeviceSettings | TerminalSettings,
): found is SettingsOf[P] => found.party === party;

/**
 * @returns undefined for a folder that was not set up.
 * @throws {ConfigurationError} for a folder of the other kind of party, and a damaged file.
 * */
export async function findSettings<P extends Party>(
  party: P,
  folder: string,
): Promise<SettingsOf[P] | undefined> {
  const text = await readSettingsText(folder);
  if (text === undefined) return undefined;
  const found = parseSettings(folder, text);
  if (isOf(party, found)) return found;
  throw new ConfigurationError(`--${party}`, `${folder} is the folder of a ${found.party}`);
}

/** @throws {ConfigurationError} for a folder that was not set up or belongs to the other kind of party, and a damaged file. */
export async function readSettings<P extends Party>(
  party: P,
  folder: string,
): Promise<SettingsOf[P]> {
  const found = await findSettings(party, folder);
  if (found === undefined)
    throw new ConfigurationError(`--${party}`, `${folder} is not a folder of a ${party}`);
  return found;
}

/** Resolves the links of a path, even if its end does not exist yet. */
async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    return join(await resolveLinks(dirname(path)), basename(path));
  }
}

const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

/**
 * A mark inside the folder would be restored with it and could not reveal an older copy.
 * @returns the folder of the marks, undefined for the user's state folder
 * @throws {ConfigurationError} for a place inside the folder.
 */
export async function marksFolder(
  folder: string,
  { marks: told }: PartySettings,
): Promise<string | undefined> {
  if (told === undefined) return undefined;
  const place = resolve(folder, told);
  if (isWithin(await resolveLinks(resolve(folder)), await resolveLinks(place)))
    throw new ConfigurationError(
      '--marks',
      `${place} is inside ${folder}, so the mark would be restored with it: name a place outside; if the mark is already there, run restore --marks`,
    );
  return place;
}

/** The coming owner of a folder, as far as it is known. */
type Wanted =
  | (Pick<DeviceSettings, 'party'> & Partial<DeviceSettings>)
  | (Pick<TerminalSettings, 'party'> & Partial<TerminalSettings>);

/**
 * Checks that a folder keeps its owner, because its key and its money or claims belong to the owner. Call it before anything is
 * done for the folder.
 * @returns the present settings, undefined for a new folder
 * @throws {ConfigurationError} for a folder of somebody else, a damaged file, and marks within the folder.
 */
export async function ensureSameParty(
  folder: string,
  wanted: Wanted,
): Promise<PartySettings | undefined> {
  const found = await findSettings(wanted.party, folder);
  await marksFolder(folder, wanted);
  if (found === undefined) return undefined;
  const is: Readonly<Record<string, unknown>> = { ...found };
  const told: Readonly<Record<string, unknown>> = { ...wanted };
  const field = IDENTITY[wanted.party].find(
    (name) => told[name] !== undefined && told[name] !== is[name],
  );
  if (field === undefined) return found;
  const [before, after] = [is, told].map((entry) => JSON.stringify(entry[field]));
  throw new ConfigurationError(
    `--${wanted.party}`,
    `${folder} is set up for ${field} ${before ?? ''}; ${after ?? ''} needs a folder of its own`,
  );
}

/**
 * Writes the settings durably, all or nothing. Keeps the folder of the mark, unless the settings name another.
 * @throws {ConfigurationError} for a folder of somebody else, a damaged file, and marks within the folder.
 */
export async function writeSettings(
  folder: string,
  wanted: DeviceSettings | TerminalSettings,
): Promise<void> {
  const before = await ensureSameParty(folder, wanted);
  const kept = { ...wanted, marks: wanted.marks ?? before?.marks };
  await marksFolder(folder, kept);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeDurably(fileOf(folder), `${JSON.stringify(kept, null, 2)}\n`);
}
