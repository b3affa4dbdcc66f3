// SPDX-License-Identifier: Apache-2.0
// Commands as the ledger's clients carry them out, and as the model of the money does.
import { chooseBest, runExpress, runStepwise, type Choice } from '@fabric-offline-pay/sdk';
import {
  addressesOf,
  CURRENCY as currency,
  deliverySecretOf,
  LOGISTICS,
  POLICY,
  type CustomerDevice,
} from '@fabric-offline-pay/testing';
import { itemAt, itemWhere, valueFor } from '../support/defined.js';
import { stepUpFor } from '../support/histories.js';
import type {
  Banking,
  Buy,
  Claim,
  Claiming,
  Command,
  Deliver,
  Disputing,
  Payout,
  RollUp,
  Step,
  Wait,
} from './commands.js';
import type { MoneyModel } from './money-model.js';
import type { OrderModel } from './order-model.js';
import type { Movement, NewOrder } from './order-shapes.js';
import type { Refusals } from './refusing.js';
import type { Counter, Shop, Till } from './shop.js';

/** One run: the ledger's fork with its clients, and the model beside it. */
export interface Run {
  readonly shop: Shop;
  readonly counter: Counter;
  readonly tills: ReadonlyMap<string, Till>;
  readonly model: MoneyModel;
  bought: number;
}

/** What a command does to the ledger, and what the model says of it afterwards. */
export interface Attempt {
  readonly real: () => Promise<unknown>;
  readonly expected: () => Refusals;
}

const PIECE = 2490n;
const WRONG = { goodsTotal: '1' };
const NOTHING: Attempt = { real: () => Promise.resolve(), expected: () => [] };

/** Twice is too much for an account; once leaves room for all money that may be returned. */
const NEARLY_ALL_DIGITS = 999_999_999_999_000_000n;

const most = (claim: Claim, rest: bigint): bigint =>
  claim !== 'rest' ? BigInt(claim) : rest > 0n ? rest : 1n;

const tillAt = ({ tills }: Run, merchantId: string): Till => valueFor(tills, merchantId);

/** The shops, then the logistics company. */
const payeeAt = ({ shop }: Run, index: number): string =>
  itemAt([...shop.merchantIds, LOGISTICS], index);

const deviceOf = ({ shop }: Run, id: string): CustomerDevice =>
  itemWhere(shop.shoppers, ({ device }) => device.customerId === id).device;

async function logInAgain({ counter, model, shop }: Run, device: CustomerDevice): Promise<string> {
  const login = model.standings.loginOf(device.customerId);
  if (shop.clock.seconds < login.expiresAt) return login.loginId;
  const loginId = await counter.world.login(device);
  model.standings.login(device.customerId, loginId, shop.clock.seconds + POLICY.loginSeconds);
  return loginId;
}

function buy(run: Run, command: Buy): Attempt {
  const { shop, model } = run;
  const { way, pieces, holdSeconds, faulty, stepsUp } = command;
  const { device } = itemAt(shop.shoppers, command.customer);
  const merchantId = itemAt(shop.merchantIds, command.shop);
  const { world, parties } = tillAt(run, merchantId);
  const orderNumber = `ORD-${run.bought++}`;
  let choice: Choice | undefined;
  return {
    real: async () => {
      const plain = world.purchase(device, await logInAgain(run, device), {
        orderNumber,
        lines: [{ goods: 'charger', quantity: pieces }],
        holdSeconds,
        claim: null,
        ...(faulty ? { logisticsStatement: WRONG } : {}),
      });
      const purchase = stepsUp ? stepUpFor(world, plain) : plain;
      const choose = (quote: Parameters<typeof chooseBest>[0]) => (choice = chooseBest(quote));
      const pay = way === 'express' ? runExpress : runStepwise;
      return pay(parties, { ...purchase, choose });
    },
    expected: () => {
      const fee = BigInt(choice?.fee ?? '0');
      const { customerId } = device;
      const order: NewOrder = {
        ...{ merchantId, logisticsId: LOGISTICS, orderNumber, customerId, way, faulty, fee },
        total: PIECE * BigInt(pieces) + fee,
        expiresAt: shop.clock.seconds + holdSeconds,
        release: model.standings.releaseFor(customerId, merchantId, model.now),
      };
      return model.buy(order, stepsUp);
    },
  };
}

