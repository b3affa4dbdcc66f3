// SPDX-License-Identifier: Apache-2.0
// What happens to an order after the pipeline: alarms decided, delivery, release, refunds, disputes, expiry, ratings.
import { setTimeout as delay } from 'node:timers/promises';
import type { InputOf, OrderKey, OrderState } from '@fabric-offline-pay/domain';
import { CAPTURE_ID, RefusedError, type Client, type TransactionResult } from '@fabric-offline-pay/sdk';
import type { FollowUp, RatingFollowUp } from '../input/follow-ups';
import type { Order } from '../input/rows/order';
import type { Clients } from '../ledger/clients';
import { rollUpPayee } from '../ledger/payees';

type Ratings = InputOf<'feedback', 'rate'>['ratings'];

/** A subject that was rated, to be published at the end. */
export interface RatedSubject {
  readonly subject: 'goods' | 'merchant' | 'courier';
  readonly owner: string;
  readonly subjectId: string;
}

export interface AfterSales {
  readonly clients: Clients;
  readonly order: Order;
  readonly logisticsId: string;
  readonly signRatings: (order: OrderKey, ratings: Ratings) => string;
  readonly rated: (subject: RatedSubject) => void;
}

type Stated = Promise<TransactionResult<{ readonly state: OrderState }>>;

const stateOf = async (submitted: Stated): Promise<OrderState> => (await submitted).result.state;

const keyOf = ({ merchantId, orderNumber }: Order): OrderKey => ({ merchantId, orderNumber });

type With<Verb extends FollowUp['verb']> = FollowUp & { readonly verb: Verb };

const of = <Verb extends FollowUp['verb']>(order: Order, verb: Verb): With<Verb> | undefined =>
  order.followUps.find((entry): entry is With<Verb> => entry.verb === verb);

/** The alarm's decision; a resolved order is then paid in full, an upheld one voided. */
async function decideAlarm({ clients, order }: AfterSales, state: OrderState): Promise<OrderState> {
  const decision = of(order, 'alarm');
  if (state !== 'blocked' || decision === undefined) return state;
  const key = keyOf(order);
  const [operator, bankNode] = await Promise.all([clients.client('bank', 'operator'), clients.client('bank', 'bank-node')]);
  if (decision.outcome === 'uphold') {
    await operator.alarm.uphold({ ...key, reason: 'the difference is real' });
    return stateOf(bankNode.settlement.void(key));
  }
  await operator.alarm.resolve({ ...key, reason: 'the difference is explained' });
  const { hold } = await bankNode.orderNumber.readOrder(key);
  const paid = await stateOf(bankNode.settlement.capture({ ...key, captureId: CAPTURE_ID, amount: hold?.authorised ?? '0' }));
  await bankNode.feedback.storePurchase(key);
  return paid;
}

/** Waits until the hold has run out, and gives the money back. */
async function letExpire({ clients, order }: AfterSales, state: OrderState): Promise<OrderState> {
  if (of(order, 'expire') === undefined) return state;
  const key = keyOf(order);
  const bankNode = await clients.client('bank', 'bank-node');
  const { hold } = await bankNode.orderNumber.readOrder(key);
  const until = (hold?.expiresAt ?? 0) * 1000 - Date.now();
  if (until > 0) await delay(until);
  return stateOf(bankNode.settlement.expire(key));
}

async function voidRest({ clients, order }: AfterSales, state: OrderState): Promise<OrderState> {
  if (state !== 'partiallyCaptured') return state;
  const cashier = await clients.client('merchant', 'cashier', order.merchantId);
  return stateOf(cashier.settlement.void(keyOf(order)));
}

const PAID: readonly OrderState[] = ['captured', 'released'];

async function deliver({ clients, order }: AfterSales, state: OrderState): Promise<OrderState> {
  if (!PAID.includes(state) || of(order, 'undelivered') !== undefined) return state;
  const key = keyOf(order);
  const courier = await clients.client('logistics', 'courier');
  await courier.logistics.pickUp(key);
  await courier.logistics.deliver(key);
  if (state === 'released') return state;
  const bankNode = await clients.client('bank', 'bank-node');
  return stateOf(bankNode.settlement.release(key));
}

