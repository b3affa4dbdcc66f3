// SPDX-License-Identifier: Apache-2.0
// A payee's money: it is rolled up, pays debts first, and is paid out at the payee's request.
import {
  addSums,
  atMostOfSum,
  ensure,
  found,
  subtractAmounts,
  subtractSums,
  timeKey,
  type CheckpointRow,
  type Debt,
  type ParsedInputOf as InputOf,
  type Sum,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { countAgainstMerchant } from '../shared/judging.js';
import { checkpointRow, debitPayee } from '../shared/payees.js';
import { credit } from '../shared/accounts.js';
import { policyRow } from '../shared/rows.js';
import { putSupply } from '../shared/supply.js';

/** The most credit entries rolled up in one transaction, so that its range stays cheap to check again. */
const ROLL_UP_LIMIT = 500;

/** The most debts paid in one transaction. Each one writes an account. */
const DEBT_LIMIT = 20;

/** Pays debts from the balance, the oldest first, until the balance is used up. */
async function payDebts(call: Call, checkpoint: CheckpointRow): Promise<CheckpointRow> {
  const { currency, debts } = checkpoint;
  let { balance } = checkpoint;
  const left: Debt[] = [];
  for (const [index, debt] of debts.entries()) {
    const paid = index < DEBT_LIMIT ? atMostOfSum(balance, debt.amount) : '0';
    balance = subtractSums(balance, paid);
    if (paid !== '0') await credit(call, debt.customerId, currency, paid);
    const rest = subtractAmounts(debt.amount, paid);
    if (rest !== '0') left.push({ ...debt, amount: rest });
  }
  return { ...checkpoint, balance, debts: left };
}

/** Whether the next roll-up can pay more debts: there were more than one transaction may pay. */
const canPay = ({ balance, debts }: CheckpointRow): boolean => balance !== '0' && debts.length > 0;

/** The next roll-up also finds entries that reached the ledger late, with a time that was already rolled up. */
export async function rollUp(call: Call<InputOf<'settlement', 'rollUp'>>) {
  const { payeeId, currency, until } = call.input;
  ensure(until <= call.now, 'ROLL_UP_TOO_EARLY', { until, now: call.now });
  const checkpoint = await checkpointRow(call, payeeId, currency);
  const end = timeKey(until + 1);
  const entries = await call.store.rangeUntil('credit', [payeeId, currency], end, ROLL_UP_LIMIT);
  const balance = addSums(checkpoint.balance, ...entries.map((entry) => entry.value.amount));
  for (const entry of entries) call.store.remove(entry.key);
  const paid = await payDebts(call, { ...checkpoint, balance });
  if (entries.length > 0 || checkpoint.debts.length > 0) call.store.put('checkpoint', paid);
  const done = entries.length < ROLL_UP_LIMIT && !canPay(paid);
  return { entries: entries.length, balance: paid.balance, done };
}

type Payout = InputOf<'settlement', 'redeem'>;

export async function requestPayout(call: Call<Payout>) {
  const { payeeId, currency, redeemId, amount } = call.input;
  call.store.put('payout', { payeeId, currency, redeemId, amount, at: call.now });
  return Promise.resolve({});
}

/** The bank pays what the payee requested, once. Nobody can empty a payee's account without a request. */
export async function redeem(call: Call<Payout>) {
  const { redeemId, payeeId, currency, amount } = call.input;
  const asked = await call.store.get('payout', payeeId, currency, redeemId);
  ensure(asked?.amount === amount, 'PAYOUT_NOT_REQUESTED', { redeemId, asked: asked?.amount });
  const { balance, debts } = await debitPayee(call, payeeId, currency, amount);
  ensure(debts.length === 0, 'PAYEE_IN_DEBT', { owed: owedBy(debts) });
  putSupply(call, 'redeem', `${payeeId}~${redeemId}`, { account: payeeId, currency, amount });
  return { balance };
}

const owedBy = (debts: readonly Debt[]): Sum => addSums(...debts.map(({ amount }) => amount));

/**
 * The bank does not bear a debt that the payee's own money can pay, even if that money waits for a roll-up.
 * @throws {DomainError} DEBT_PAYABLE.
 */
async function ensureUnpayable(call: Call, checkpoint: CheckpointRow, due: number): Promise<void> {
  const { payeeId, currency } = checkpoint;
  const waiting = await call.store.rangeUntil('credit', [payeeId, currency], timeKey(due), 1);
  ensure(waiting.length === 0 && !canPay(checkpoint), 'DEBT_PAYABLE', { until: due - 1 });
}

/** Bears an old debt. It counts against the merchant, because only merchants have debts. */
export async function bearDebt(call: Call<InputOf<'settlement', 'bearDebt'>>) {
  const { payeeId, currency, orderNumber } = call.input;
  const checkpoint = await checkpointRow(call, payeeId, currency);
  const debt = found(
    checkpoint.debts.find((each) => each.orderNumber === orderNumber),
    'NOT_FOUND',
    { row: 'debt' },
  );
  const due = debt.since + (await policyRow(call)).debtSeconds;
  ensure(call.now >= due, 'DEBT_NOT_DUE', { due });
  await ensureUnpayable(call, checkpoint, due);
  const debts = checkpoint.debts.filter((each) => each !== debt);
  call.store.put('checkpoint', { ...checkpoint, debts });
  const { amount, customerId } = debt;
  putSupply(call, 'bear', `${payeeId}~${orderNumber}`, { account: customerId, currency, amount });
  await credit(call, customerId, currency, amount);
  await countAgainstMerchant(call, payeeId, 'debt');
  return { amount };
}

export async function readPayee(call: Call<InputOf<'settlement', 'readPayee'>>) {
  const { payeeId, currency } = call.input;
  const { balance, withheld, debts } = await checkpointRow(call, payeeId, currency);
  const entries = await call.store.all('credit', [payeeId, currency]);
  const open = addSums(...entries.map((entry) => entry.value.amount));
  return { balance, withheld, owed: owedBy(debts), open, now: call.now };
}