/** An order of the run, with who deals with it. */
interface Dealing {
  readonly run: Run;
  readonly order: OrderModel;
  readonly key: { readonly merchantId: string; readonly orderNumber: string };
  readonly till: Till;
  readonly now: number;
}

/** A step's transaction, and what the model says of it. */
type Stepping<Given> = readonly [
  real: (dealing: Dealing, given: Given) => Promise<unknown>,
  expected: (dealing: Dealing, given: Given) => Movement | Refusals,
];

interface Claimed {
  readonly id: string;
  readonly claim: Claim;
  readonly amount: bigint;
}

/** The rest, unless an amount is named: the express leg takes it without a number. */
const namedAmount = ({ claim, amount }: Claimed): bigint | null =>
  claim === 'rest' ? null : amount;

const CLAIMS: Readonly<Record<Claiming['kind'], Stepping<Claimed>>> = {
  settle: [
    ({ till, key }, claimed) => {
      const amount = namedAmount(claimed);
      return till.parties.bankNode.express.settle({
        ...{ ...key, captureId: claimed.id },
        ...(amount !== null && { amount: `${amount}` }),
      });
    },
    ({ order, now }, claimed) => order.settle(claimed.id, namedAmount(claimed), now),
  ],
  capture: [
    ({ till, key }, { id, amount }) =>
      till.parties.bankNode.settlement.capture({ ...key, captureId: id, amount: `${amount}` }),
    ({ order, now }, { id, amount }) => order.capture(id, amount, now),
  ],
  refund: [
    ({ till, key }, { id, amount }) =>
      till.parties.cashier.settlement.refund({ ...key, refundId: id, amount: `${amount}` }),
    ({ order, run: { model } }, { id, amount }) =>
      order.refund(id, amount, model.payee(order.made.merchantId).disposable),
  ],
};

const STEPS: Readonly<Record<Exclude<Step['kind'], 'bearDebt'>, Stepping<unknown>>> = {
  release: [
    ({ till, key }) => till.parties.bankNode.settlement.release(key),
    ({ order, now }) => order.release(now),
  ],
  void: [({ till, key }) => till.parties.cashier.settlement.void(key), ({ order }) => order.void()],
  expire: [
    ({ till, key }) => till.parties.bankNode.settlement.expire(key),
    ({ order, now }) => order.expire(now),
  ],
  returnUndelivered: [
    ({ till, key }) => till.parties.bankNode.settlement.returnUndelivered(key),
    ({ order, now }) => order.returnUndelivered(now),
  ],
  pickUp: [
    ({ till, key }) =>
      till.parties.dispatcher.logistics.pickUp(key, {
        transient: { ...addressesOf(key.orderNumber) },
      }),
    ({ order }) => order.pickUp(),
  ],
  resolveAlarm: [
    ({ run, key }) => run.counter.operator.alarm.resolve({ ...key, reason: 'a typing error' }),
    ({ order }) => order.decideAlarm(false),
  ],
  upholdAlarm: [
    ({ run, key }) => run.counter.operator.alarm.uphold({ ...key, reason: 'goods are missing' }),
    ({ order }) => order.decideAlarm(true),
  ],
  storePurchase: [
    ({ till, key }) => till.parties.bankNode.feedback.storePurchase(key),
    ({ order }) => order.storePurchase(),
  ],
};

