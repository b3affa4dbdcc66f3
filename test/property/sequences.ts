// SPDX-License-Identifier: Apache-2.0
// Sequences of commands: the ledger answers and holds what a plain model of the money says, after every single one.
import type { AccountRow, CheckpointRow, CreditRow, OrderRow } from '@fabric-offline-pay/domain';
import {
  chooseBest,
  RefusedError,
  runExpress,
  runStepwise,
  type Choice,
} from '@fabric-offline-pay/sdk';
import { addressesOf, CURRENCY as currency, LOGISTICS, MERCHANT, POLICY } from '../support/world';
import {
  commands,
  type AtPayee,
  type Buy,
  type Claim,
  type Claiming,
  type Command,
  type Issue,
  type Redeem,
  type Step,
} from './commands';
import { MoneyModel } from './money-model';
import { MoneyWatch } from './money-watch';
import type { Movement, OrderModel, Refusals } from './order-model';
import { must, type Family } from './property';
import { counterOf, type Counter, type Shop } from './shop';
import { Tally } from './tally';

const PIECE = 2490n;
const PAYEES = { merchant: MERCHANT, logistics: LOGISTICS } as const;
const WRONG = { goodsTotal: '1' };

/** One run: the ledger's fork, and the model beside it. */
interface Run {
  readonly shop: Shop;
  readonly counter: Counter;
  readonly model: MoneyModel;
  readonly watch: MoneyWatch;
  bought: number;
}

/** What a command does to the ledger, and what the model says of it afterwards. */
interface Attempt {
  readonly real: () => Promise<unknown>;
  readonly expected: () => Refusals;
}

const NOTHING: Attempt = { real: () => Promise.resolve(), expected: () => [] };

const keyOf = ({ made }: OrderModel) => ({ merchantId: MERCHANT, orderNumber: made.orderNumber });

const most = (claim: Claim, rest: bigint): bigint =>
  claim !== 'rest' ? BigInt(claim) : rest > 0n ? rest : 1n;

async function logInAgain({ counter, model, shop }: Run, customer: number): Promise<string> {
  const { device } = shop.shoppers[customer]!;
  const login = model.logins.get(device.customerId)!;
  if (shop.clock.seconds < login.expiresAt) return login.loginId;
  const loginId = await counter.world.login(device);
  model.login(device.customerId, loginId, shop.clock.seconds + POLICY.loginSeconds);
  return loginId;
}

function buy(run: Run, { customer, way, pieces, holdSeconds, faulty }: Buy): Attempt {
  const { counter, shop, model } = run;
  const { device } = shop.shoppers[customer]!;
  const orderNumber = `ORD-${run.bought++}`;
  let choice: Choice | undefined;
  return {
    real: async () => {
      const purchase = counter.world.purchase(device, await logInAgain(run, customer), {
        orderNumber,
        lines: [{ goods: 'charger', quantity: pieces }],
        holdSeconds,
        claim: null,
        ...(faulty ? { logisticsStatement: WRONG } : {}),
      });
      const choose = (quote: Parameters<typeof chooseBest>[0]) => (choice = chooseBest(quote));
      const pay = way === 'express' ? runExpress : runStepwise;
      return pay(counter.parties, { ...purchase, choose });
    },
    expected: () => {
      const fee = BigInt(choice?.fee ?? '0');
      return model.buy({
        orderNumber,
        customerId: device.customerId,
        total: PIECE * BigInt(pieces) + fee,
        fee,
        expiresAt: shop.clock.seconds + holdSeconds,
        release: model.logins.get(device.customerId)!.release,
        way,
        faulty,
      });
    },
  };
}

function claim({ counter, model, shop }: Run, order: OrderModel, command: Claiming): Attempt {
  const { bankNode, cashier } = counter.parties;
  const now = shop.clock.seconds;
  const id = `claim-${command.id}`;
  const key = keyOf(order);
  if (command.kind === 'settle') {
    const amount = command.amount === 'rest' ? null : BigInt(command.amount);
    const claimed = amount === null ? {} : { amount: `${amount}` };
    return {
      real: () => bankNode.express.settle({ ...key, captureId: id, ...claimed }),
      expected: () => model.apply(order, order.settle(id, amount, now)),
    };
  }
  if (command.kind === 'capture') {
    const amount = most(command.amount, order.uncaptured);
    return {
      real: () => bankNode.settlement.capture({ ...key, captureId: id, amount: `${amount}` }),
      expected: () => model.apply(order, order.capture(id, amount, now)),
    };
  }
  const amount = most(command.amount, order.refundable);
  return {
    real: () => cashier.settlement.refund({ ...key, refundId: id, amount: `${amount}` }),
    expected: () => model.apply(order, order.refund(id, amount, model.payees.merchant.checkpoint)),
  };
}

