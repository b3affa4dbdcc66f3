// SPDX-License-Identifier: Apache-2.0
// Stepwise: every unit is its own endorsed transaction, in the order of the patent's graph, so that an operator sees where an
// order stands.
import type { OrderKey, OrderState, OrderTerms } from '@fabric-offline-pay/domain';
import { Passages } from './passages.js';
import {
  CAPTURE_ID,
  claimOf,
  isSettling,
  termsOf,
  type BankSteps,
  type PipelineParties,
  type PipelineResult,
  type Purchase,
  type QuoteView,
} from './purchase.js';
import { withCustomer } from './with-customer.js';
import { PHASES, walk, type UnitTasks } from './walk.js';

/** What the units of one order share while they run. */
interface Journey {
  readonly parties: PipelineParties;
  readonly purchase: Purchase;
  readonly key: OrderKey;
  readonly passages: Passages;
  quote: QuoteView;
  state: OrderState;
}

/** Units 8, 9, 15 and 11 with its four sub-units, on the unsigned basket. */
function basketTasks(journey: Journey): UnitTasks {
  const { key, passages, purchase } = journey;
  const { cashier, dispatcher } = journey.parties;
  const transient = { transient: { ...purchase.addresses } };
  return {
    '8': { begin: () => passages.note('goods:verify', () => cashier.goods.verify(key)) },
    '9': { begin: () => passages.note('goods:partition', () => cashier.goods.partition(key)) },
    '15': {
      begin: () => passages.note('alarm:compareGoods', () => cashier.alarm.compareGoods(key)),
    },
    '11': {
      begin: () =>
        passages.note('logistics:verifyGoods', () => dispatcher.logistics.verifyGoods(key)),
      join: async () => {
        journey.quote = await passages.note('logistics:quote', () =>
          dispatcher.logistics.quote(key),
        );
      },
    },
    '1101': {
      begin: () =>
        passages.note('logistics:locateGoods', () => dispatcher.logistics.locateGoods(key)),
    },
    '1102': {
      begin: () =>
        passages.note('logistics:quotePrices', () =>
          dispatcher.logistics.quotePrices(key, transient),
        ),
    },
    '1103': {
      begin: () =>
        passages.note('logistics:offerAddresses', () =>
          dispatcher.logistics.offerAddresses(key, transient),
        ),
    },
    '1104': {
      begin: () =>
        passages.note('logistics:rankCouriers', () =>
          dispatcher.logistics.rankCouriers(key, transient),
        ),
    },
  };
}

/** Notes the order's state after a transaction. */
async function noteState(
  journey: Journey,
  noted: Promise<{ readonly state: OrderState }>,
): Promise<void> {
  journey.state = (await noted).state;
}

const isPayable = ({ state, purchase: { claim } }: Journey): boolean =>
  state === 'matched' && claim !== null && claim !== '0';

/** Units 10 and 12: the merchant's own. */
function merchantTasks(journey: Journey): UnitTasks {
  const { key, passages } = journey;
  const { goods } = journey.parties.cashier;
  return {
    '10': {
      begin: () =>
        noteState(
          journey,
          passages.note('goods:verifyMerchant', () => goods.verifyMerchant(key)),
        ),
    },
    '12': {
      begin: () =>
        noteState(
          journey,
          passages.note('goods:checkCategories', () => goods.checkCategories(key)),
        ),
    },
  };
}

