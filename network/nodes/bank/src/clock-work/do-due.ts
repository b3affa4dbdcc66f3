// SPDX-License-Identifier: Apache-2.0
// Does one thing whose time has come. The ledger's rules and its time decide whether it may be done.
import type { ErrorCode } from '@fabric-offline-pay/domain';
import { refusalCode } from '@fabric-offline-pay/node-common/client';
import type { DueKind } from '../database/clock-tables.js';
import type { ClockLedger, OrderEnd } from './clock-ledger.js';
import { dueOfOrder } from './due-of-rows.js';
import type { Due } from './due-store.js';

/**
 * The ledger says that it is not due yet, or that somebody else was first. It comes again later, unless a change of its row says otherwise.
 * Any other refusal is tried again, and alerts an operator when that does not help.
 */
const NOT_NOW: readonly (ErrorCode | undefined)[] = [
  'DEBT_NOT_DUE',
  'DEBT_PAYABLE',
  'DECISION_NOT_DUE',
  'HOLD_NOT_EXPIRED',
  'INSUFFICIENT_FUNDS',
  'NOT_FOUND',
  'NOT_UNDELIVERED',
  'OFFLINE_CLAIM_OPEN',
  'OFFLINE_RESERVE_INACTIVE',
  'RELEASE_NOT_DUE',
  'ROLL_UP_TOO_EARLY',
  'STATE_CONFLICT',
];

type Act = (ledger: ClockLedger, key: readonly string[]) => Promise<void>;

/** Whether the order, as the ledger has it now, still has this before it. */
async function isStillAhead(ledger: ClockLedger, { kind, key }: Due): Promise<boolean> {
  const [merchantId = '', orderNumber = ''] = key.split('/');
  const order = await ledger.readOrder({ merchantId, orderNumber });
  return (
    order !== undefined &&
    dueOfOrder(order).some((thing) => thing.kind === kind && thing.key.join('/') === key)
  );
}

const endOrder =
  (kind: OrderEnd): Act =>
  async (ledger, [merchantId = '', orderNumber = '']) => {
    if (await isStillAhead(ledger, { kind, key: `${merchantId}/${orderNumber}` }))
      await ledger.end(kind, { merchantId, orderNumber });
  };

const ACTS: Readonly<Record<DueKind, Act>> = {
  expire: endOrder('expire'),
  release: endOrder('release'),
  returnUndelivered: endOrder('returnUndelivered'),
  async lapseDispute(ledger, key) {
    const [merchantId = '', orderNumber = '', disputeId = ''] = key;
    if (await isStillAhead(ledger, { kind: 'lapseDispute', key: key.join('/') }))
      await ledger.lapseDispute({ merchantId, orderNumber }, disputeId);
  },
  rollUp: (ledger, [payeeId = '', currency = '']) => ledger.rollUp({ payeeId, currency }),
  /** Money of the payee that waits for a roll-up pays its debts first. */
  async bearDebt(ledger, [payeeId = '', currency = '', orderNumber = '']) {
    await ledger.rollUp({ payeeId, currency });
    await ledger.bearDebt({ payeeId, currency }, orderNumber);
  },
  closeReserve: (ledger, [customerId = '', deviceId = '', epoch = '']) =>
    ledger.closeReserve({ customerId, deviceId, epoch: Number(epoch) }),
};

/** @throws when the ledger did not answer, or refused for a reason that does not pass: it is repeated later */
export async function doDue(ledger: ClockLedger, { kind, key }: Due): Promise<void> {
  try {
    await ACTS[kind](ledger, key.split('/'));
  } catch (error) {
    if (!NOT_NOW.includes(refusalCode(error))) throw error;
  }
}

/** @returns whether this text is a kind that this version knows */
export const isDueKind = (text: unknown): text is DueKind =>
  typeof text === 'string' && Object.hasOwn(ACTS, text);