type OrderKey = ReturnType<typeof keyOf>;

/** A step's transaction, and what the model says of it. */
const STEPS: Readonly<
  Record<
    Step['kind'],
    readonly [
      real: (counter: Counter, key: OrderKey) => Promise<unknown>,
      expected: (order: OrderModel, run: Run) => Movement | Refusals,
    ]
  >
> = {
  release: [
    ({ parties }, key) => parties.bankNode.settlement.release(key),
    (order) => order.release(),
  ],
  void: [({ parties }, key) => parties.cashier.settlement.void(key), (order) => order.void()],
  expire: [
    ({ parties }, key) => parties.bankNode.settlement.expire(key),
    (order, { shop }) => order.expire(shop.clock.seconds),
  ],
  dispute: [({ teller }, key) => teller.settlement.dispute(key), (order) => order.dispute()],
  pickUp: [
    ({ parties }, key) =>
      parties.dispatcher.logistics.pickUp(key, {
        transient: { ...addressesOf(key.orderNumber) },
      }),
    (order) => order.pickUp(),
  ],
  deliver: [
    ({ parties }, key) => parties.dispatcher.logistics.deliver(key),
    (order) => order.deliver(),
  ],
  resolveAlarm: [
    ({ operator }, key) => operator.alarm.resolve({ ...key, reason: 'a typing error' }),
    (order) => order.decideAlarm(false),
  ],
  upholdAlarm: [
    ({ operator }, key) => operator.alarm.uphold({ ...key, reason: 'goods are missing' }),
    (order) => order.decideAlarm(true),
  ],
  upholdDispute: [
    ({ operator }, key) => operator.settlement.resolveDispute({ ...key, decision: 'uphold' }),
    (order, { model }) => order.resolveDispute(true, model.payees.merchant.checkpoint),
  ],
  rejectDispute: [
    ({ operator }, key) => operator.settlement.resolveDispute({ ...key, decision: 'reject' }),
    (order, { model }) => order.resolveDispute(false, model.payees.merchant.checkpoint),
  ],
  storePurchase: [
    ({ parties }, key) => parties.bankNode.feedback.storePurchase(key),
    (order) => order.storePurchase(),
  ],
};

function step(run: Run, order: OrderModel, { kind }: Step): Attempt {
  const [real, expected] = STEPS[kind];
  return {
    real: () => real(run.counter, keyOf(order)),
    expected: () => run.model.apply(order, expected(order, run)),
  };
}

function onOrder(run: Run, command: Claiming | Step): Attempt {
  const { orders } = run.model;
  const order = orders.at(-1 - (command.order % Math.max(1, orders.length)));
  if (order === undefined) return NOTHING;
  return 'amount' in command ? claim(run, order, command) : step(run, order, command);
}

function atPayee({ counter, model }: Run, { payee, behind }: AtPayee): Attempt {
  const until = model.now - behind;
  const { settlement } = counter.parties.bankNode;
  return {
    real: () => settlement.rollUp({ payeeId: PAYEES[payee], currency, until }),
    expected: () => model.rollUp(payee, until),
  };
}

function redeem({ counter, model }: Run, { payee, id, amount: claimed }: Redeem): Attempt {
  const amount = most(claimed, model.payees[payee].checkpoint);
  const redeemId = `redeem-${id}`;
  const input = { redeemId, payeeId: PAYEES[payee], currency, amount: `${amount}` };
  return {
    real: () => counter.teller.settlement.redeem(input),
    expected: () => model.redeem(payee, redeemId, amount),
  };
}

function issue({ counter, model, shop }: Run, { customer, id, amount }: Issue): Attempt {
  const { customerId } = shop.shoppers[customer]!.device;
  const input = {
    issueId: `extra-${id}`,
    customerId,
    token: `tok-${customerId}`,
    currency,
    amount,
  };
  return {
    real: () => counter.teller.settlement.issue(input),
    expected: () => model.issue(customerId, input.issueId, BigInt(amount)),
  };
}

