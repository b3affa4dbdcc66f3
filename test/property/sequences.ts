// SPDX-License-Identifier: Apache-2.0
// Sequences of commands: the ledger answers and holds what a plain model of the money says, after every single one.
import type {
  AccountRow,
  CheckpointRow,
  CreditRow,
  OrderKey,
  Spending,
  SupplyRow,
} from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import { CURRENCY as currency, LOGISTICS, POLICY } from '@fabric-offline-pay/testing';
import { attemptOf, type Run } from './attempts.js';
import { stories, type Command, type Story } from './commands.js';
import { MoneyModel } from './money-model.js';
import { MoneyWatch } from './money-watch.js';
import { must, type Family } from './property.js';
import { counterOf, tillOf, type Shop, type Till } from './shop.js';
import { Tally } from './tally.js';

async function answerOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    if (error instanceof RefusedError) return error.code;
    throw error;
  }
}

/** What is known of something, with its name. */
type Known = readonly [name: string, ...values: readonly unknown[]];

const text = (known: readonly Known[]): string =>
  known
    .map(([name, ...values]) => `${name}: ${values.map(String).join(' ')}`)
    .sort()
    .join('\n');

const HOLD_FIELDS = [
  ...['voided', 'captured', 'released', 'feeReleased', 'refunded', 'refundedHeld'],
  ...['feeReturned', 'deliverBy'],
] as const;

const holdOf = (hold: Readonly<Record<string, unknown>>): string =>
  HOLD_FIELDS.map((field) => `${field} ${String(hold[field])}`).join(' ');

/** What model and ledger both say of an order. */
interface OrderKnown {
  readonly state: string;
  readonly verification: string;
  readonly delivery: string;
  readonly deliveredAt: number | null;
  readonly dispute: {
    readonly id: string;
    readonly from: string;
    readonly openedAt: number;
    readonly withheld: unknown;
  } | null;
}

const orderKnown = (
  { merchantId, orderNumber }: OrderKey,
  { state, verification, delivery, deliveredAt, dispute }: OrderKnown,
  hold: object,
): Known[] => [
  [
    `order ${merchantId}/${orderNumber}`,
    ...[state, verification, delivery, deliveredAt],
    ...[dispute?.id, dispute?.from, dispute?.openedAt, dispute?.withheld],
  ],
  [`hold ${merchantId}/${orderNumber}`, holdOf({ ...hold })],
];

const payeesOf = ({ merchantIds }: Shop): string[] => [...new Set([...merchantIds, LOGISTICS])];

const debtText = (debts: readonly { orderNumber: string; amount: unknown; since: number }[]) =>
  debts.map(({ orderNumber, amount, since }) => `${orderNumber} ${String(amount)} ${since}`).join();

/** Everything that the model knows, as lines. */
function modelled({ model, shop }: Run): string {
  return text([
    ...[...model.accounts].map(([customerId, units]): Known => {
      const { spent, sinceStepUp } = model.standings.spendingOf(customerId, shop.clock.seconds);
      return [`account ${customerId}`, units, spent, sinceStepUp];
    }),
    ...model.orders.flatMap((order) => orderKnown(order.made, order, order.hold)),
    ...payeesOf(shop).map((payeeId): Known => {
      const { balance, withheld, debts, open } = model.payee(payeeId);
      return [`payee ${payeeId}`, balance, withheld, open, debtText(debts)];
    }),
    ...[...model.supply].map(([kind, sum]): Known => [`supply ${kind}`, sum]),
  ]);
}

const NOTHING_THERE: Pick<CheckpointRow, 'balance' | 'withheld' | 'debts'> = {
  balance: '0',
  withheld: '0',
  debts: [],
};

function suppliesOf(rows: Iterable<SupplyRow>): Known[] {
  const sums = new Map<string, bigint>();
  for (const { kind, amount } of rows) sums.set(kind, (sums.get(kind) ?? 0n) + BigInt(amount));
  return [...sums].map(([kind, sum]) => [`supply ${kind}`, sum]);
}

const creditsOf = (credits: ReadonlyMap<string, CreditRow>, payeeId: string): bigint =>
  [...credits]
    .filter(([key]) => key.startsWith(`${payeeId}/`))
    .reduce((sum, [, { amount }]) => sum + BigInt(amount), 0n);

