// SPDX-License-Identifier: Apache-2.0
// The work of statements of backing, with the functions of its operations.
import { NodeError, type Handlers } from '@fabric-offline-pay/node-common/client';
import type { JobKind, Work, WorkParts } from '@fabric-offline-pay/node-common/node';
import { dayOf } from '../core-banking/book/post-entry.js';
import type { BankTables } from '../database/schema.js';
import type { BACKING_OPERATIONS } from './backing-operations.js';
import { BackingPockets } from './follow-pockets.js';
import { askHandovers, dueHandoversJob, handOverJob, type HandoverContext } from './hand-over.js';
import { PUBLISH_BACKING, publishBackingJob, type BackingContext } from './publish-backing.js';
import { PublishedBacking } from './read-backing.js';

type Asking = Pick<Work<BankTables>, 'ask' | 'askAll' | 'wake'>;

export type BackingHandlers = Handlers<typeof BACKING_OPERATIONS, unknown>;

/** The work, with the functions of its operations. */
export interface BackingWork extends WorkParts<BankTables> {
  readonly handlers: BackingHandlers;
}

/** A node without the certificate of `bank-node` follows, shows what was stated, and states nothing. */
export type BackingParts = Omit<BackingContext, 'sign'> &
  Partial<Pick<BackingContext, 'sign'>> &
  Pick<HandoverContext, 'auditors'>;

/** @throws {NodeError} NOT_READY without the certificate that signs */
async function ask({ db, clock, sign }: BackingParts, work: Asking): Promise<void> {
  if (sign === undefined) throw new NodeError('NOT_READY');
  await db
    .transaction()
    .execute((transaction) => work.ask(transaction, PUBLISH_BACKING, dayOf(clock()), {}));
  work.wake();
}

/** Without a signer nothing new is stated; what was stated is still handed over. */
function jobsOf(parts: BackingParts, work: Asking): JobKind[] {
  const { sign, auditors } = parts;
  const publishing =
    sign === undefined
      ? []
      : [publishBackingJob({ ...parts, sign }, work, () => askHandovers(parts, work))];
  const handing = auditors.length === 0 ? [] : [handOverJob(parts), dueHandoversJob(parts, work)];
  return [...publishing, ...handing];
}

export function backingWork(parts: BackingParts, work: Asking): BackingWork {
  const published = new PublishedBacking(parts);
  return {
    projections: [new BackingPockets(parts.bankId)],
    jobs: jobsOf(parts, work),
    handlers: {
      readNewestBacking: () => published.statement(),
      readBacking: (_, { day }) => published.statement(day),
      readBackingSeed: (_, { day }) => published.seed(day),
      async stateBacking() {
        await ask(parts, work);
        return { asked: true };
      },
    },
  };
}
