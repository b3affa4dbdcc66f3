// SPDX-License-Identifier: Apache-2.0
// The configuration of the bank's node: one JSON file. The environment may override three of its values.
import {
  auditorSchema,
  environmentNumber,
  nodeFields,
  portSchema,
  readNodeConfig,
  type DatabaseSettings,
  type pathIn,
} from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';
import { alertsSchema } from './alerts/alerts-config.js';
import { capsSchema } from './caps.js';
import { coreBankingSchema } from './core-banking/configuration.js';
import { limitsSchema } from './limits.js';
import { messagesSchema } from './messages/config.js';
import { passkeysSchema } from './passkeys/passkey-config.js';

const configSchema = (path: ReturnType<typeof pathIn>) =>
  z.strictObject({
    ...nodeFields(path),
    keyFile: path.describe('the key of the stored codes; made at the first start'),
    outboxFolder: path.describe('where SMS are written that no SMSC takes'),
    messages: messagesSchema(path),
    coreBanking: coreBankingSchema(path),
    alerts: alertsSchema(path),
    settling: z
      .strictObject({
        automatic: z
          .boolean()
          .default(true)
          .describe(
            'whether the node settles matched orders by itself, but those of merchants that claim themselves',
          ),
      })
      .prefault({}),
    auditors: z
      .array(auditorSchema(path))
      .max(16)
      .default([])
      .describe('who gets each statement of backing'),
    passkeys: passkeysSchema.exactOptional(),
    limits: limitsSchema,
    caps: capsSchema,
    funding: z
      .strictObject({
        abandonedAfterSeconds: z
          .int()
          .min(60)
          .default(1_800)
          .describe(
            'seconds after which an order that was funded and holds no money gives it back',
          ),
      })
      .prefault({}),
  });

type Schema = ReturnType<typeof configSchema>;

/** The content of the file. */
export type BankConfigInput = z.input<Schema>;

/** The configuration with absolute paths. */
export type BankConfig = z.output<Schema> & DatabaseSettings;

/**
 * @param environment `OFFPAY_BANK_PORT`, `OFFPAY_BANK_CODE_SECONDS` and `DATABASE_URL` override the file.
 * @throws {z.ZodError} naming each wrong setting; {NetworkError} `SETTINGS_INVALID` naming a wrong variable
 */
export function readConfig(file: string, environment: NodeJS.ProcessEnv = {}): BankConfig {
  const config = readNodeConfig(file, environment, configSchema);
  const { port, limits } = config;
  return {
    ...config,
    port: environmentNumber(environment, 'OFFPAY_BANK_PORT', portSchema) ?? port,
    limits: {
      ...limits,
      codeSeconds:
        environmentNumber(
          environment,
          'OFFPAY_BANK_CODE_SECONDS',
          limitsSchema.unwrap().shape.codeSeconds,
        ) ?? limits.codeSeconds,
    },
  };
}
