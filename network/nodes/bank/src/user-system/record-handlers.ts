// SPDX-License-Identifier: Apache-2.0
// Carries out what customers ask of their own record. A login opens its customer's record only.
import type { FileAnswer, Handlers, ParsedInput } from '@fabric-offline-pay/node-common/client';
import { statementFile as fileOf, type StatementEntry } from '@fabric-offline-pay/node-common/node';
import { toInstant } from '../clock.js';
import type { BACKING_PROOF_OPERATIONS } from '../backing/backing-operations.js';
import type { PublishedBacking } from '../backing/read-backing.js';
import type { BankContext } from '../context.js';
import { optIn, optOut } from '../habits/choices.js';
import { recommend } from '../habits/recommend.js';
import { listMessages } from '../outbox/list-messages.js';
import { requireSession } from '../records/logins.js';
import { eraseCustomer } from '../statements/personal-data/erase-customer.js';
import { exportCustomer } from '../statements/personal-data/export-customer.js';
import { devices, openHolds, reserves } from '../statements/positions.js';
import {
  statementOf,
  wholeStatement,
  type StatementFilters,
} from '../statements/read-statement.js';
import type { RECORD_OPERATIONS } from './record-operations.js';

export interface RecordContext extends Pick<BankContext, 'db' | 'clock' | 'limits' | 'ledger'> {
  readonly published: PublishedBacking;
}

type Operations = typeof RECORD_OPERATIONS & typeof BACKING_PROOF_OPERATIONS;
type Input<Name extends keyof Operations> = ParsedInput<Operations[Name]>;

async function customerOf(context: RecordContext, loginId: string): Promise<string> {
  return (await requireSession(context, loginId)).customer_id;
}

const periodOf = ({ from, to }: { readonly from: number; readonly to: number }) => ({
  from: from * 1000,
  to: to * 1000,
});

const shownEntry = ({ bookedAt, ...entry }: StatementEntry) => ({
  ...entry,
  bookedAt: toInstant(bookedAt),
});

async function readStatement(
  context: RecordContext,
  { loginId, currency, from, to, kind, merchantId, after, limit }: Input<'readStatement'>,
) {
  const filters = {
    ...(kind !== undefined && { kind }),
    ...(merchantId !== undefined && { merchantId }),
  } as StatementFilters;
  const { head, entries, next } = await statementOf(context.db, {
    customerId: await customerOf(context, loginId),
    currency,
    ...periodOf({ from, to }),
    madeAt: context.clock(),
    filters,
    ...(after !== undefined && { after }),
    limit,
  });
  const { opening, closing, height } = head;
  return { opening, closing, height, entries: entries.map(shownEntry), next };
}

async function statementFile(
  context: RecordContext,
  { loginId, currency, from, to, format }: Input<'statementFile'>,
): Promise<FileAnswer> {
  const customerId = await customerOf(context, loginId);
  const madeAt = context.clock();
  const query = { customerId, currency, ...periodOf({ from, to }), madeAt };
  const statement = await wholeStatement(context.db, query);
  return fileOf(statement, format, `statement-${currency}-${from}-${to}`);
}

export const RECORD_HANDLERS: Handlers<Operations, RecordContext> = {
  readStatement,
  statementFile,
  async listHolds(context, { loginId }) {
    const { rows, height } = await openHolds(context.db, await customerOf(context, loginId));
    const shown = rows.map((row) => ({
      ...row,
      placedAt: toInstant(row.placedAt),
      expiresAt: toInstant(row.expiresAt),
    }));
    return { rows: shown, height };
  },
  async listReserves(context, { loginId }) {
    const { rows, height } = await reserves(context.db, await customerOf(context, loginId));
    const shown = rows.map((row) => ({
      ...row,
      spendUntil: toInstant(row.spendUntil),
      claimUntil: toInstant(row.claimUntil),
    }));
    return { rows: shown, height };
  },
  async listDevices(context, { loginId }) {
    const { rows, height } = await devices(context.db, await customerOf(context, loginId));
    const shown = rows.map((row) => ({ ...row, registeredAt: toInstant(row.registeredAt) }));
    return { rows: shown, height };
  },
  async listMessages(context, { loginId, after, limit }) {
    return listMessages(context, await customerOf(context, loginId), { after, limit });
  },
  async recommend(context, { loginId, limit }) {
    return recommend(context.db, await customerOf(context, loginId), limit, context.clock());
  },
  async setHabits(context, { loginId, learn }) {
    const customerId = await customerOf(context, loginId);
    await (learn ? optIn : optOut)(context.db, customerId);
    return { learn };
  },
  async exportData(context, { loginId }) {
    return exportCustomer(context.db, await customerOf(context, loginId));
  },
  async readBackingProof(context, { loginId, currency, day }) {
    return context.published.proof(await customerOf(context, loginId), currency, day);
  },
  eraseCustomer: (context, { customerId }) => eraseCustomer(context, customerId),
};
