// SPDX-License-Identifier: Apache-2.0
// Which host keeps the money of cards and of mobile accounts: the `coreBanking` part of the bank's configuration.
import type { pathIn } from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';

/** Of a path, which may be relative to the configuration file. */
type PathSchema = ReturnType<typeof pathIn>;

const embedded = z.strictObject({ adapter: z.literal('embedded') });

const milliseconds = (most: number) => z.int().min(10).max(most);

const iso8583 = (path: PathSchema) =>
  z.strictObject({
    adapter: z.literal('iso8583'),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535),
    tls: z
      .strictObject({
        ca: path.describe("PEM: the authority of the host's certificate"),
        cert: path.optional().describe('PEM: the certificate by which the host knows the bank'),
        key: path.optional(),
      })
      .optional()
      .describe('without it the connection is plain TCP, for a line that is private already'),
    institution: z
      .string()
      .regex(/^\d{1,11}$/)
      .describe('field 32'),
    terminal: z
      .string()
      .regex(/^[\x21-\x7e]{1,8}$/)
      .describe('field 41'),
    acceptor: z
      .string()
      .regex(/^[\x21-\x7e]{1,15}$/)
      .describe('field 42'),
    bitmap: z.enum(['binary', 'hex']).default('binary'),
    mostBytes: z.int().min(256).max(65_535).default(4096).describe('longest message to accept'),
    timeoutMs: milliseconds(60_000).default(10_000),
    repeats: z
      .int()
      .min(0)
      .max(10)
      .default(2)
      .describe('times that an advice or a reversal is sent again in one call'),
    backoffMs: z
      .strictObject({
        first: milliseconds(60_000).default(500),
        most: milliseconds(600_000).default(30_000),
      })
      .prefault({})
      .describe('after a connection that could not be made'),
    statementFolder: path.optional().describe("where the host leaves each day's statement"),
  });

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

const isSafe = (text: string): boolean => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || LOOPBACK.includes(hostname);
};

const mobileMoney = (path: PathSchema) =>
  z.strictObject({
    adapter: z.literal('mobile-money'),
    url: z
      .url({ protocol: /^https?$/ })
      .refine(isSafe, 'https, except on this machine')
      .transform((text) => text.replace(/\/$/, '')),
    account: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,64}$/)
      .describe("the bank's own account at the host"),
    apiKeyFile: path.describe('holds X-API-Key'),
    clientId: z.string().min(1).max(256).optional().describe('X-Client-Id'),
    timeoutMs: milliseconds(60_000).default(10_000),
    poll: z
      .strictObject({
        everyMs: milliseconds(60_000).default(1_000),
        times: z.int().min(0).max(100).default(5),
      })
      .prefault({})
      .describe('how the host is asked about what it decides later'),
  });

/** The `coreBanking` part; without it all money is in the book. */
export const coreBankingSchema = (path: PathSchema) =>
  z
    .strictObject({
      card: z
        .discriminatedUnion('adapter', [embedded, iso8583(path)])
        .default({ adapter: 'embedded' }),
      mobile: z
        .discriminatedUnion('adapter', [embedded, mobileMoney(path)])
        .default({ adapter: 'embedded' }),
      payees: z
        .enum(['embedded', 'card', 'mobile'])
        .default('embedded')
        .describe('where the accounts of payees are: in the book, or at one of the two hosts'),
    })
    .prefault({});

/** With absolute paths. */
export type CoreBankingConfig = z.output<ReturnType<typeof coreBankingSchema>>;
export type CardConfig = CoreBankingConfig['card'];
export type MobileConfig = CoreBankingConfig['mobile'];

/** @returns the adapters of hosts that give no statements: nobody said where they leave them */
export const withoutStatements = ({ card }: CoreBankingConfig): readonly string[] =>
  card.adapter === 'iso8583' && card.statementFolder === undefined ? [card.adapter] : [];
