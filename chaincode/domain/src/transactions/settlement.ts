// SPDX-License-Identifier: Apache-2.0
// Settlement: the currency, holds, captures, refunds, disputes, payees (unit 14).
import * as z from 'zod';
import type { ErrorCode } from '../base/errors.js';
import {
  amount,
  currency,
  identifier,
  instant,
  positiveAmount,
  signature,
} from '../base/identifiers.js';
import { orderKey } from '../ledger/order-shapes.js';
import type { UnitId } from '../patent/units.js';
import { ABOUT, BY_STATE, ONCE, onceFor, define, query, type Access } from './define.js';
import { CUSTOMER_ID, ORDER, SIGNATURE } from './examples.js';
import { CAPTURED, HOLD_PLACED, LOGGED_IN } from './refusals.js';
import { orderOutcome, outcome, sum } from './shapes.js';

const payee = z.strictObject({ payeeId: identifier, currency });
const PAYEE = { payeeId: ORDER.merchantId, currency: 'EUR' };
const account = z.strictObject({ customerId: identifier, currency });

const onOrder = (
  summary: string,
  access: readonly Access[],
  fixed: number,
  errors: readonly ErrorCode[] = ['STATE_CONFLICT'],
) =>
  define({
    kind: 'submit',
    units: [],
    summary,
    access,
    owner: { of: 'order' },
    input: orderKey,
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: ONCE,
    errors,
    operations: { fixed },
    example: ORDER,
  });

const disputeKey = orderKey.extend({ disputeId: identifier });
const DISPUTE = { ...ORDER, disputeId: 'dispute-1' };

const decided = orderOutcome.extend({
  returned: amount.describe("what went to the customer's account"),
  owed: amount.describe('what the merchant owes the customer'),
});

/** The fields that both tellers must state equally. */
const issuing = {
  kind: 'submit',
  units: [],
  owner: { of: 'customer' },
  input: z.strictObject({
    issueId: identifier,
    customerId: identifier,
    token: identifier,
    currency,
    amount: positiveAmount,
  }),
  output: outcome.extend({ state: z.enum(['proposed', 'issued']) }),
  subject: ABOUT.ownBank,
  repeat: onceFor('currency', 'issueId'),
  example: {
    issueId: 'issue-1',
    customerId: CUSTOMER_ID,
    token: 'tok-7f3a',
    currency: 'EUR',
    amount: '100000',
  },
} as const;

