// SPDX-License-Identifier: Apache-2.0
// The configuration of the auditor's node: one JSON file.
import {
  nodeFields,
  readNodeConfig,
  type DatabaseSettings,
  type pathIn,
} from '@fabric-offline-pay/node-common/node';
import * as z from 'zod';

const configSchema = (path: ReturnType<typeof pathIn>) =>
  z.strictObject({
    ...nodeFields(path),
    genesis: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('SHA-256 of block 0, when it is known otherwise: no other ledger is audited'),
    code: z
      .record(z.string(), path)
      .default({})
      .describe('folders of earlier versions of the chaincode, by version; the installed one else'),
  });

type Schema = ReturnType<typeof configSchema>;

/** The content of the file. */
export type AuditorConfigInput = z.input<Schema>;

/** The configuration with absolute paths. */
export type AuditorConfig = z.output<Schema> & DatabaseSettings;

/**
 * @param environment `DATABASE_URL` overrides the file.
 * @throws {z.ZodError} naming each wrong setting.
 */
export const readConfig = (file: string, environment: NodeJS.ProcessEnv = {}): AuditorConfig =>
  readNodeConfig(file, environment, configSchema);