async function rate({ clients, order, logisticsId, signRatings, rated }: AfterSales, rating: RatingFollowUp): Promise<void> {
  const key = keyOf(order);
  const bankNode = await clients.client('bank', 'bank-node');
  const { terms } = await bankNode.orderNumber.readTerms(key);
  const goods = order.lines[0]?.gtin ?? '';
  const subjects = [
    { subject: 'goods' as const, owner: order.merchantId, subjectId: goods, stars: rating.goods ?? (rating.defect ? 1 : null), defect: rating.defect },
    { subject: 'merchant' as const, owner: order.merchantId, subjectId: order.merchantId, stars: rating.merchant, defect: false },
    { subject: 'courier' as const, owner: logisticsId, subjectId: terms.courierId, stars: rating.courier, defect: false },
  ];
  const given = subjects.flatMap((entry) => (entry.stars === null ? [] : [{ ...entry, stars: entry.stars }]));
  const ratings = given.map(({ subject, subjectId, stars, defect }) => ({ subject, subjectId, stars, defect }));
  await bankNode.feedback.rate({ ...key, ratings, signature: signRatings(key, ratings) });
  for (const { subject, owner, subjectId } of given) rated({ subject, owner, subjectId });
}

/** A refund out of money that the merchant was credited with: its epochs are rolled up first when the balance is short. */
async function refund({ clients, order }: AfterSales, amount: string): Promise<OrderState> {
  const input = { ...keyOf(order), refundId: 'refund-1', amount };
  const cashier = await clients.client('merchant', 'cashier', order.merchantId);
  return stateOf(withRolledUpPayee(clients, order, () => cashier.settlement.refund(input)));
}

async function withRolledUpPayee<Result>(clients: Clients, order: Order, pay: () => Promise<Result>): Promise<Result> {
  try {
    return await pay();
  } catch (error) {
    if (!(error instanceof RefusedError) || error.code !== 'PAYEE_FUNDS_INSUFFICIENT') throw error;
    const bankNode = await clients.client('bank', 'bank-node');
    const bankId = clients.organisation('bank').actor;
    await rollUpPayee(bankNode, { bankId, payeeId: order.merchantId, currency: order.currency });
    return pay();
  }
}

async function dispute({ clients, order }: AfterSales, outcome: 'uphold' | 'reject'): Promise<OrderState> {
  const key = keyOf(order);
  const [teller, operator] = await Promise.all([clients.client('bank', 'teller'), clients.client('bank', 'operator')]);
  await teller.settlement.dispute(key);
  return stateOf(withRolledUpPayee(clients, order, () => operator.settlement.resolveDispute({ ...key, decision: outcome })));
}

const ENDED: readonly OrderState[] = ['voided', 'expired', 'refunded'];

/** Nothing will be delivered any more: the private addresses go. */
async function forgetAddresses({ clients, order }: AfterSales, state: OrderState): Promise<void> {
  if (!ENDED.includes(state)) return;
  const dispatcher: Client = await clients.client('logistics', 'dispatcher');
  await dispatcher.logistics.purgeAddresses(keyOf(order));
}

/** Takes an order from where the pipeline left it to its end. Every step has a natural key. */
export async function afterSales(context: AfterSales, paid: OrderState): Promise<OrderState> {
  const { order } = context;
  let state = await decideAlarm(context, paid);
  state = await letExpire(context, state);
  state = await voidRest(context, state);
  state = await deliver(context, state);
  const rating = of(order, 'rate');
  if (rating !== undefined && PAID.includes(state)) await rate(context, rating);
  const wanted = of(order, 'refund');
  if (wanted !== undefined) state = await refund(context, wanted.amount);
  const disputed = of(order, 'dispute');
  if (disputed !== undefined) state = await dispute(context, disputed.outcome);
  await forgetAddresses(context, state);
  return state;
}
