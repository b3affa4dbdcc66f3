// SPDX-License-Identifier: Apache-2.0
// Where a configuration says that a node keeps its tables, and how a place that cannot be used is named. An address may hold a password, so
// that neither it nor what a library says of it is quoted.
import { accessSync, constants, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DATA_FOLDER_MARK } from '../database/create-data-folder.js';
import type { DatabasePlace } from '../database/open-database.js';
import { NetworkError } from '../network-error.js';
import { makeFolder } from '../system/files.js';
import { systemCodeOf } from '../system/system-code.js';
import { readSettingFile, unwritable } from './setting-files.js';

/** Where the tables are. */
export interface DatabaseSettings {
  /** From the file or the environment; undefined: PostgreSQL inside the process. */
  readonly databaseUrl?: string | undefined;
  /** What says {@link databaseUrl}. */
  readonly databaseUrlFrom?: 'DATABASE_URL' | 'databaseUrlFile' | undefined;
}

const ADDRESS = /^postgres(?:ql)?:\/\/[^\p{Cc}\s]+$/u;

/** A server on this machine that is reached by a socket has no host before the name: `postgres://user@/name?host=/run/postgresql`. */
const withHost = (text: string): string => text.replace('@/', '@localhost/');

/** @throws NetworkError `SETTINGS_INVALID` */
function ensureAddress(setting: string, text: string): void {
  if (ADDRESS.test(text) && URL.canParse(withHost(text))) return;
  throw new NetworkError('SETTINGS_INVALID', `${setting} holds no address of a database.`, {
    advice:
      'It is one line, postgres://user:password@host:port/name, with other signs of the password as %XX.',
    details: { setting },
  });
}

/**
 * @param environment its `DATABASE_URL` comes before the file
 * @throws NetworkError `SETTINGS_INVALID`, `SETTING_FILE_UNUSABLE`; `HOME_UNUSABLE` when others may read the file
 */
export function databaseSettings(
  { databaseUrlFile: file }: { readonly databaseUrlFile?: string | undefined },
  { DATABASE_URL: url }: NodeJS.ProcessEnv,
): DatabaseSettings {
  const isGiven = url !== undefined && url !== '';
  if (!isGiven && file === undefined) return {};
  const setting = isGiven ? 'DATABASE_URL' : 'databaseUrlFile';
  const databaseUrl =
    isGiven || file === undefined
      ? (url ?? '')
      : readSettingFile({ setting, file, content: 'line', isSecret: true });
  ensureAddress(setting, databaseUrl);
  return { databaseUrl, databaseUrlFrom: setting };
}

type Settings = DatabaseSettings & { readonly databaseFolder: string };

/** @returns the place of the tables. */
export const configuredPlace = ({ databaseUrl, databaseFolder }: Settings): DatabasePlace =>
  databaseUrl === undefined ? { folder: databaseFolder } : { url: databaseUrl };

const folderError = (folder: string, why: string): NetworkError =>
  new NetworkError('SETTING_FILE_UNUSABLE', `databaseFolder: ${folder} ${why}.`, {
    advice: 'Name a folder of its own, which the node makes, or the one that it made.',
    details: { file: folder, setting: 'databaseFolder' },
  });

/** @returns the names in it; undefined when there is no such folder yet */
function namesIn(folder: string): readonly string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    const code = systemCodeOf(error) ?? 'unknown';
    if (code === 'ENOENT') return undefined;
    throw folderError(folder, code === 'ENOTDIR' ? 'is no folder' : `cannot be read (${code})`);
  }
}

/**
 * Looks at the folder before anything is written there. The lock of the node lies beside it, also when the tables are on a server.
 * @throws NetworkError `SETTING_FILE_UNUSABLE`
 */
export function checkDatabaseFolder({ databaseUrl, databaseFolder: folder }: Settings): void {
  const parent = dirname(folder);
  try {
    makeFolder(parent);
    accessSync(parent, constants.W_OK);
  } catch (error) {
    throw unwritable('databaseFolder', parent, error);
  }
  if (databaseUrl !== undefined) return;
  const names = namesIn(folder) ?? [];
  if (names.length > 0 && !names.includes(DATA_FOLDER_MARK))
    throw folderError(folder, 'holds other files');
}

interface Reason {
  readonly why: string;
  /** Whether it may pass by itself. */
  readonly passes?: boolean;
}

const reasonOfAll = (reason: Reason, codes: readonly string[]): Readonly<Record<string, Reason>> =>
  Object.fromEntries(codes.map((code) => [code, reason]));

/** What an error of a connection means, by PostgreSQL's SQLSTATE or the system's code. */
const REASONS: Readonly<Record<string, Reason>> = {
  '28P01': { why: 'refuses the password' },
  '28000': { why: 'refuses the user' },
  '3D000': { why: 'has no database of this name' },
  '42501': { why: 'lets this user make no tables' },
  ENOTFOUND: { why: 'cannot be found: its host has no address' },
  ENOENT: { why: 'cannot be reached: a file that the address names is missing' },
  '53300': { why: 'has too many connections', passes: true },
  '57P03': { why: 'is starting or ending', passes: true },
  ...reasonOfAll({ why: 'cannot be reached', passes: true }, [
    ...['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
  ]),
  ...reasonOfAll({ why: 'shows a certificate that is not trusted' }, [
    ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_HAS_EXPIRED'],
    ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ]),
};

/** What the client says without a code, by how it begins. */
const SAYINGS: readonly (readonly [string, Reason])[] = [
  ['SASL: ', { why: 'wants a password, and the address has none' }],
  ['The server does not support SSL', { why: 'speaks no TLS, and the address asks for it' }],
  ['Connection terminated', { why: 'cannot be reached', passes: true }],
];

/** A failed migration holds what the connection said. */
function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}

/** The socket of a server that has not begun. */
const NOT_BEGUN: Reason = { why: 'cannot be reached', passes: true };

const isSocketMissing = (error: unknown): boolean =>
  systemCodeOf(error) === 'ENOENT' &&
  error instanceof Error &&
  'syscall' in error &&
  error.syscall === 'connect';

function reasonOf(error: unknown): Reason | undefined {
  if (isSocketMissing(error)) return NOT_BEGUN;
  const code = systemCodeOf(error) ?? '';
  if (Object.hasOwn(REASONS, code)) return REASONS[code];
  const said = error instanceof Error ? error.message : '';
  return SAYINGS.find(([beginning]) => said.startsWith(beginning))?.[1];
}

/**
 * @param error of opening the database
 * @returns the same error; for a server that cannot be used, one with a code, the setting and the reason, but without the address
 */
export function asDatabaseError(
  error: unknown,
  { databaseUrlFrom: setting }: DatabaseSettings,
): unknown {
  const inner = innermost(error);
  const reason = reasonOf(inner);
  if (setting === undefined || reason === undefined) return error;
  const { why, passes = false } = reason;
  const code = systemCodeOf(inner);
  return new NetworkError(
    passes ? 'DATABASE_UNREACHABLE' : 'SETTINGS_INVALID',
    `${setting}: the database server ${why}${code === undefined ? '' : ` (${code})`}.`,
    {
      ...(!passes && { advice: 'Correct the address, or the server, and start the node again.' }),
      details: { setting, ...(code !== undefined && { reason: code }) },
    },
  );
}
