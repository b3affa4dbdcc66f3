// SPDX-License-Identifier: Apache-2.0
// Alarms, disputes and double spends, as transactions brought them on.
import type { Value } from '../rows/row-kinds.js';
import type { OwnRow } from './history-table.js';
import { changesOf, type SeenChange, type SeenTransaction } from './seen-transaction.js';

export const alarmEntries = (seen: SeenTransaction): OwnRow<'alarms'>[] =>
  changesOf(seen, 'alarm').flatMap(({ after }) => {
    if (after === undefined) return [];
    const { bankId, merchantId, orderNumber, state, blamed, fields, reason } = after.value;
    return [
      {
        subject: [bankId, merchantId, orderNumber].join('/'),
        ...{ bank_id: bankId, merchant_id: merchantId, order_number: orderNumber, state },
        ...{ blamed: JSON.stringify(blamed), fields: JSON.stringify(fields) },
        ...{ raised_at: after.value.raisedAt, decided_at: after.value.decidedAt, reason },
      },
    ];
  });

type Order = Value<'order'>;
type Dispute = NonNullable<Order['dispute']>;

/** What left the hold or came back from payees. */
function returned({ hold }: Order): bigint {
  return hold === null ? 0n : BigInt(hold.voided) + BigInt(hold.refunded);
}

/** An upheld dispute ends in `refunded`; a rejected one leaves the order as it was before. */
const decisionOf = ({ state }: Order): string => (state === 'refunded' ? 'upheld' : 'rejected');

function disputeRow(
  order: Order,
  { id, openedAt, withheld }: Dispute,
  state: string,
  refunded: bigint,
): OwnRow<'disputes'> {
  const { merchantId, orderNumber, bankId, hold } = order;
  return {
    subject: [merchantId, orderNumber, id].join('/'),
    ...{ merchant_id: merchantId, order_number: orderNumber, dispute_id: id, bank_id: bankId },
    ...{ state, opened_at: openedAt, currency: hold?.currency ?? null, withheld },
    refunded: refunded.toString(),
  };
}

function disputeSteps({ before, after }: SeenChange<'order'>): OwnRow<'disputes'>[] {
  const [was, is] = [before?.value, after?.value];
  if (is === undefined) return [];
  const [old, now] = [was?.dispute ?? null, is.dispute];
  if (was !== undefined && old !== null && now === null)
    return [disputeRow(is, old, decisionOf(is), returned(is) - returned(was))];
  if (now === null || JSON.stringify(old) === JSON.stringify(now)) return [];
  return [disputeRow(is, now, now.agreed ? 'agreed' : 'open', 0n)];
}

export const disputeEntries = (seen: SeenTransaction): OwnRow<'disputes'>[] =>
  changesOf(seen, 'order').flatMap(disputeSteps);

/** @param verified what the auditor's own check of a case gave, by its key; absent: nothing of its evidence changed */
export const fraudEntries = (
  seen: SeenTransaction,
  verified: ReadonlyMap<string, string>,
): OwnRow<'frauds'>[] =>
  changesOf(seen, 'fraud').flatMap(({ key, after }) => {
    if (after === undefined) return [];
    const { value: fraud, parts } = after;
    return [
      {
        ...{ subject: parts.join('/'), bank_id: fraud.bankId, customer_id: fraud.customerId },
        ...{ device_id: fraud.deviceId, kind: fraud.kind, merchant_id: fraud.merchantId },
        ...{ amount: fraud.amount, blame: fraud.blame, claimed: fraud.claimed },
        ...{ proven: fraud.proven, careless: fraud.careless, loss_bearer: fraud.lossBearer },
        ...{ compensation: fraud.compensation, recovered: fraud.recovered },
        ...{ clearing: fraud.clearing?.reason ?? null, verified: verified.get(key) ?? 'unchanged' },
      },
    ];
  });
