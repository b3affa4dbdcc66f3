// SPDX-License-Identifier: Apache-2.0
// The auditor's questions asked of the tables of an earlier audit, with no node between: the same operations, the same answers.
import { parseWith, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { AuditorClient } from '../auditor-client.js';
import type { AuditorContext } from '../context.js';
import type { AuditorDatabase } from '../database/schema.js';
import { AUDITOR_OPERATIONS } from './auditor-api.js';
import { handlers } from './handlers.js';
import { historyHandlers } from './history-handlers.js';

type Reading = Pick<typeof AUDITOR_OPERATIONS, keyof typeof historyHandlers | 'readSupply'>;

/** What can be asked of an audit, of a running node's or of an earlier one's. */
export type AuditReader = Pick<AuditorClient, keyof Reading>;

interface ReadingContext {
  readonly node: Pick<AuditorContext, 'db'>;
}

const READING = {
  ...historyHandlers,
  readSupply: handlers.readSupply as Handlers<Reading, ReadingContext>['readSupply'],
} satisfies Handlers<Reading, ReadingContext>;

type Handle = (context: ReadingContext, input: unknown) => Promise<unknown>;

/** @param db of an earlier audit */
export const auditReader = (db: AuditorDatabase): AuditReader =>
  Object.fromEntries(
    Object.entries(READING).map(([name, handle]) => [
      name,
      async (input: unknown) =>
        (handle as Handle)(
          { node: { db } },
          parseWith(AUDITOR_OPERATIONS[name as keyof Reading].input, input),
        ),
    ]),
  ) as unknown as AuditReader;
