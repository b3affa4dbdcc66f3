// SPDX-License-Identifier: Apache-2.0
// Where a node reports to an auditor, as its configuration says it.
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { nodeClient, type NodeClient } from '../http/node-client.js';
import { identitySchema, type pathIn } from '../program/node-config.js';
import { keyPairFiles } from '../program/node-setting-files.js';
import type { SettingFile } from '../program/setting-files.js';
import { REPORT_OPERATIONS, type ReportOperations } from './report-operations.js';

/** @returns the schema of one auditor in a configuration */
export const auditorSchema = (path: ReturnType<typeof pathIn>) =>
  identitySchema(path).extend({
    url: z.url({ protocol: /^https$/ }).describe("of the auditor's node"),
    root: path.describe("root certificate of the auditor's node"),
  });

/** An auditor; the certificate of role `reporter` is one that the auditor's own authority issued. */
export type AuditorSetting = z.output<ReturnType<typeof auditorSchema>>;

/** @param setting its place in the configuration @returns the files that it names */
export const auditorFiles = (
  setting: string,
  { root, ...pair }: AuditorSetting,
): readonly SettingFile[] => [
  { setting: `${setting}.root`, file: root, content: 'certificates' },
  ...keyPairFiles(pair, {
    certificate: `${setting}.certificate`,
    privateKey: `${setting}.privateKey`,
  }),
];

const read = (file: string): string => readFileSync(file, 'utf8');

/** A report that takes longer is told again. */
const TIMEOUT_MS = 30_000;

/**
 * The files are read at each use, so that a renewed certificate is used.
 * @returns what `tell` gives; the connection is closed after it
 * @throws {CodedError} what the auditor's node refuses, and SERVICE_UNREACHABLE
 */
export async function withAuditor<Answer>(
  { url, root, certificate, privateKey }: AuditorSetting,
  tell: (auditor: NodeClient<ReportOperations>) => Promise<Answer>,
): Promise<Answer> {
  const client = nodeClient(REPORT_OPERATIONS, {
    ...{ url, root: read(root), cert: read(certificate), key: read(privateKey) },
    timeoutMs: TIMEOUT_MS,
  });
  try {
    return await tell(client);
  } finally {
    client.close();
  }
}
