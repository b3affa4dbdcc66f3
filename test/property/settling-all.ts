// SPDX-License-Identifier: Apache-2.0
// Meets every obligation that an auditor sees, each at its very time: so that what is overdue is what the ledger lets end, and when.
import type { Client } from '@fabric-offline-pay/sdk';
import { BANK, type MemoryLedger } from '@fabric-offline-pay/testing';
import { rollUpPayee } from '@fabric-offline-pay/operate';
import { figuresOf } from '../../network/nodes/auditor/src/money/index.js';
import type { ObligationName, Overdue } from '../../network/nodes/auditor/src/overdue/index.js';
import { clientsOf } from '../support/memory-world.js';
import type { SecondLine } from '../support/second-line.js';
import type { StoppedClock } from './clock.js';
import { must } from './property.js';

type Meet = (
  clients: { readonly node: Client; readonly teller: Client },
  parts: readonly string[],
  money: NonNullable<Overdue['money']>,
) => Promise<unknown>;

const orderOf = ([merchantId = '', orderNumber = '']: readonly string[]) => ({
  merchantId,
  orderNumber,
});

/** What whoever owes it does. */
const MEET: Readonly<Partial<Record<ObligationName, Meet>>> = {
  'hold.expire': ({ node }, parts) => node.settlement.expire(orderOf(parts)),
  'hold.release': ({ node }, parts) => node.settlement.release(orderOf(parts)),
  'hold.return': ({ node }, parts) => node.settlement.returnUndelivered(orderOf(parts)),
  'dispute.decide': ({ node }, parts) =>
    node.settlement.lapseDispute({ ...orderOf(parts), disputeId: parts[2] ?? '' }),
  'debt.bear': ({ node }, [payeeId = '', currency = '', orderNumber = '']) =>
    node.settlement.bearDebt({ payeeId, currency, orderNumber }),
  'reserve.close': ({ node }, [customerId = '', deviceId = '', epoch = '']) =>
    node.offline.closeReserve({ customerId, deviceId, epoch: Number(epoch) }),
  'payout.redeem': ({ teller }, [payeeId = '', currency = '', redeemId = ''], { amount }) =>
    teller.settlement.redeem({ payeeId, currency, redeemId, amount }),
};

const ofLedger = ({ kind }: { readonly kind: ObligationName }): boolean => MEET[kind] !== undefined;

/** Whoever has credit entries gets them into its balance, which pays debts, and then payouts. */
async function rollUpAll(line: SecondLine, node: Client): Promise<void> {
  const payees = [...line.rows.keys()]
    .filter((key) => /^(credit|checkpoint)\//.test(key))
    .map((key) => key.split('/').slice(1, 3).join('/'));
  for (const payee of new Set(payees)) {
    const [payeeId = '', currency = ''] = payee.split('/');
    await rollUpPayee(node, { payeeId, currency });
  }
}

/** The next thing that has a time on the ledger. A payout that its payee cannot pay has none. */
function nextOf(line: SecondLine): Overdue | undefined {
  const [first] = line
    .overdue(Number.MAX_SAFE_INTEGER)
    .filter(ofLedger)
    .sort((a, b) => a.dueAt - b.dueAt);
  return first;
}

/** Longer than any story leaves. */
const MOST = 1_000;

/**
 * @returns how often what was met
 * @throws when the ledger refuses what the auditor says is due, or an obligation stays though it was met
 */
export async function settleAll(
  ledger: MemoryLedger,
  line: SecondLine,
  clock: StoppedClock,
): Promise<ReadonlyMap<ObligationName, number>> {
  const clientFor = clientsOf(ledger);
  const clients = {
    node: clientFor('bank', 'bank-node', BANK),
    teller: clientFor('bank', 'teller', BANK),
  };
  const met = new Map<ObligationName, number>();
  await rollUpAll(line, clients.node);
  for (let next = nextOf(line), count = 0; next !== undefined; next = nextOf(line), count += 1) {
    const { kind, subject, dueAt, money } = next;
    must(count < MOST, 'there is always something due');
    clock.set(Math.max(clock.seconds, dueAt));
    await MEET[kind]?.(clients, subject.split('/'), money ?? { currency: '', amount: '0' });
    const isLeft = [...line.obligations.rows.values()].some(
      (each) => each.kind === kind && each.subject === subject,
    );
    must(!isLeft, `${kind} ${subject} was met, and is still owed`);
    met.set(kind, (met.get(kind) ?? 0) + 1);
    await rollUpAll(line, clients.node);
  }
  return met;
}

/** What nobody can end, or what ends outside of the ledger. */
const MAY_STAY: readonly ObligationName[] = ['payout.redeem', 'payout.arrive', 'bulletin.publish'];

/** @throws when something is still owed that the ledger can end, or money still waits of which the auditor did not say so */
export function mustOweNothing(line: SecondLine): void {
  const left = [...line.obligations.rows.values()].filter(({ kind }) => !MAY_STAY.includes(kind));
  must(left.length === 0, 'something is still owed', left);
  const waiting = figuresOf(line.totals).filter(
    ({ part }) => part === 'held' || part === 'reserves',
  );
  must(
    waiting.length === 0,
    'money waits, and nobody owes it',
    waiting.map(({ part, units }) => `${part} ${units}`),
  );
}
