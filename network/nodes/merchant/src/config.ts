// SPDX-License-Identifier: Apache-2.0
// The configuration of the merchant's node: one JSON file.
import {
  auditorSchema,
  identitySchema,
  nodeFields,
  readNodeConfig,
  type DatabaseSettings,
  type pathIn,
} from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';
import { identifier } from '@fabric-offline-pay/domain';

const DAY = 24 * 3_600;

const configSchema = (path: ReturnType<typeof pathIn>) =>
  z.strictObject({
    ...nodeFields(path),
    merchants: z
      .record(identifier, identitySchema(path))
      .default({})
      .describe('cashiers of further merchants of the organisation, by merchant id'),
    keyFile: path.describe('the key that seals secrets of webhooks; made at the first start'),
    evidenceSeconds: z
      .int()
      .min(DAY)
      .default(10 * DAY)
      .describe('from the opening of a dispute; shorter than the time that the bank has to decide'),
    auditor: auditorSchema(path)
      .exactOptional()
      .describe('who is told what terminals accepted and what the merchants were credited'),
    webhooks: z
      .strictObject({
        reach: z
          .enum(['public', 'loopback'])
          .default('public')
          .describe('`loopback`: http and this machine are allowed, too'),
        timeoutMs: z.int().min(1_000).max(60_000).default(15_000),
        giveUpSeconds: z
          .int()
          .min(3_600)
          .default(3 * DAY)
          .describe('how long one event is tried'),
      })
      .prefault({}),
  });

type Schema = ReturnType<typeof configSchema>;

/** The content of the file. */
export type MerchantConfigInput = z.input<Schema>;

/** The configuration with absolute paths. */
export type MerchantConfig = z.output<Schema> & DatabaseSettings;

/**
 * @param environment `DATABASE_URL` overrides the file.
 * @throws {z.ZodError} naming each wrong setting.
 */
export const readConfig = (file: string, environment: NodeJS.ProcessEnv = {}): MerchantConfig =>
  readNodeConfig(file, environment, configSchema);
