// SPDX-License-Identifier: Apache-2.0
// When pay-outs are looked at: a payee asks, the ledger says something new of its money, a teller links its account, or the clock finds
// one that was refused. One payee's pay-outs are looked at one after the other.
import type { RowValue } from '@fabric-offline-pay/domain';
import type {
  JobData,
  JobKind,
  Projection,
  Work,
  WorkParts,
} from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock, RowChange } from '@fabric-offline-pay/sdk';
import type { Transaction } from 'kysely';
import type { BankTables } from '../database/schema.js';
import { changesOf, followBalances, OpenCredits } from './follow-balances.js';
import { followPayees } from './follow-payees.js';
import { redemptionOf, type PayeeMoney } from './keys.js';
import { payOutHandlers, type PayOutHandlers } from './pay-out-handlers.js';
import { payPayee, type PayOutContext } from './pay-out.js';
import { addPayOut, isPaidBy, noteRedeemed } from './store.js';

type Tables = Transaction<BankTables>;

/** What pay-outs ask of the node's work. */
export type PayOutAsking = Pick<Work<BankTables>, 'ask' | 'wake'>;

/** The job of one payee and currency. */
const PAY_PAYEE = { name: 'pay-payee' } as const;

/** Asks for a payee's pay-outs to be looked at. */
export const askForPayee = (
  work: PayOutAsking,
  db: Tables,
  { payeeId, currency }: PayeeMoney,
): Promise<void> => work.ask(db, PAY_PAYEE, `${payeeId}/${currency}`, { payeeId, currency });

/** Payees' banks and balances, and what the ledger says of pay-outs. */
class PayOutReasons implements Projection<BankTables> {
  /** Pay-outs are not among them: they say what was asked of the host. */
  readonly tables = [
    ...(['payees', 'payee_balances', 'open_credits'] as const),
    ...(['payee_entries', 'payee_redemptions'] as const),
  ];
  readonly #bankId: string;
  readonly #work: PayOutAsking;

  constructor(bankId: string, work: PayOutAsking) {
    this.#bankId = bankId;
    this.#work = work;
  }

  apply(db: Tables, block: CommittedBlock): Promise<void> {
    return this.applyAll(db, [block]);
  }

  async applyAll(db: Tables, blocks: readonly CommittedBlock[]): Promise<void> {
    const open = new OpenCredits(db);
    for (const { number, transactions } of blocks)
      for (const transaction of transactions) {
        const changes = changesOf(transaction);
        for (const change of changes) await this.#follow(db, change);
        const followed = { block: Number(number), transaction, changes, bankId: this.#bankId };
        for (const payee of await followBalances(db, open, followed))
          await this.#lookAgain(db, payee);
      }
    await open.write();
  }

  async #follow(db: Tables, change: RowChange): Promise<void> {
    await followPayees(db, change);
    if (change.kind === 'payout' && change.row !== null) await this.#noteRequest(db, change.row);
    if (change.kind === 'supply' && change.row?.kind === 'redeem')
      await this.#noteRedemption(db, change.parts, change.row);
  }

  async #noteRequest(db: Tables, { at, amount, ...key }: RowValue<'payout'>): Promise<void> {
    if (!(await isPaidBy(db, this.#bankId, key.payeeId))) return;
    await addPayOut(db, key, { amount, requestedAt: at * 1000 });
    await askForPayee(this.#work, db, key);
  }

  /** Also one that somebody else of the bank redeemed: the pay-out goes on from there. */
  async #noteRedemption(
    db: Tables,
    [bankId, , , supplyId = '']: readonly string[],
    { currency }: RowValue<'supply'>,
  ): Promise<void> {
    if (bankId !== this.#bankId) return;
    const key = { ...redemptionOf(supplyId), currency };
    await noteRedeemed(db, key);
    await askForPayee(this.#work, db, key);
  }

  async #lookAgain(db: Tables, payee: PayeeMoney): Promise<void> {
    const waiting = await db
      .selectFrom('pay_outs')
      .select('number')
      .where('payee_id', '=', payee.payeeId)
      .where('currency', '=', payee.currency)
      .where('state', '=', 'refused')
      .limit(1)
      .executeTakeFirst();
    if (waiting !== undefined) await askForPayee(this.#work, db, payee);
  }
}

const payPayeeJob = (context: PayOutContext): JobKind => ({
  ...PAY_PAYEE,
  atOnce: 4,
  run: ({ payeeId, currency }: JobData, signal) =>
    payPayee(context, { payeeId: String(payeeId), currency: String(currency) }, signal),
});

/** New credit entries alone change no balance: they do when somebody rolls them up. */
const retryRefusedJob = ({ db }: PayOutContext, work: PayOutAsking): JobKind => ({
  name: 'retry-refused-pay-outs',
  schedule: '7 * * * *',
  async run() {
    await db.transaction().execute(async (transaction) => {
      const refused = await transaction
        .selectFrom('pay_outs')
        .select(['payee_id as payeeId', 'currency'])
        .distinct()
        .where('state', '=', 'refused')
        .execute();
      for (const payee of refused) await askForPayee(work, transaction, payee);
    });
    work.wake();
  },
});

/** The work of pay-outs, with the functions of its operations. */
export interface PayOutWork extends WorkParts<BankTables> {
  readonly handlers: PayOutHandlers;
}

/** @param bankId whose payees are paid */
export function payOutWork(context: PayOutContext, work: PayOutAsking, bankId: string): PayOutWork {
  const ask = (db: Tables, payee: PayeeMoney): Promise<void> => askForPayee(work, db, payee);
  return {
    projections: [new PayOutReasons(bankId, work)],
    jobs: [payPayeeJob(context), retryRefusedJob(context, work)],
    handlers: payOutHandlers({ db: context.db, bankId, ask, wake: () => work.wake() }),
  };
}