const DISPUTES: Readonly<Record<Disputing['kind'], Stepping<string>>> = {
  dispute: [
    ({ run, till, order, key }, id) =>
      till.world.dispute(deviceOf(run, order.made.customerId), key.orderNumber, id),
    ({ order, now }, id) => order.openDispute(id, now),
  ],
  upholdDispute: [
    ({ till, key }, id) => till.world.decide(key.orderNumber, 'uphold', id),
    ({ order }, id) => order.resolveDispute(id, 'uphold'),
  ],
  rejectDispute: [
    ({ till, key }, id) => till.world.decide(key.orderNumber, 'reject', id),
    ({ order }, id) => order.resolveDispute(id, 'reject'),
  ],
  lapseDispute: [
    ({ till, key }, disputeId) =>
      till.parties.bankNode.settlement.lapseDispute({ ...key, disputeId }),
    ({ order, now }, id) => order.lapseDispute(id, now),
  ],
};

const SECRETS: Readonly<Record<Deliver['proof'], (orderNumber: string) => { secret?: string }>> = {
  none: () => ({}),
  right: (orderNumber) => ({ secret: deliverySecretOf(orderNumber) }),
  wrong: () => ({ secret: deliverySecretOf('another order') }),
};

const DELIVER: Stepping<Deliver['proof']> = [
  ({ till, key }, proof) =>
    till.parties.dispatcher.logistics.deliver({ ...key, ...SECRETS[proof](key.orderNumber) }),
  ({ order, now }, proof) => order.deliver(proof, now),
];

function attempt<Given>(
  dealing: Dealing,
  [real, expected]: Stepping<Given>,
  given: Given,
): Attempt {
  const { run, order } = dealing;
  return {
    real: () => real(dealing, given),
    expected: () => run.model.apply(order, expected(dealing, given)),
  };
}

function claim(dealing: Dealing, { kind, id, amount }: Claiming): Attempt {
  const { order } = dealing;
  const rest = kind === 'refund' ? order.refundable : order.uncaptured;
  return attempt(dealing, CLAIMS[kind], { id, claim: amount, amount: most(amount, rest) });
}

function bearDebt({ run, order, till }: Dealing): Attempt {
  const { merchantId: payeeId, orderNumber } = order.made;
  const input = { payeeId, currency, orderNumber };
  return {
    real: () => till.parties.bankNode.settlement.bearDebt(input),
    expected: () => run.model.bear(order),
  };
}

const DEADLINES: Readonly<Record<Wait['until'], (dealing: Dealing) => number | null>> = {
  expiry: ({ order }) => order.made.expiresAt,
  belief: ({ order }) => order.believedFrom,
  delivery: ({ order }) => order.deliverBy,
  dispute: ({ order }) => (order.deliverBy === null ? null : order.disputableUntil),
  decision: ({ order }) => order.decisionBy,
  debt: ({ order, run }) => run.model.debtDue(order),
};

/** Time passes until then, unless it is over. */
function wait(dealing: Dealing, { until, off }: Wait): Attempt {
  const { clock } = dealing.run.shop;
  const due = DEADLINES[until](dealing);
  if (due !== null && due + off > clock.seconds) clock.set(due + off);
  return NOTHING;
}

type AboutOrder = Claiming | Step | Deliver | Disputing | Wait;

const isDisputing = (command: AboutOrder): command is Disputing =>
  Object.hasOwn(DISPUTES, command.kind);

function deal(dealing: Dealing, command: AboutOrder): Attempt {
  if ('amount' in command) return claim(dealing, command);
  if (isDisputing(command))
    return attempt(dealing, DISPUTES[command.kind], `dispute-${command.id}`);
  switch (command.kind) {
    case 'deliver':
      return attempt(dealing, DELIVER, command.proof);
    case 'wait':
      return wait(dealing, command);
    case 'bearDebt':
      return bearDebt(dealing);
    default:
      return attempt(dealing, STEPS[command.kind], undefined);
  }
}