/** Units 13, 15, then 14 and 17 when nothing differs. Unit 16 has no transaction of its own: unit 15 raises the alarm. */
function bankTasks(journey: Journey, bankNode: BankSteps, terms: OrderTerms): UnitTasks {
  const { key, passages, purchase } = journey;
  const amount = purchase.claim ?? terms.total;
  const whenPayable = (task: () => Promise<unknown>) => () =>
    isPayable(journey) ? task() : Promise.resolve();
  let paid = false;
  return {
    '13': {
      begin: () =>
        noteState(
          journey,
          passages.note('orderNumber:compare', () => bankNode.orderNumber.compare(key)),
        ),
    },
    '15': {
      begin: () =>
        noteState(
          journey,
          passages.note('alarm:compareOrder', () => bankNode.alarm.compareOrder(key)),
        ),
    },
    '14': {
      begin: whenPayable(async () => {
        const claim = { ...key, captureId: CAPTURE_ID, amount };
        await noteState(
          journey,
          passages.note('settlement:capture', () => bankNode.settlement.capture(claim)),
        );
        paid = true;
      }),
    },
    '17': {
      begin: async () => {
        if (paid)
          await passages.note('feedback:storePurchase', () => bankNode.feedback.storePurchase(key));
      },
    },
  };
}

/** Units 10 and 12, and the bank's: by its steps, or by waiting for its node. */
function settlementTasks(journey: Journey, terms: OrderTerms): UnitTasks {
  const { bankNode } = journey.parties;
  const { key } = journey;
  const bank: UnitTasks = isSettling(bankNode)
    ? { '13': { begin: async () => void (journey.state = await bankNode.settled(key)) } }
    : bankTasks(journey, bankNode, terms);
  return { ...merchantTasks(journey), ...bank };
}

/** Before the merchant's statement, without which the bank captures nothing. */
async function submitClaim({ key, passages, purchase, parties }: Journey): Promise<void> {
  const { claimed } = claimOf(purchase);
  if (claimed === undefined) return;
  const claim = { ...key, claimed };
  await passages.note('settlement:claim', () => parties.cashier.settlement.claim(claim));
}

/** The statements of the merchant and the logistics company, from their own records. */
async function submitStatements(journey: Journey): Promise<void> {
  const { key, passages, purchase } = journey;
  const { cashier, dispatcher } = journey.parties;
  await Promise.all([
    passages.note('orderNumber:stateMerchant', () =>
      cashier.orderNumber.stateMerchant({
        ...key,
        statement: purchase.merchantStatement,
      }),
    ),
    passages.note('orderNumber:stateLogistics', () =>
      dispatcher.orderNumber.stateLogistics({
        ...key,
        statement: purchase.logisticsStatement,
      }),
    ),
  ]);
}

async function placeOrder(journey: Journey): Promise<OrderTerms> {
  const { purchase, passages, key } = journey;
  const { cashier } = journey.parties;
  const terms = termsOf(purchase, journey.quote, purchase.choose(journey.quote));
  const signature = await purchase.sign(terms);
  await passages.note('orderNumber:place', () => cashier.orderNumber.place({ terms, signature }));
  await withCustomer(purchase, terms, () =>
    passages.note('settlement:authorise', () => cashier.settlement.authorise(key)),
  );
  return terms;
}

/**
 * Takes a purchase through the patent's units, one transaction for each unit. Every step has a natural key: after a crash, call
 * it again with the same purchase.
 * @returns the state of the order: `released` or `captured` when paid, `blocked` when an alarm is open
 * @throws {RefusedError} by the first unit that refuses. No money is held then, or it stays held until somebody voids the hold
 */
export async function runStepwise(
  parties: PipelineParties,
  purchase: Purchase,
): Promise<PipelineResult> {
  const { merchantId, orderNumber } = purchase.basket;
  const key = { merchantId, orderNumber };
  const passages = new Passages(parties);
  const journey: Journey = {
    parties,
    purchase,
    key,
    passages,
    quote: { goodsTotal: '0', offers: [] },
    state: 'basket',
  };
  await passages.note('orderNumber:openBasket', () =>
    parties.cashier.orderNumber.openBasket(purchase.basket),
  );
  await walk(PHASES.basket, basketTasks(journey));
  const terms = await placeOrder(journey);
  await submitClaim(journey);
  await submitStatements(journey);
  await walk(PHASES.settlement, settlementTasks(journey, terms));
  return passages.end(journey.state);
}
