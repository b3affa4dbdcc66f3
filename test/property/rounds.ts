// SPDX-License-Identifier: Apache-2.0
// What clients do at the same time, as data: who asks for what on one state, and how the answers are then ordered.
import fc from 'fast-check';
import {
  CURRENCY,
  deliverySecretOf,
  LOGISTICS,
  MERCHANT,
  POLICY,
} from '@fabric-offline-pay/testing';
import type { RightCall } from './calls.js';
import { DISPUTE_IDS, type Market } from './market.js';

/** One client: what it asks for, when its envelope arrives, and whether a new block begins before it. */
export interface Client {
  readonly call: RightCall;
  /** Rounds that the envelope is held back. */
  readonly late: number;
  /** Envelopes arrive in this order. */
  readonly rank: number;
  readonly newBlock: boolean;
}

export interface Round {
  /** Seconds that pass before it. */
  readonly pass: number;
  readonly clients: readonly Client[];
}

const { unprovenSeconds, deliverySeconds, decisionSeconds, debtSeconds } = POLICY;

/** Mostly none; else as long as something waits for. */
const pass = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  fc.constantFrom(unprovenSeconds, deliverySeconds, decisionSeconds, debtSeconds),
);

const small = fc.constantFrom('1', '500', '1000', '2490', '4980', '5450');
const id = fc.constantFrom('claim-0', 'claim-1', 'claim-2');

const of = (contract: string, name: string, input: fc.Arbitrary<object>) =>
  input.map((drawn): RightCall => ({ contract, name, input: drawn }));

/** Steps of an order that need nothing but its key. */
const STEPS = [
  ['settlement', 'void'],
  ['settlement', 'expire'],
  ['settlement', 'release'],
  ['settlement', 'returnUndelivered'],
  ['logistics', 'pickUp'],
  ['logistics', 'deliver'],
  ['logistics', 'purgeAddresses'],
  ['feedback', 'storePurchase'],
] as const;

function onOrder(orderNumbers: readonly string[]): fc.Arbitrary<RightCall>[] {
  const orderNumber = fc.constantFrom(...orderNumbers);
  const merchantId = fc.constant(MERCHANT);
  const key = fc.record({ merchantId, orderNumber });
  const claim = fc.record({ merchantId, orderNumber, captureId: id, amount: small });
  const reason = fc.constant('looked into');
  const decision = fc.constantFrom('uphold', 'reject');
  const disputeId = fc.constantFrom(...DISPUTE_IDS);
  const disputed = { merchantId, orderNumber, disputeId };
  const delivered = orderNumber.map((number) => ({
    ...{ merchantId: MERCHANT, orderNumber: number },
    secret: deliverySecretOf(number),
  }));
  return [
    of('settlement', 'capture', claim),
    of('express', 'settle', claim),
    of('express', 'settle', fc.record({ merchantId, orderNumber, captureId: id })),
    of('settlement', 'refund', fc.record({ merchantId, orderNumber, refundId: id, amount: small })),
    of('settlement', 'resolveDispute', fc.record({ ...disputed, decision })),
    of('settlement', 'lapseDispute', fc.record(disputed)),
    of('logistics', 'deliver', delivered),
    of('alarm', 'resolve', fc.record({ merchantId, orderNumber, reason })),
    of('alarm', 'uphold', fc.record({ merchantId, orderNumber, reason })),
    ...STEPS.map(([contract, name]) => of(contract, name, key)),
  ];
}

function aroundOrders({
  signed,
  disputes,
  debt,
  loginId,
  seconds,
}: Market): fc.Arbitrary<RightCall>[] {
  const until = fc.constantFrom(seconds, seconds - 1, seconds - 60);
  const currency = fc.constant(CURRENCY);
  const payeeId = fc.constantFrom(MERCHANT, LOGISTICS, debt.payeeId);
  const payout = { redeemId: id, payeeId, currency, amount: small };
  const login = fc.constant({ loginId });
  const nonce = fc.constantFrom('nonce-1', 'nonce-2');
  const factor = nonce.map((drawn) => ({ loginId, boundTo: 'login', nonce: drawn }));
  const supplied = fc.constantFrom('0', '1', '2').chain((index) =>
    fc.record({
      id: fc.constant(`extra-${index}`),
      customerId: fc.constant(`customer-${index}`),
      token: fc.constant(`tok-customer-${index}`),
      currency,
      amount: small,
    }),
  );
  return [
    of('express', 'order', fc.constantFrom(...signed)),
    of('settlement', 'dispute', fc.constantFrom(...disputes)),
    of('settlement', 'rollUp', fc.record({ payeeId, currency, until })),
    of('settlement', 'requestPayout', fc.record(payout)),
    of('settlement', 'redeem', fc.record(payout)),
    of('settlement', 'bearDebt', fc.constant({ ...debt, currency: CURRENCY })),
    of(
      'settlement',
      'issue',
      supplied.map(({ id: issueId, ...given }) => ({ issueId, ...given })),
    ),
    of(
      'settlement',
      'withdraw',
      supplied.map(({ id: withdrawId, ...given }) => ({ withdrawId, ...given })),
    ),
    of('identity', 'attestSms', factor),
    of('identity', 'attestPassword', factor),
    of('identity', 'completeAuthentication', login),
    of('identity', 'failAuthentication', login),
    of('identity', 'assessReputation', login),
  ];
}

/** Up to four rounds of up to eight clients; often about the same few orders, so that they meet. */
export function rounds(market: Market): fc.Arbitrary<Round[]> {
  const { orderNumbers, signed } = market;
  const all = [...orderNumbers, ...signed.map(({ terms }) => terms.orderNumber)];
  const client = (orders: readonly string[]): fc.Arbitrary<Client> =>
    fc.record({
      call: fc.oneof(
        { weight: 3, arbitrary: fc.oneof(...onOrder(orders)) },
        { weight: 2, arbitrary: fc.oneof(...aroundOrders(market)) },
      ),
      late: fc.constantFrom(0, 0, 0, 1, 2),
      rank: fc.integer({ min: 0, max: 99 }),
      newBlock: fc.boolean(),
    });
  const subject = fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 3 });
  return subject.chain((orders) =>
    fc.array(
      fc.record({ pass, clients: fc.array(client(orders), { minLength: 1, maxLength: 8 }) }),
      { minLength: 1, maxLength: 4 },
    ),
  );
}