/** What of it counts in the window that ends now. */
const countedIn = (spendings: readonly Spending[], now: number): bigint =>
  spendings
    .filter(({ last }) => last > now - POLICY.windowSeconds)
    .reduce((sum, { amount }) => sum + BigInt(amount), 0n);

/** The same out of the rows of the ledger. Orders that never held money are none of the model's. */
function standing(watch: MoneyWatch, shop: Shop): string {
  const now = shop.clock.seconds;
  const orders = watch.orders().filter(({ hold }) => hold !== null);
  const credits = watch.rows<CreditRow>('credit');
  const checkpoints = watch.rows<CheckpointRow>('checkpoint');
  return text([
    ...[...watch.rows<AccountRow>('account').values()].map(({ customerId, money }): Known => {
      const { available = '0', spent = [], sinceStepUp = [] } = money[currency] ?? {};
      const counted = [spent, sinceStepUp].map((spendings) => countedIn(spendings, now));
      return [`account ${customerId}`, available, ...counted];
    }),
    ...orders.flatMap((row) => orderKnown(row, row, row.hold ?? {})),
    ...payeesOf(shop).map((payeeId): Known => {
      const { balance, withheld, debts } =
        checkpoints.get(`${payeeId}/${currency}`) ?? NOTHING_THERE;
      const open = creditsOf(credits, payeeId);
      return [`payee ${payeeId}`, balance, withheld, open, debtText(debts)];
    }),
    ...suppliesOf(watch.rows<SupplyRow>('supply').values()),
  ]);
}

interface Watched extends Run {
  readonly watch: MoneyWatch;
}

async function begin(shop: Shop, undecided: Story['undecided']): Promise<Watched> {
  shop.clock.set(shop.seconds);
  const counter = await counterOf(shop.ledgers[undecided].fork());
  const model = new MoneyModel({ ...POLICY, undecided });
  for (const { device, loginId, loginExpiresAt, money, failedLogins } of shop.shoppers) {
    model.standings.enrol(device.customerId, failedLogins);
    model.standings.login(device.customerId, loginId, loginExpiresAt);
    model.issue(device.customerId, `first ${device.customerId}`, BigInt(money));
  }
  const tills = new Map<string, Till>();
  for (const merchantId of shop.merchantIds)
    tills.set(merchantId, await tillOf(counter.ledger, merchantId));
  return { shop, counter, tills, model, watch: new MoneyWatch(counter.ledger), bought: 0 };
}

async function runCommand(run: Watched, command: Command, tally: Tally): Promise<void> {
  const attempt = attemptOf(run, command);
  const answer = await answerOf(attempt.real);
  const expected = attempt.expected();
  tally.count(`${command.kind} ${answer}`);
  must(
    expected.length === 0 ? answer === 'ok' : expected.includes(answer as never),
    `${command.kind} answered ${answer}, and should have answered ${expected.join(' or ') || 'ok'}`,
  );
  const [model, ledger] = [modelled(run), standing(run.watch, run.shop)];
  must(model === ledger, `after ${command.kind} the ledger differs from the model`, {
    model: model.split('\n').filter((line) => !ledger.includes(line)),
    ledger: ledger.split('\n').filter((line) => !model.includes(line)),
  });
}

/** What the auditor's query sums must agree with what the rows say. */
async function mustTotal({ counter }: Run): Promise<void> {
  const { currencies } = await counter.parties.bankNode.settlement.totals({});
  for (const [code, { issued, redeemed, onLedger }] of Object.entries(currencies))
    must(BigInt(onLedger) === BigInt(issued) - BigInt(redeemed), `${code} do not add up`);
}

/** The family: up to this many commands in the shop. */
export function sequences(shop: Shop, maxLength = 100): Family<Story> {
  const tally = new Tally();
  return {
    arbitrary: stories(maxLength),
    tally,
    holds: async ({ undecided, commands }) => {
      const run = await begin(shop, undecided);
      for (const command of commands) await runCommand(run, command, tally);
      await mustTotal(run);
    },
  };
}