function onOrder(run: Run, command: AboutOrder): Attempt {
  const { orders, now } = run.model;
  const order = orders.at(-1 - (command.order % Math.max(1, orders.length)));
  if (order === undefined) return NOTHING;
  const { merchantId, orderNumber } = order.made;
  const till = tillAt(run, merchantId);
  return deal({ run, order, key: { merchantId, orderNumber }, till, now }, command);
}

function rollUp(run: Run, { payee, behind }: RollUp): Attempt {
  const { counter, model } = run;
  const [payeeId, until] = [payeeAt(run, payee), model.now - behind];
  return {
    real: () => counter.parties.bankNode.settlement.rollUp({ payeeId, currency, until }),
    expected: () => model.rollUp(payeeId, until),
  };
}

/** Mostly of what was asked for. */
function redeem(run: Run, { payee, id, amount: claimed }: Payout): Attempt {
  const { model, counter } = run;
  const payeeId = payeeAt(run, payee);
  const { askedIds } = model.payee(payeeId);
  const redeemId = id === 0 ? 'payout-0' : (askedIds.at(-id) ?? 'payout-0');
  const amount = most(claimed, model.payee(payeeId).askedFor(redeemId) ?? 1n);
  return {
    real: () =>
      counter.teller.settlement.redeem({ redeemId, payeeId, currency, amount: `${amount}` }),
    expected: () => model.redeem(payeeId, redeemId, amount),
  };
}

function requestPayout(run: Run, { payee, id, amount: claimed }: Payout): Attempt {
  const { model, counter, tills } = run;
  const [payeeId, redeemId] = [payeeAt(run, payee), `payout-${id}`];
  const amount = most(claimed, model.payee(payeeId).disposable);
  const { settlement } = tills.get(payeeId)?.parties.cashier ?? counter.parties.dispatcher;
  return {
    real: () => settlement.requestPayout({ redeemId, payeeId, currency, amount: `${amount}` }),
    expected: () => model.requestPayout(payeeId, redeemId, amount),
  };
}

interface Banked {
  readonly id: string;
  readonly customerId: string;
  readonly amount: bigint;
}

/** A second teller confirms what is pending, where anything is. */
function bankedBy({ model, shop }: Run, { kind, customer, id, amount: claimed }: Banking): Banked {
  const pending = kind === 'confirmIssue' ? [...model.pending] : [];
  const [proposedId, proposed] = pending[id % Math.max(1, pending.length)] ?? [];
  if (proposedId !== undefined && proposed !== undefined) return { id: proposedId, ...proposed };
  const { customerId } = itemAt(shop.shoppers, customer).device;
  const rest = kind === 'withdraw' ? model.available(customerId) : NEARLY_ALL_DIGITS;
  return { id: `${id}`, customerId, amount: most(claimed, rest) };
}

function bank(run: Run, command: Banking): Attempt {
  const { counter, model } = run;
  const { kind } = command;
  const { id, customerId, amount } = bankedBy(run, command);
  const money = { customerId, token: `tok-${customerId}`, currency, amount: `${amount}` };
  const issue = { ...money, issueId: `extra-${id}` };
  const real = {
    issue: () => counter.teller.settlement.issue(issue),
    confirmIssue: () => counter.operator.settlement.confirmIssue(issue),
    withdraw: () => counter.teller.settlement.withdraw({ ...money, withdrawId: `back-${id}` }),
  };
  return { real: real[kind], expected: () => model[kind](customerId, id, amount) };
}

export function attemptOf(run: Run, command: Command): Attempt {
  run.model.now = run.shop.clock.seconds;
  switch (command.kind) {
    case 'buy':
      return buy(run, command);
    case 'issue':
    case 'confirmIssue':
    case 'withdraw':
      return bank(run, command);
    case 'requestPayout':
      return requestPayout(run, command);
    case 'redeem':
      return redeem(run, command);
    case 'rollUp':
      return rollUp(run, command);
    case 'pass':
      run.shop.clock.pass(command.seconds);
      return NOTHING;
    default:
      return onOrder(run, command);
  }
}
