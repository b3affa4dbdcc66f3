// SPDX-License-Identifier: Apache-2.0
// The steps of an order after the pipeline: alarm decision, delivery, release, refund, dispute, expiry, rating.
import type { KeyObject } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressBookRow, OrderKey, OrderState } from '@fabric-offline-pay/domain';
import { type LedgerClients, rollUpPayee } from '@fabric-offline-pay/operate';
import {
  deliverySecretFor,
  signDispute,
  signRatings,
  type Passages,
} from '@fabric-offline-pay/sdk';
import type { FollowUp, RatingFollowUp } from '../input/follow-ups.js';
import type { Order } from '../input/rows/order.js';
import { codeOf } from './failure.js';
import type { Organisations } from './organisations.js';

/** A row of the file has at most one dispute. */
const DISPUTE_ID = 'dispute-1';

/** A rated subject, whose ratings are published at the end. */
export interface RatedSubject {
  readonly subject: 'goods' | 'merchant' | 'courier';
  readonly owner: string;
  readonly subjectId: string;
}

export interface AfterSales {
  readonly clients: LedgerClients;
  readonly organisations: Organisations;
  readonly order: Order;
  readonly logisticsId: string;
  /** The courier that the customer chose. */
  readonly courierId: () => Promise<string>;
  /** What the courier gets when it picks up the goods. */
  readonly addresses: AddressBookRow;
  /** The customer's device, which signs, and shows the secret when the goods arrive. */
  readonly device: KeyObject;
  readonly rated: (subject: RatedSubject) => void;
  /** The past of the order. One party's step waits until its peer has the other party's step. */
  readonly passages: Passages;
}

type Stated = Promise<{ readonly state: OrderState }>;

const stateOf = async (noted: Stated): Promise<OrderState> => (await noted).state;

const orderKeyOf = ({ merchantId, orderNumber }: Order): OrderKey => ({ merchantId, orderNumber });

type With<Verb extends FollowUp['verb']> = FollowUp & { readonly verb: Verb };

const of = <Verb extends FollowUp['verb']>(order: Order, verb: Verb): With<Verb> | undefined =>
  order.followUps.find((entry): entry is With<Verb> => entry.verb === verb);

/** Decides the alarm. A resolved order is then paid in full, an upheld one is voided. */
async function decideAlarm(context: AfterSales, state: OrderState): Promise<OrderState> {
  const decision = of(context.order, 'alarm');
  if (state !== 'blocked' || decision === undefined) return state;
  return decision.outcome === 'uphold' ? upholdAlarm(context) : resolveAlarm(context);
}

async function upholdAlarm({ clients, order, passages, organisations }: AfterSales) {
  const key = orderKeyOf(order);
  const operator = await clients.client('bank', 'operator');
  await passages.note('alarm:uphold', () =>
    operator.alarm.uphold({ ...key, reason: 'the difference is real' }),
  );
  return organisations.bank.upheld(passages, key);
}

async function resolveAlarm({ clients, order, passages, organisations }: AfterSales) {
  const key = orderKeyOf(order);
  const operator = await clients.client('bank', 'operator');
  const reason = 'the difference is explained';
  await passages.note('alarm:resolve', () => operator.alarm.resolve({ ...key, reason }));
  return organisations.bank.resolved(passages, key);
}

/** Waits until the hold has expired, however long, and the bank gave the money back. */
async function letExpire(
  { clients, order, passages, organisations }: AfterSales,
  state: OrderState,
): Promise<OrderState> {
  if (of(order, 'expire') === undefined) return state;
  const key = orderKeyOf(order);
  const bankNode = await clients.client('bank', 'bank-node');
  await passages.caughtUp();
  const { hold } = await bankNode.orderNumber.readOrder(key);
  const until = (hold?.expiresAt ?? 0) * 1000 - Date.now();
  if (until > 0) await delay(until);
  return organisations.bank.expired(passages, key);
}

/** Of an order of which the merchant claims a part, or nothing. */
async function voidRest(
  { order, passages, organisations }: AfterSales,
  state: OrderState,
): Promise<OrderState> {
  const isLeft = state === 'partiallyCaptured' || state === 'matched';
  if (!isLeft || of(order, 'capture') === undefined) return state;
  const desk = await organisations.merchant(order.merchantId);
  return desk.void(passages, orderKeyOf(order));
}

