// SPDX-License-Identifier: Apache-2.0
// What every node's configuration file holds. Paths may be relative to the file. Secrets stand in files of their own, never in this one.
import { dirname, resolve } from 'node:path';
import { ATTRIBUTES } from '@fabric-offline-pay/domain';
import * as z from 'zod';
import { numberText } from '../http/number-text.js';
import { NetworkError } from '../network-error.js';
import { wholeNumber } from '../system/numbers.js';
import { timeoutsSchema } from '../http/timeouts.js';
import { databaseSettings, type DatabaseSettings } from './database-place.js';
import { readSettingFile } from './setting-files.js';

/** A port; 0 is any free one. */
export const portSchema = numberText(z.int().min(0).max(65_535));

/** The address of a peer. */
const endpoint = z.strictObject({
  address: z.string().describe('host:port'),
  hostnameOverride: z
    .string()
    .exactOptional()
    .describe("the name in the peer's TLS certificate, if it differs from the host"),
});

/** @returns the schema of a path that may be relative to this folder. */
export const pathIn = (folder: string) =>
  z
    .string()
    .min(1)
    .transform((path) => resolve(folder, path));

type PathSchema = ReturnType<typeof pathIn>;

const tlsSchema = (path: PathSchema) =>
  z.strictObject({
    cert: path,
    key: path,
    clientRoots: z
      .array(path)
      .min(1)
      .describe("root certificates for clients: the organisation's CA"),
    revocations: path.describe(
      'PEM file with a revocation list of each root; read again when it changes',
    ),
  });

/** A client certificate of the organisation, and its key. */
export const identitySchema = (path: PathSchema) =>
  z.strictObject({ certificate: path, privateKey: path });

const ledgerSchema = (path: PathSchema) =>
  z.strictObject({
    peers: z
      .array(endpoint)
      .min(1)
      .describe('peers of the organisation; when one does not answer, the node uses the next'),
    tlsRoot: path,
    mspId: z.string(),
    actor: z.string().describe("the organisation's own id on the ledger"),
    identities: z
      .partialRecord(z.enum(ATTRIBUTES), identitySchema(path))
      .describe('client certificates and keys by role'),
    channel: z.string(),
    chaincode: z.string(),
    organisations: z
      .partialRecord(z.enum(['bank', 'merchant', 'logistics', 'auditor']), z.string())
      .describe('MSP ids by role'),
  });

/** The fields of every node's file. A node adds its own and builds a strict object. */
export const nodeFields = (path: PathSchema) => ({
  host: z.string().default('127.0.0.1'),
  port: portSchema.default(0).describe('0: any free port, see the ready file'),
  databaseFolder: path.describe(
    'PostgreSQL inside the process; locked, and used when there is no databaseUrlFile',
  ),
  databaseUrlFile: path
    .optional()
    .describe('a file with postgres://… of a server; DATABASE_URL overrides it'),
  readyFile: path.optional().describe('written when the node is ready, removed when it ends'),
  tls: tlsSchema(path),
  timeouts: timeoutsSchema,
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ledger: ledgerSchema(path),
});

/** The part of a configuration that every node has, with absolute paths. */
export type NodeConfig = z.output<z.ZodObject<ReturnType<typeof nodeFields>>> & DatabaseSettings;

/** The content of a file, before its paths are absolute. */
export type NodeConfigInput = z.input<z.ZodObject<ReturnType<typeof nodeFields>>>;

/**
 * @returns the secret that a file holds, without the end of its line.
 * @throws NetworkError `HOME_UNUSABLE` when others may read the file, `SETTING_FILE_UNUSABLE` when it cannot be read
 */
export const readSecret = (file: string): string =>
  readSettingFile({ file, content: 'line', isSecret: true });

/** @throws NetworkError `SETTINGS_INVALID`; the parser would quote a part of the content */
function readJson(file: string): unknown {
  const text = readSettingFile({ setting: 'The configuration', file, content: 'text' });
  try {
    return JSON.parse(text);
  } catch {
    throw new NetworkError('SETTINGS_INVALID', `The configuration ${file} is no JSON.`, {
      details: { file },
    });
  }
}

/**
 * @param schema of the setting that the variable overrides
 * @returns the whole number in a variable of the environment; undefined when it is not set
 * @throws NetworkError `SETTINGS_INVALID` with the variable's name
 */
export function environmentNumber(
  environment: NodeJS.ProcessEnv,
  name: string,
  schema: z.ZodType<number>,
): number | undefined {
  const text = environment[name];
  if (text === undefined) return undefined;
  const read = schema.safeParse(wholeNumber(text, { least: 0 }) ?? Number.NaN);
  if (read.success) return read.data;
  const why = read.error.issues.map(({ message }) => message).join('; ');
  throw new NetworkError('SETTINGS_INVALID', `${name} is wrong: ${why}.`, {
    advice: 'Correct the variable of the environment, or remove it, and start the node again.',
    details: { setting: name },
  });
}

/**
 * Reads a node's configuration.
 * @param schemaIn the node's schema, with paths relative to this folder
 * @throws {z.ZodError} naming each wrong setting; {NetworkError} when the file cannot be read, or is no JSON
 */
export function readNodeConfig<Schema extends z.ZodObject<ReturnType<typeof nodeFields>>>(
  file: string,
  environment: NodeJS.ProcessEnv,
  schemaIn: (path: PathSchema) => Schema,
): z.output<Schema> & DatabaseSettings {
  const schema = schemaIn(pathIn(dirname(resolve(file))));
  const config = schema.parse(readJson(file));
  return { ...config, ...databaseSettings(config, environment) };
}
