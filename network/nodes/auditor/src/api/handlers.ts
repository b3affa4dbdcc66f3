// SPDX-License-Identifier: Apache-2.0
// Each operation of the table, carried out for its caller.
import { NodeError, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { AuditorContext, CallContext } from '../context.js';
import { AuditorError } from '../errors.js';
import { acknowledge, readExposed, readFindings, readOverdue } from '../reading/read-findings.js';
import { readSupply } from '../reading/read-supply.js';
import { NothingAudited, reportOf, type AuditReport } from '../report/audit-report.js';
import { signReport } from '../report/sign-report.js';
import type { OperationTable } from './auditor-api.js';
import { reportHandlers } from './report-handlers.js';
import { findingCursor, placeOfCursor } from './cursors.js';
import { historyHandlers } from './history-handlers.js';

const DONE = { done: true } as const;

async function report({ db, chaincode }: AuditorContext, from?: number): Promise<AuditReport> {
  try {
    return await reportOf(db, { chaincode, ...(from !== undefined && { from }) });
  } catch (error) {
    throw error instanceof NothingAudited ? new AuditorError('NOTHING_AUDITED') : error;
  }
}

const secondsNow = ({ clock }: AuditorContext): number => Math.floor(clock() / 1000);

export const handlers: Handlers<OperationTable, CallContext> = {
  readReport: ({ node }, { from }) => report(node, from),
  signReport: async ({ node }) => {
    const made = await report(node);
    return {
      contentType: 'application/cose',
      fileName: `audit-${made.block.number.toString()}.cose`,
      body: await signReport(made, node.signer),
    };
  },
  listFindings: async ({ node }, { rule, from, after, limit }) => {
    const rows = await readFindings(node.db, { rule, from, limit, after: placeOfCursor(after) });
    const last = rows[limit - 1];
    return {
      findings: rows.slice(0, limit),
      next: rows.length > limit && last !== undefined ? findingCursor(last) : null,
    };
  },
  acknowledgeFinding: async ({ node, caller }, { findingId, found, reason }) => {
    const { db, chaincode, clock } = node;
    const acknowledged = await acknowledge(db, chaincode, {
      ...{ findingId, found, reason },
      ...{ by: caller.name, at: clock() },
    });
    if (acknowledged === undefined) throw new NodeError('NOT_FOUND', 'findingId');
    return DONE;
  },
  listOverdue: async ({ node }, { at = secondsNow(node) }) => ({
    at,
    overdue: await readOverdue(node.db, node.chaincode, at),
  }),

  readSupply: async ({ node }, { block }) => {
    const supply = await readSupply(node.db, block);
    if (supply === 'nothing') throw new AuditorError('NOTHING_AUDITED');
    if (supply === 'later') throw new NodeError('NOT_FOUND', 'block');
    return supply;
  },

  ...historyHandlers,
  listExposed: async ({ node }, { at = secondsNow(node) }) => ({
    at,
    findings: await readExposed(node.db, node.chaincode, at),
  }),
  ...reportHandlers,
};