function attemptOf(run: Run, command: Command): Attempt {
  run.model.now = run.shop.clock.seconds;
  switch (command.kind) {
    case 'buy':
      return buy(run, command);
    case 'issue':
      return issue(run, command);
    case 'redeem':
      return redeem(run, command);
    case 'rollUp':
      return atPayee(run, command);
    case 'pass':
      run.shop.clock.pass(command.seconds);
      return NOTHING;
    default:
      return onOrder(run, command);
  }
}

async function answerOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    if (error instanceof RefusedError) return error.code;
    throw error;
  }
}

const text = (values: readonly (readonly [string, unknown])[]): string =>
  values
    .map(([name, value]) => `${name}: ${String(value)}`)
    .sort()
    .join('\n');

const HOLD_FIELDS = ['voided', 'captured', 'released', 'refunded', 'refundedHeld'] as const;

/** Everything that the model knows, as lines. */
function modelled({ accounts, orders, payees }: MoneyModel): string {
  return text([
    ...[...accounts].map(([customerId, units]) => [`account ${customerId}`, units] as const),
    ...orders.flatMap((order) => [
      [
        `order ${order.made.orderNumber}`,
        stands(order.state, order.verification, order.delivery),
      ] as const,
      [
        `hold ${order.made.orderNumber}`,
        HOLD_FIELDS.map((field) => order[field]).join(' '),
      ] as const,
    ]),
    ...(['merchant', 'logistics'] as const).flatMap((payee) => [
      [`checkpoint ${PAYEES[payee]}`, payees[payee].checkpoint] as const,
      [
        `open ${PAYEES[payee]}`,
        [...payees[payee].credits.values()].reduce((a, b) => a + b, 0n),
      ] as const,
    ]),
  ]);
}

const stands = (...words: readonly string[]): string => words.join(' ');

/** The same out of the rows of the ledger. Orders that never held money are none of the model's. */
function standing(watch: MoneyWatch): string {
  const orders = [...watch.rows<OrderRow>('order').values()].filter(({ hold }) => hold !== null);
  const credits = [...watch.rows<CreditRow>('credit')];
  const checkpoints = watch.rows<CheckpointRow>('checkpoint');
  return text([
    ...[...watch.rows<AccountRow>('account').values()].map(
      ({ customerId, money }) =>
        [`account ${customerId}`, money[currency]?.available ?? '0'] as const,
    ),
    ...orders.flatMap(({ orderNumber, state, verification, delivery, hold }) => [
      [`order ${orderNumber}`, stands(state, verification, delivery)] as const,
      [`hold ${orderNumber}`, HOLD_FIELDS.map((field) => hold![field]).join(' ')] as const,
    ]),
    ...Object.values(PAYEES).flatMap((payeeId) => [
      [`checkpoint ${payeeId}`, checkpoints.get(`${payeeId}/${currency}`)?.balance ?? '0'] as const,
      [
        `open ${payeeId}`,
        credits
          .filter(([key]) => key.startsWith(`${payeeId}/`))
          .reduce((sum, [, { amount }]) => sum + BigInt(amount), 0n),
      ] as const,
    ]),
  ]);
}

async function begin(shop: Shop): Promise<Run> {
  shop.clock.set(shop.seconds);
  const counter = await counterOf(shop.ledger.fork());
  const model = new MoneyModel();
  for (const { device, loginId, loginExpiresAt, money, failedLogins } of shop.shoppers) {
    model.enrol(device.customerId, failedLogins * 5);
    model.login(device.customerId, loginId, loginExpiresAt);
    model.accounts.set(device.customerId, BigInt(money));
  }
  return { shop, counter, model, watch: new MoneyWatch(counter.ledger), bought: 0 };
}

async function runCommand(run: Run, command: Command, tally: Tally): Promise<void> {
  const attempt = attemptOf(run, command);
  const answer = await answerOf(attempt.real);
  const expected = attempt.expected();
  tally.count(`${command.kind} ${answer}`);
  must(
    expected.length === 0 ? answer === 'ok' : expected.includes(answer as never),
    `${command.kind} answered ${answer}, and should have answered ${expected.join(' or ') || 'ok'}`,
  );
  const [model, ledger] = [modelled(run.model), standing(run.watch)];
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

/** The family: up to so many commands in the shop. */
export function sequences(shop: Shop, maxLength = 100): Family<Command[]> {
  const tally = new Tally();
  return {
    arbitrary: commands(maxLength),
    tally,
    holds: async (drawn) => {
      const run = await begin(shop);
      for (const command of drawn) await runCommand(run, command, tally);
      await mustTotal(run);
    },
  };
}