export const settlement = {
  linkInstrument: define({
    kind: 'submit',
    units: [],
    summary:
      "Links a customer's card or mobile-payment account, as a token. No other customer can link the same token.",
    access: ['bank.teller'],
    owner: { of: 'customer' },
    input: z.strictObject({
      customerId: identifier,
      token: identifier,
      kind: z.enum(['card', 'mobile']),
    }),
    output: outcome,
    subject: ABOUT.customer,
    repeat: onceFor('token'),
    errors: ['INSTRUMENT_TAKEN'],
    operations: { fixed: 6 },
    example: { customerId: CUSTOMER_ID, token: 'tok-7f3a', kind: 'card' as const },
  }),
  issue: define({
    ...issuing,
    summary:
      "Issues currency into a customer's account, paid by a linked instrument. Above the policy's sum it waits for a second teller.",
    access: ['bank.teller'],
    errors: ['CURRENCY_NOT_ALLOWED', 'INSTRUMENT_UNKNOWN'],
    operations: { fixed: 8 },
  }),
  confirmIssue: define({
    ...issuing,
    summary:
      "Confirms and carries out an issue that another person of the bank proposed. The policy's time for votes applies.",
    access: ['bank.teller', 'bank.operator'],
    errors: ['NOT_FOUND', 'SECOND_TELLER_REQUIRED', 'ISSUE_EXPIRED'],
    operations: { fixed: 9 },
  }),
  authorise: onOrder(
    "Holds the order's total on the customer's account.",
    ['merchant.cashier'],
    11,
    ['STATE_CONFLICT', 'MERCHANT_UNKNOWN', ...LOGGED_IN, ...HOLD_PLACED],
  ),
  claim: define({
    kind: 'submit',
    units: [],
    summary:
      'Says how much of the held money the merchant claims in all. The bank captures no more. Without a claim it captures everything.',
    access: ['merchant.cashier'],
    owner: { of: 'order' },
    input: orderKey.extend({ claimed: amount }),
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: BY_STATE,
    errors: ['STATE_CONFLICT', 'HOLD_EXCEEDED'],
    operations: { fixed: 4 },
    example: { ...ORDER, claimed: '2950' },
  }),
  capture: define({
    kind: 'submit',
    units: ['14'],
    summary:
      'Captures held money, in full or in part, after the order matched and while no alarm is open.',
    access: ['bank.bank-node'],
    owner: { of: 'order' },
    input: orderKey.extend({ captureId: identifier, amount: positiveAmount }),
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: onceFor('captureId'),
    errors: CAPTURED,
    operations: { fixed: 6 },
    example: { ...ORDER, captureId: 'capture-1', amount: '2950' },
  }),
  release: onOrder(
    'Credits merchant and logistics company with the money that waits for the delivery, when the delivery is proven or believed.',
    ['bank.bank-node'],
    7,
    ['STATE_CONFLICT', 'RELEASE_NOT_DUE'],
  ),
  void: onOrder(
    'Returns the money that is held but not captured.',
    ['bank.bank-node', 'merchant.cashier'],
    18,
    ['STATE_CONFLICT', 'MERCHANT_UNKNOWN', 'STATEMENT_MISSING'],
  ),
  expire: onOrder('Returns the held money after the hold has expired.', ['bank.bank-node'], 18, [
    'STATE_CONFLICT',
    'HOLD_NOT_EXPIRED',
    'MERCHANT_UNKNOWN',
    'STATEMENT_MISSING',
  ]),
  refund: define({
    kind: 'submit',
    units: [],
    summary:
      "Returns captured money of the merchant to the customer. After release it debits the merchant's balance.",
    access: ['merchant.cashier'],
    owner: { of: 'order' },
    input: orderKey.extend({ refundId: identifier, amount: positiveAmount }),
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: onceFor('refundId'),
    errors: ['STATE_CONFLICT', 'DISPUTED', 'REFUND_EXCEEDED', 'PAYEE_FUNDS_INSUFFICIENT'],
    operations: { fixed: 14 },
    example: { ...ORDER, refundId: 'refund-1', amount: '500' },
  }),
  returnUndelivered: onOrder(
    'Returns the rest of the captured money, including the delivery fee, when the goods did not come in time.',
    ['bank.bank-node', 'bank.teller'],
    11,
    ['STATE_CONFLICT', 'NOT_UNDELIVERED'],
  ),
  dispute: define({
    kind: 'submit',
    units: [],
    summary:
      "Opens a customer's dispute of a captured order, through its bank, with its device's signature. The merchant's credit is withheld.",
    access: ['bank.teller'],
    owner: { of: 'order' },
    input: disputeKey.extend({ signature }),
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: onceFor('disputeId'),
    errors: ['STATE_CONFLICT', 'DISPUTE_TOO_LATE', 'SIGNATURE_INVALID', 'DEVICE_UNKNOWN'],
    operations: { fixed: 9 },
    example: { ...DISPUTE, signature: SIGNATURE },
  }),
  agreeDispute: define({
    kind: 'submit',
    units: [],
    summary:
      "Agrees, as the merchant's own bank, that an upheld dispute at another bank takes the merchant's money.",
    access: ['bank.operator'],
    owner: { of: 'merchant' },
    input: disputeKey,
    output: orderOutcome,
    subject: ABOUT.order,
    repeat: onceFor('disputeId'),
    errors: ['NOT_FOUND', 'STATE_CONFLICT'],
    operations: { fixed: 6 },
    example: DISPUTE,
  }),
  resolveDispute: define({
    kind: 'submit',
    units: [],
    summary:
      "Decides a dispute. Upheld: the customer gets the rest on the hold and the merchant's part; the merchant owes what its balance cannot pay. Rejected: the order is as before.",
    access: ['bank.operator'],
    owner: { of: 'order' },
    input: disputeKey.extend({ decision: z.enum(['uphold', 'reject']) }),
    output: decided,
    subject: ABOUT.order,
    repeat: onceFor('disputeId'),
    errors: ['STATE_CONFLICT', 'CONSENT_MISSING', 'REFUND_EXCEEDED', 'MERCHANT_UNKNOWN'],
    operations: { fixed: 14 },
    example: { ...DISPUTE, decision: 'uphold' as const },
  }),
  lapseDispute: define({
    kind: 'submit',
    units: [],
    summary: "Ends a dispute that nobody decided in time. The policy's `undecided` decides it.",
    access: ['bank.bank-node', 'merchant.cashier'],
    owner: { of: 'order' },
    input: disputeKey,
    output: decided,
    subject: ABOUT.order,
    repeat: onceFor('disputeId'),
    errors: ['STATE_CONFLICT', 'DECISION_NOT_DUE', 'REFUND_EXCEEDED', 'MERCHANT_UNKNOWN'],
    operations: { fixed: 13 },
    example: DISPUTE,
  }),
  rollUp: define({
    kind: 'submit',
    units: [],
    summary:
      "Rolls up to 500 of a payee's oldest credit entries, until an instant, into its checkpoint.",
    access: ['bank.bank-node'],
    owner: { of: 'payee' },
    input: payee.extend({ until: instant }),
    output: outcome.extend({ entries: z.int(), balance: sum, done: z.boolean() }),
    subject: ABOUT.payee,
    repeat: BY_STATE,
    errors: ['ROLL_UP_TOO_EARLY'],
    operations: { fixed: 5, perEntry: 1 },
    example: { ...PAYEE, until: 1_767_225_600 },
  }),
  requestPayout: define({
    kind: 'submit',
    units: [],
    summary:
      "Requests a payout of a part of the payee's balance from its bank. Without it the bank redeems nothing.",
    access: ['merchant.cashier', 'logistics.dispatcher'],
    owner: { of: 'input', field: 'payeeId' },
    input: payee.extend({ redeemId: identifier, amount: positiveAmount }),
    output: outcome,
    subject: ABOUT.payee,
    repeat: onceFor('currency', 'redeemId'),
    errors: [],
    operations: { fixed: 5 },
    example: { ...PAYEE, redeemId: 'redeem-1', amount: '2500' },
  }),
  redeem: define({
    kind: 'submit',
    units: [],
    summary:
      'Pays out what a payee requested from its rolled-up balance. The currency vanishes, and the bank pays ordinary money.',
    access: ['bank.teller'],
    owner: { of: 'payee' },
    input: payee.extend({ redeemId: identifier, amount: positiveAmount }),
    output: outcome.extend({ balance: sum }),
    subject: ABOUT.payee,
    repeat: onceFor('currency', 'redeemId'),
    errors: ['PAYEE_FUNDS_INSUFFICIENT', 'PAYEE_IN_DEBT', 'PAYOUT_NOT_REQUESTED'],
    operations: { fixed: 8 },
    example: { ...PAYEE, redeemId: 'redeem-1', amount: '2500' },
  }),
  bearDebt: define({
    kind: 'submit',
    units: [],
    summary:
      'Pays a debt that a payee has owed a customer for longer than the policy allows. The bank bears it, in new currency.',
    access: ['bank.bank-node', 'bank.teller'],
    owner: { of: 'payee' },
    input: payee.extend({ orderNumber: identifier }),
    output: outcome.extend({ amount }),
    subject: ABOUT.payee,
    repeat: onceFor('currency', 'orderNumber'),
    errors: ['DEBT_NOT_DUE', 'DEBT_PAYABLE', 'MERCHANT_UNKNOWN'],
    operations: { fixed: 11 },
    example: { ...PAYEE, orderNumber: ORDER.orderNumber },
  }),
  withdraw: define({
    kind: 'submit',
    units: [],
    summary:
      "Pays out a customer's available money to a linked instrument. The currency vanishes, and the bank pays ordinary money.",
    access: ['bank.teller'],
    owner: { of: 'customer' },
    input: z.strictObject({
      withdrawId: identifier,
      customerId: identifier,
      token: identifier,
      currency,
      amount: positiveAmount,
    }),
    output: outcome,
    subject: ABOUT.ownBank,
    repeat: onceFor('currency', 'withdrawId'),
    errors: ['INSTRUMENT_UNKNOWN', 'INSUFFICIENT_FUNDS'],
    operations: { fixed: 8 },
    example: {
      withdrawId: 'withdraw-1',
      customerId: CUSTOMER_ID,
      token: 'tok-7f3a',
      currency: 'EUR',
      amount: '2500',
    },
  }),
  readAccount: query({
    summary: 'The money of a customer, and what counts towards its limits.',
    input: account,
    output: account.extend({
      available: amount,
      spent: amount.describe("in the policy's window"),
      sinceStepUp: amount.describe('by orders of the window since the last step-up'),
    }),
    example: { customerId: CUSTOMER_ID, currency: 'EUR' },
  }),
  readPayee: query({
    summary:
      "A payee's rolled-up balance, how much of it is withheld, its debts, the sum of its open credit entries, and the time.",
    input: z.strictObject({ payeeId: identifier, currency }),
    output: z.strictObject({
      balance: sum,
      withheld: sum.describe('for open disputes'),
      owed: sum.describe('to customers, from upheld disputes'),
      open: sum,
      now: instant,
    }),
    example: { payeeId: ORDER.merchantId, currency: 'EUR' },
  }),
  totals: query({
    summary:
      'All money by currency: what was issued and redeemed, and everything that is on the ledger.',
    input: z.strictObject({}),
    output: z.strictObject({
      currencies: z.record(
        currency,
        z.strictObject({
          issued: sum,
          redeemed: sum,
          available: sum,
          held: sum,
          reserves: sum,
          credits: sum,
          checkpoints: sum,
          onLedger: sum,
        }),
      ),
    }),
    example: {},
  }),
};

/** Nothing is captured of an order that is blocked, or of which the merchant claims nothing yet. */
const UNITS_BY_STATE: ReadonlyMap<unknown, readonly UnitId[]> = new Map([
  ['blocked', ['13', '15', '16']],
  ['matched', ['13', '15']],
]);

/** Express: the bank's one transaction of an order. */
export const bankLeg = define({
  kind: 'submit',
  units: ['13', '14', '15', '16', '17'],
  summary:
    "Bank's leg: compares the statements, reports errors, captures the money and stores the purchase.",
  access: ['bank.bank-node'],
  owner: { of: 'order' },
  input: orderKey.extend({ captureId: identifier, amount: positiveAmount.optional() }),
  output: orderOutcome,
  subject: ABOUT.order,
  repeat: { by: 'receipt', in: { row: 'order', field: 'settled' } },
  unitsOf: ({ state }) => UNITS_BY_STATE.get(state) ?? ['13', '15', '14', '17'],
  errors: [...CAPTURED, 'STATEMENT_MISSING', 'GOODS_UNKNOWN'],
  operations: { fixed: 6, perEntry: 1 },
  batch: true,
  example: { ...ORDER, captureId: 'capture-1' },
});
