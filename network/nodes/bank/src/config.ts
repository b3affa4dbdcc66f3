// SPDX-License-Identifier: Apache-2.0
// The configuration of the bank's authentication service: one JSON file. The environment may override two of its values.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { capsSchema } from './caps.js';
import { absoluteMessages, messagesSchema } from './messages/config.js';
import { limitsSchema, timeoutsSchema } from './limits.js';

const port = z.coerce.number().int().min(0).max(65_535);

/** Paths may be relative to the configuration file. */
const path = z.string().min(1);

/** The address of a peer. */
const endpoint = z.strictObject({
  address: z.string().describe('host:port'),
  hostnameOverride: z
    .string()
    .exactOptional()
    .describe("the name in the peer's TLS certificate, if it differs from the host"),
});

const configSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: port.default(0).describe('0: any free port, see the ready file'),
  databaseFolder: path,
  keyFile: path.describe('the key of the stored codes; made at the first start'),
  outboxFolder: path.describe('where SMS are written that no SMSC takes'),
  messages: messagesSchema,
  readyFile: path.optional().describe('written when the service is ready, removed when it ends'),
  tls: z.strictObject({
    cert: path,
    key: path,
    clientRoots: z.array(path).min(1).describe("root certificates for clients: the bank's CA"),
    revocations: path.describe(
      'PEM file with a revocation list of each root; read again when it changes',
    ),
  }),
  limits: limitsSchema,
  caps: capsSchema,
  timeouts: timeoutsSchema,
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ledger: z.strictObject({
    peers: z
      .array(endpoint)
      .min(1)
      .describe('peers of the bank; when one does not answer, the service uses the next'),
    tlsRoot: path,
    mspId: z.string(),
    bankId: z.string().describe("the bank's own id on the ledger"),
    certificate: path.describe('client certificate with role=auth-service'),
    privateKey: path,
    channel: z.string(),
    chaincode: z.string(),
    organisations: z
      .partialRecord(z.enum(['bank', 'merchant', 'logistics', 'auditor']), z.string())
      .describe('MSP ids by role'),
  }),
});

/** The content of the file. */
export type BankConfigInput = z.input<typeof configSchema>;

/** The configuration with absolute paths. */
export type BankConfig = z.output<typeof configSchema>;

function absolute(config: BankConfig, folder: string): BankConfig {
  const at = (relative: string): string => resolve(folder, relative);
  const { tls, ledger, readyFile } = config;
  return {
    ...config,
    databaseFolder: at(config.databaseFolder),
    keyFile: at(config.keyFile),
    outboxFolder: at(config.outboxFolder),
    messages: absoluteMessages(config.messages, at),
    ...(readyFile !== undefined && { readyFile: at(readyFile) }),
    tls: {
      cert: at(tls.cert),
      key: at(tls.key),
      clientRoots: tls.clientRoots.map(at),
      revocations: at(tls.revocations),
    },
    ledger: {
      ...ledger,
      tlsRoot: at(ledger.tlsRoot),
      certificate: at(ledger.certificate),
      privateKey: at(ledger.privateKey),
    },
  };
}

/**
 * @param environment `OFFPAY_BANK_PORT` and `OFFPAY_BANK_CODE_SECONDS` override the file.
 * @throws {z.ZodError} naming each wrong setting.
 */
export function readConfig(file: string, environment: NodeJS.ProcessEnv = {}): BankConfig {
  const written: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const config = configSchema.parse(written);
  const codeSeconds = environment['OFFPAY_BANK_CODE_SECONDS'];
  const overridden = {
    ...config,
    port: port.parse(environment['OFFPAY_BANK_PORT'] ?? config.port),
    limits: limitsSchema.parse({
      ...config.limits,
      ...(codeSeconds !== undefined && { codeSeconds: Number(codeSeconds) }),
    }),
  };
  return absolute(overridden, dirname(resolve(file)));
}
