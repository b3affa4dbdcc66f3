// SPDX-License-Identifier: Apache-2.0
// The configuration of the logistics company's node: one JSON file.
import {
  nodeFields,
  readNodeConfig,
  type DatabaseSettings,
  type pathIn,
} from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';
import { rulesSchema } from './rules.js';

const configSchema = (path: ReturnType<typeof pathIn>) =>
  z.strictObject({
    ...nodeFields(path),
    rules: rulesSchema.default(rulesSchema.parse({})),
    alertUrlFile: path
      .optional()
      .describe('a secret file with the address that late deliveries are posted to; else the log'),
  });

type Schema = ReturnType<typeof configSchema>;

/** The content of the file. */
export type LogisticsConfigInput = z.input<Schema>;

/** The configuration with absolute paths. */
export type LogisticsConfig = z.output<Schema> & DatabaseSettings;

/**
 * @param environment `DATABASE_URL` overrides the file.
 * @throws {z.ZodError} naming each wrong setting.
 */
export const readConfig = (file: string, environment: NodeJS.ProcessEnv = {}): LogisticsConfig =>
  readNodeConfig(file, environment, configSchema);
