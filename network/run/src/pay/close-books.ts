// SPDX-License-Identifier: Apache-2.0
// Closes a day: publishes ratings, rolls up every payee, pays out the merchants.
import { inParallel } from '@fabric-offline-pay/node-common';
import { type LedgerClients, type Payee, rollUpPayee } from '@fabric-offline-pay/operate';
import type { RatedSubject } from './after-sales.js';
import { codeOf, type Failure } from './failure.js';
import type { Organisations } from './organisations.js';

const AT_ONCE = 16;

export interface DayBook {
  readonly merchants: readonly { readonly payeeId: string; readonly currency: string }[];
  readonly logistics: readonly { readonly payeeId: string; readonly currency: string }[];
  readonly rated: readonly RatedSubject[];
}

const subjectName = ({ subject, owner, subjectId }: RatedSubject): string =>
  `${subject}/${owner}/${subjectId}`;

/** Unit 18 → 1: publishes the aggregates of these, which units 7, 8 and 1104 then read. */
const distinctSubjects = (subjects: readonly RatedSubject[]): readonly RatedSubject[] => [
  ...new Map(subjects.map((entry) => [subjectName(entry), entry])).values(),
];

/** The id of a redemption is the roll-up that it pays out, so no two are the same, however soon the next run follows. */
async function payOut(
  clients: LedgerClients,
  { bank }: Pick<Organisations, 'bank'>,
  payee: Payee,
): Promise<void> {
  const bankNode = await clients.client('bank', 'bank-node');
  const { balance: amount, transactionId } = await rollUpPayee(bankNode, payee);
  if (amount === '0') return;
  const redeemId = `payout-${transactionId.slice(0, 32)}`;
  await bank.payOut({ ...payee, amount, redeemId });
}

/** A failed step of the close. The money stays where it is, and the next close tries again. */
export interface OpenBook extends Pick<Failure, 'code'> {
  readonly step: 'publish' | 'payOut' | 'rollUp';
  /** The payee and its currency, or what was rated. */
  readonly of: string;
}

export interface ClosedBooks {
  /** The id of the last transaction. A reader of the events that has seen it has seen all before it. Undefined when it failed. */
  readonly last: string | undefined;
  readonly open: readonly OpenBook[];
}

/** Runs a step for each item. A failure does not stop the others. @returns the failures. */
async function forEach<Of>(
  step: OpenBook['step'],
  all: readonly Of[],
  nameOf: (of: Of) => string,
  work: (of: Of) => Promise<unknown>,
): Promise<readonly OpenBook[]> {
  const open: OpenBook[] = [];
  await inParallel(all, AT_ONCE, async (of) => {
    try {
      await work(of);
    } catch (error) {
      open.push({ step, of: nameOf(of), code: codeOf(error) });
    }
  });
  return open;
}

const payeeName = ({ payeeId, currency }: Payee): string => `${payeeId} ${currency}`;

export async function closeBooks(
  clients: LedgerClients,
  organisations: Pick<Organisations, 'bank'>,
  day: DayBook,
): Promise<ClosedBooks> {
  const rated = distinctSubjects(day.rated);
  const bankNode = await clients.client('bank', 'bank-node');
  const open = [
    await forEach('publish', rated, subjectName, (of) => bankNode.feedback.publish({ ...of })),
    await forEach('payOut', day.merchants, payeeName, (payee) =>
      payOut(clients, organisations, payee),
    ),
    await forEach('rollUp', day.logistics, payeeName, (payee) => rollUpPayee(bankNode, payee)),
  ];
  // The logistics company comes last: nothing follows it.
  const payee = { payeeId: clients.organisation('logistics').actor, currency: 'EUR' };
  let last: string | undefined;
  const closing = await forEach('rollUp', [payee], payeeName, async (of) => {
    last = (await rollUpPayee(bankNode, of)).transactionId;
  });
  return { last, open: [...open, closing].flat() };
}
