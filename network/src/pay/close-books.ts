// SPDX-License-Identifier: Apache-2.0
// The end of a day: ratings published, every payee rolled up, the merchants paid out.
import type { Clients } from '../ledger/clients';
import { rollUpPayee, type Payee } from '../ledger/payees';
import { inParallel } from '../system/in-parallel';
import type { RatedSubject } from './after-sales';

const AT_ONCE = 16;

export interface DayBook {
  readonly merchants: readonly { readonly payeeId: string; readonly currency: string }[];
  readonly logistics: readonly { readonly payeeId: string; readonly currency: string }[];
  readonly rated: readonly RatedSubject[];
}

/** Unit 18 → 1: the aggregates that units 7, 8 and 1104 read from now on. */
async function publish(clients: Clients, subjects: readonly RatedSubject[]): Promise<void> {
  const bankNode = await clients.client('bank', 'bank-node');
  const distinct = new Map(
    subjects.map((entry) => [`${entry.subject}/${entry.owner}/${entry.subjectId}`, entry]),
  );
  await inParallel([...distinct.values()], AT_ONCE, async (subject) => {
    await bankNode.feedback.publish({ ...subject });
  });
}

/** A redemption is named by the time until which it pays out. */
async function payOut(clients: Clients, payee: Payee): Promise<void> {
  const [bankNode, teller] = await Promise.all([
    clients.client('bank', 'bank-node'),
    clients.client('bank', 'teller'),
  ]);
  const { balance: amount, until } = await rollUpPayee(bankNode, payee);
  if (amount === '0') return;
  const redeemId = `payout-${payee.payeeId}-${until.toString()}`;
  const payout = { ...payee, amount, redeemId };
  const cashier = await clients.client('merchant', 'cashier', payee.payeeId);
  const { blockNumber } = await cashier.settlement.requestPayout(payout);
  await clients.catchUp(blockNumber);
  await teller.settlement.redeem(payout);
}

/** @returns the id of the last transaction, which announces itself: whoever has seen it has seen all before it. */
export async function closeBooks(clients: Clients, day: DayBook): Promise<string> {
  await publish(clients, day.rated);
  await inParallel(day.merchants, AT_ONCE, (payee) => payOut(clients, payee));
  await inParallel(day.logistics, AT_ONCE, async (payee) => {
    await rollUpPayee(await clients.client('bank', 'bank-node'), payee);
  });
  return closeDay(clients);
}

/** Rolls the logistics company up once more: nothing comes after it. */
async function closeDay(clients: Clients): Promise<string> {
  const bankNode = await clients.client('bank', 'bank-node');
  const payee = { payeeId: clients.organisation('logistics').actor, currency: 'EUR' };
  return (await rollUpPayee(bankNode, payee)).transactionId;
}