const PAID: readonly OrderState[] = ['captured', 'released'];

async function deliver(
  { order, passages, addresses, device, courierId, organisations }: AfterSales,
  state: OrderState,
): Promise<OrderState> {
  if (!PAID.includes(state) || of(order, 'undelivered') !== undefined) return state;
  const key = orderKeyOf(order);
  const courier = await organisations.courier(await courierId());
  await courier.pickUp(passages, key, addresses);
  // Without the customer's secret, the courier's statement takes effect only after a wait.
  const proof = of(order, 'unproven') === undefined ? deliverySecretFor(device, key) : undefined;
  return courier.deliver(passages, { ...key, ...(proof && { secret: proof.secret }) });
}

/** The customer's ratings of the first goods, the merchant and the courier. */
function subjectsOf({ order, logisticsId }: AfterSales, courierId: string, rating: RatingFollowUp) {
  const { merchantId } = order;
  const goods = order.lines[0]?.gtin ?? '';
  const goodsStars = rating.goods ?? (rating.defect ? 1 : null);
  const subjects = [
    {
      subject: 'goods' as const,
      owner: merchantId,
      subjectId: goods,
      stars: goodsStars,
      defect: rating.defect,
    },
    {
      subject: 'merchant' as const,
      owner: merchantId,
      subjectId: merchantId,
      stars: rating.merchant,
      defect: false,
    },
    {
      subject: 'courier' as const,
      owner: logisticsId,
      subjectId: courierId,
      stars: rating.courier,
      defect: false,
    },
  ];
  return subjects.flatMap((entry) =>
    entry.stars === null ? [] : [{ ...entry, stars: entry.stars }],
  );
}

async function rate(context: AfterSales, rating: RatingFollowUp): Promise<void> {
  const { clients, order, passages, device, rated } = context;
  const key = orderKeyOf(order);
  const bankNode = await clients.client('bank', 'bank-node');
  await passages.caughtUp();
  const { terms } = await bankNode.orderNumber.readTerms(key);
  const given = subjectsOf(context, terms.courierId, rating);
  const ratings = given.map(({ subject, subjectId, stars, defect }) => ({
    subject,
    subjectId,
    stars,
    defect,
  }));
  const signature = signRatings(device, key, ratings);
  await passages.note('feedback:rate', () =>
    bankNode.feedback.rate({ ...key, ratings, signature }),
  );
  for (const { subject, owner, subjectId } of given) rated({ subject, owner, subjectId });
}

/** Refunds from the merchant's balance. Rolls up its credit entries first when the balance is too low. */
async function refund(
  { clients, order, passages, organisations }: AfterSales,
  amount: string,
): Promise<OrderState> {
  const input = { ...orderKeyOf(order), refundId: 'refund-1', amount };
  const desk = await organisations.merchant(order.merchantId);
  return withRolledUpPayee(clients, order, () => desk.refund(passages, input));
}

async function withRolledUpPayee<Result>(
  clients: LedgerClients,
  order: Order,
  pay: () => Promise<Result>,
): Promise<Result> {
  try {
    return await pay();
  } catch (error) {
    if (codeOf(error) !== 'PAYEE_FUNDS_INSUFFICIENT') throw error;
    const bankNode = await clients.client('bank', 'bank-node');
    const last = await rollUpPayee(bankNode, {
      payeeId: order.merchantId,
      currency: order.currency,
    });
    await clients.catchUp(last.blockNumber);
    return pay();
  }
}

async function dispute(
  { clients, order, passages, device }: AfterSales,
  decision: 'uphold' | 'reject',
): Promise<OrderState> {
  const key = { ...orderKeyOf(order), disputeId: DISPUTE_ID };
  const teller = await clients.client('bank', 'teller');
  const operator = await clients.client('bank', 'operator');
  const signature = signDispute(device, key, DISPUTE_ID);
  await passages.note('settlement:dispute', () => teller.settlement.dispute({ ...key, signature }));
  return stateOf(
    passages.note('settlement:resolveDispute', () =>
      operator.settlement.resolveDispute({ ...key, decision }),
    ),
  );
}

/** Takes an order from the end of the pipeline to its last step. Every step has a natural key. */
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
  return state;
}
