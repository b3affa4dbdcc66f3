// SPDX-License-Identifier: Apache-2.0
// What the folder of a device or a terminal was set up with. It says whose the folder is, once and for all; what it is told anew are
// the keys that it trusts and the limits that it keeps.
import { existsSync } from 'node:fs';
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { IssuerRow } from '@fabric-offline-pay/domain';
import { ConfigurationError } from '@fabric-offline-pay/sdk';
import { writeDurably, type Roots, type TillLimits } from '@fabric-offline-pay/sdk/offline';
import * as z from 'zod';

export interface PartySettings {
  /** Where the mark of the store is kept, from the folder on; of the user's state unless told. */
  readonly marks?: string | undefined;
}

/** Whose device it is, and whom it trusts to speak for the bank: for its certificates, and for who a payee is. */
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
  /** What the merchant lets the terminal take before it settles. */
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
    ...{ party: z.literal('device'), marks },
    ...{ customerId: name, deviceId: name, issuers: z.array(issuer) },
  }),
  z.strictObject({
    ...{ party: z.literal('terminal'), marks },
    ...{ channel: name, merchantId: name, terminalId: name },
    ...{ roots: z.record(z.string(), z.array(name)), limits: limits.exactOptional() },
  }),
]);

/** The words that say whose a folder is. */
const IDENTITY: Readonly<Record<Party, readonly string[]>> = {
  device: ['customerId', 'deviceId'],
  terminal: ['channel', 'merchantId', 'terminalId'],
};

const SETTINGS = 'settings.json';

const fileOf = (folder: string): string => join(folder, SETTINGS);

/** Whether a folder was set up, be its settings damaged or not. */
export const hasSettings = (folder: string): boolean => existsSync(fileOf(folder));

const damaged = (folder: string, reason: string): ConfigurationError =>
  new ConfigurationError(
    fileOf(folder),
    `${reason}. Move the file away and set the folder up again, with the same --marks as before if it had any: key and store stay as they are`,
  );

/** Settings of before they named the party. */
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

async function textOf(folder: string): Promise<string | undefined> {
  try {
    return await readFile(fileOf(folder), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
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
 * @throws {ConfigurationError} for a folder of the other party, and a damaged file.
 */
export async function findSettings<P extends Party>(
  party: P,
  folder: string,
): Promise<SettingsOf[P] | undefined> {
  const text = await textOf(folder);
  if (text === undefined) return undefined;
  const found = parseSettings(folder, text);
  if (isOf(party, found)) return found;
  throw new ConfigurationError(`--${party}`, `${folder} is the folder of a ${found.party}`);
}

/** @throws {ConfigurationError} for a folder that was not set up or is of the other party, and a damaged file. */
export async function readSettings<P extends Party>(
  party: P,
  folder: string,
): Promise<SettingsOf[P]> {
  const found = await findSettings(party, folder);
  if (found === undefined)
    throw new ConfigurationError(`--${party}`, `${folder} is no folder of a ${party}`);
  return found;
}

/** Where a path leads, through links, be its end there yet or not. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return join(await realOf(dirname(path)), basename(path));
  }
}

const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

/**
 * A mark within the folder would be put back with it, and no older copy be known by it.
 * @returns where the marks are, undefined for the user's state
 * @throws {ConfigurationError} for a place in the folder.
 */
export async function marksFolder(
  folder: string,
  { marks: told }: PartySettings,
): Promise<string | undefined> {
  if (told === undefined) return undefined;
  const place = resolve(folder, told);
  if (isWithin(await realOf(resolve(folder)), await realOf(place)))
    throw new ConfigurationError(
      '--marks',
      `${place} lies in ${folder}, with which the mark would be put back: name a place outside of it; a folder that has its mark there goes on by restore --marks`,
    );
  return place;
}

/** Whose a folder is to be, as far as it is known yet. */
type Wanted =
  | (Pick<DeviceSettings, 'party'> & Partial<DeviceSettings>)
  | (Pick<TerminalSettings, 'party'> & Partial<TerminalSettings>);

/**
 * A folder never becomes another's: its key and its money, or its claims, would go with it. To be asked before anything is done
 * for the folder.
 * @returns what it was set up with before, undefined for a new one
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
 * Durably, all or nothing. Where the mark is kept stays as it was, unless the settings say another place.
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
