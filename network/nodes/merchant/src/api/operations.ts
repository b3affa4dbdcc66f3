// SPDX-License-Identifier: Apache-2.0
// The interface of the merchant's node, for shops in any language: what may be called, by whom, with which fields.
import { amount, currency, identifier, refusalsOf, TRANSACTIONS } from '@fabric-offline-pay/domain';
import {
  file,
  ledgerPlace,
  operations,
  placedOutput,
  type ApiDescription,
  type FieldMeanings,
  type Operation,
  STATEMENT_FORMATS,
  STATEMENT_TYPES,
} from '@fabric-offline-pay/node-common/client';
import * as z from 'zod';
import { PROBLEM_CODES } from '../catalogue/goods-file.js';
import { EVIDENCE_KIND_NAMES, MEDIA_TYPES } from '../disputes/evidence-kinds.js';
import { MERCHANT_ERRORS } from '../merchant-error.js';
import { MERCHANT_FIELDS } from './ownership.js';
import { TERMINAL_OPERATIONS } from './terminal-operations.js';
import { DEFAULT_OVERLAP_SECONDS, LONGEST_OVERLAP_SECONDS } from '../webhooks/endpoints.js';
import {
  after,
  balance,
  disputeFile,
  disputeKey,
  endpoint,
  eventTypes,
  limit,
  next,
  orderFile,
  orderKey,
  payout,
  report,
  secretShown,
  seconds,
} from './shapes.js';

const { alarm, express, goods, orderNumber, settlement } = TRANSACTIONS;

/** A file of goods, or a document with its base64. */
const LARGE = 8 * 1024;

type Call<O, Role extends string> = O & { readonly roles: readonly Role[] };

const by =
  <Role extends string>(...roles: readonly Role[]) =>
  <const O extends Omit<Operation, 'roles'>>(operation: O): Call<O, Role> => ({
    ...operation,
    roles,
  });

/** Shop and till. */
const cashier = by('cashier');

/** Whoever answers for the node: where it tells what. */
const operator = by('operator');

/** A transaction of the ledger that the cashier calls: the same input, the same answer, and where it stands. */
const step = <
  const Path extends string,
  Input extends z.ZodObject,
  Shape extends z.core.$ZodLooseShape,
  Config extends z.core.$ZodObjectConfig,
>(
  path: Path,
  transaction: Parameters<typeof refusalsOf>[0] & {
    readonly summary: string;
    readonly input: Input;
    readonly output: z.ZodObject<Shape, Config>;
    readonly example: Readonly<Record<string, unknown>>;
  },
) =>
  cashier({
    method: 'POST',
    path,
    summary: transaction.summary,
    input: transaction.input,
    example: transaction.example,
    output: placedOutput(transaction.output),
    errors: ['NOT_FOUND', ...refusalsOf(transaction)],
    idempotencyKey: true,
    bodyKiB: 256,
  });

const ORDER = '/orders/:merchantId/:orderNumber';
const DISPUTE = `${ORDER}/disputes/:disputeId` as const;
const EVIDENCE_REFUSALS = ['NOT_FOUND', 'DISPUTE_DECIDED', 'EVIDENCE_LATE', 'EVIDENCE_SUBMITTED'];

const orderOperations = {
  listOrders: cashier({
    method: 'GET',
    path: '/orders',
    summary: "Orders of the organisation's merchants, by merchant and number.",
    input: z.strictObject({
      merchantId: identifier.optional(),
      state: orderNumber.readOrder.output.shape.state.optional(),
      after,
      limit,
    }),
    output: z.object({ orders: z.array(orderFile), next }),
    errors: ['NOT_FOUND'],
  }),
  readOrder: cashier({
    method: 'GET',
    path: ORDER,
    summary: 'One order, with its lines and its money.',
    input: z.strictObject(orderKey),
    output: orderFile,
    errors: ['NOT_FOUND'],
  }),
  capturesDue: cashier({
    method: 'GET',
    path: '/captures-due',
    summary: 'Orders whose held money the bank has not captured, those whose hold ends first.',
    input: z.strictObject({ limit }),
    output: z.array(orderFile),
  }),
  openBasket: step(`${ORDER}/basket`, orderNumber.openBasket),
  verifyGoods: step(`${ORDER}/goods-verification`, goods.verify),
  partition: step(`${ORDER}/partition`, goods.partition),
  compareGoods: step(`${ORDER}/goods-comparison`, alarm.compareGoods),
  place: step('/placements', orderNumber.place),
  authorise: step(`${ORDER}/authorisation`, settlement.authorise),
  claim: step(`${ORDER}/claim`, settlement.claim),
  verifyMerchant: step(`${ORDER}/merchant-verification`, goods.verifyMerchant),
  checkCategories: step(`${ORDER}/category-check`, goods.checkCategories),
  stateMerchant: step(`${ORDER}/statement`, orderNumber.stateMerchant),
  orderAtOnce: step('/orders', express.order),
  voidOrder: step(`${ORDER}/void`, settlement.void),
  placeRefund: cashier({
    method: 'POST',
    path: `${ORDER}/refunds`,
    summary:
      'Gives money back, of an order or of a payment without a network. Once for a refund id.',
    input: z.strictObject({
      ...orderKey,
      refundId: identifier,
      amount,
      batchId: identifier.optional().describe('of a payment without a network'),
      counter: z.int().min(1).max(64).optional().describe('of a payment without a network'),
      customerId: identifier.optional().describe('who made a payment without a network'),
      deviceId: identifier.optional().describe('what made a payment without a network'),
    }),
    output: z.object({
      refunded: amount.describe('everything so far'),
      replayed: z.boolean(),
      ...ledgerPlace,
    }),
    errors: ['NOT_FOUND', 'PAYMENT_AMBIGUOUS', ...refusalsOf(settlement.refund)],
    idempotencyKey: true,
  }),
} as const;

const goodsOperations = {
  listGoods: cashier({
    method: 'GET',
    path: '/merchants/:merchantId/goods',
    summary: "A merchant's goods, by GTIN.",
    input: z.strictObject({ merchantId: identifier, after, limit }),
    output: z.object({
      goods: z.array(
        z.object({
          gtin: z.string(),
          name: z.string().nullable(),
          category: z.string(),
          price: amount,
          currency,
          withdrawn: z.boolean(),
          digest: z.string().describe('what a basket names'),
        }),
      ),
      next,
    }),
    errors: ['NOT_FOUND'],
  }),
  importGoods: cashier({
    method: 'POST',
    path: '/merchants/:merchantId/goods',
    summary: 'Registers a CSV file of goods; a dry run says what would change.',
    input: z.strictObject({
      merchantId: identifier,
      csv: z.string().describe('columns as in goods.csv; see the README'),
      dryRun: z.boolean().default(false),
    }),
    output: z.object({
      dryRun: z.boolean(),
      lines: z.array(
        z.object({
          line: z.int(),
          gtin: z.string(),
          result: z.enum(['changed', 'unchanged']),
        }),
      ),
      problems: z
        .array(
          z.object({
            line: z.int(),
            field: z.string().nullable(),
            code: z.enum(PROBLEM_CODES),
          }),
        )
        .describe('rows that were left out'),
    }),
    errors: ['NOT_FOUND', 'TOO_MANY_ROWS', ...refusalsOf(goods.registerGoods)],
    idempotencyKey: true,
    bodyKiB: LARGE,
  }),
  withdrawGoods: step('/merchants/:merchantId/goods/:gtin/withdrawal', goods.withdrawGoods),
} as const;

const moneyOperations = {
  listBalances: cashier({
    method: 'GET',
    path: '/balances',
    summary: "What the organisation's merchants have, by currency.",
    input: z.strictObject({}),
    output: z.array(balance),
  }),
  requestPayout: step('/payouts', settlement.requestPayout),
  listPayouts: cashier({
    method: 'GET',
    path: '/payouts',
    summary: 'Payouts, the newest first.',
    input: z.strictObject({ waiting: z.stringbool().default(false), limit }),
    output: z.array(payout),
  }),
  settlementReport: cashier({
    method: 'GET',
    path: '/settlements/:payeeId/:currency/:date',
    summary: "A payee's day: opening, movements, closing, payouts.",
    input: z.strictObject({ payeeId: identifier, currency, date: z.iso.date() }),
    output: report,
    errors: ['NOT_FOUND'],
  }),
  settlementFile: cashier({
    method: 'GET',
    path: '/settlements/:payeeId/:currency/:date/file',
    summary: "A payee's day as CSV, camt.053 or PDF.",
    input: z.strictObject({
      ...{ payeeId: identifier, currency, date: z.iso.date() },
      format: z.enum(STATEMENT_FORMATS),
    }),
    output: file(...STATEMENT_TYPES),
    errors: ['NOT_FOUND'],
  }),
} as const;

const disputeOperations = {
  listDisputes: cashier({
    method: 'GET',
    path: '/disputes',
    summary: 'Disputes by outcome, the oldest first.',
    input: z.strictObject({
      outcome: z.enum(['undecided', 'upheld', 'rejected']).default('undecided'),
      limit,
    }),
    output: z.array(disputeFile),
  }),
  readDispute: cashier({
    method: 'GET',
    path: DISPUTE,
    summary: 'One dispute, with the list of its evidence.',
    input: z.strictObject(disputeKey),
    output: disputeFile,
    errors: ['NOT_FOUND'],
  }),
  addEvidence: cashier({
    method: 'PUT',
    path: `${DISPUTE}/evidence/:evidenceId`,
    summary: 'Adds a document, or replaces it, until the evidence is submitted.',
    input: z.strictObject({
      ...disputeKey,
      evidenceId: identifier,
      kind: z.enum(EVIDENCE_KIND_NAMES),
      mediaType: z.enum(MEDIA_TYPES),
      document: z.base64(),
    }),
    output: disputeFile,
    errors: [...EVIDENCE_REFUSALS, 'DOCUMENT_INVALID', 'TOO_MANY_DOCUMENTS'],
    bodyKiB: LARGE,
  }),
  submitEvidence: cashier({
    method: 'POST',
    path: `${DISPUTE}/submission`,
    summary: 'Submits the evidence, once, confirmed by the digest of all documents.',
    input: z.strictObject({
      ...disputeKey,
      digest: z.string().length(64).describe('`digest` of the dispute, as it was read'),
    }),
    output: disputeFile,
    errors: [...EVIDENCE_REFUSALS, 'EVIDENCE_CHANGED', 'EVIDENCE_MISSING'],
    idempotencyKey: true,
  }),
  evidenceBundle: cashier({
    method: 'GET',
    path: `${DISPUTE}/bundle`,
    summary: 'What was submitted, with all documents, for the bank.',
    input: z.strictObject(disputeKey),
    output: file('application/json'),
    errors: ['NOT_FOUND', 'EVIDENCE_MISSING'],
  }),
  lapseDispute: step(`${DISPUTE}/lapse`, settlement.lapseDispute),
} as const;

const endpointId = { endpointId: identifier };

const webhookOperations = {
  listEndpoints: operator({
    method: 'GET',
    path: '/webhooks',
    summary: 'Where webhooks go, and how much waits for each.',
    input: z.strictObject({}),
    output: z.array(endpoint),
  }),
  registerEndpoint: operator({
    method: 'POST',
    path: '/webhooks/:endpointId',
    summary: 'Registers an endpoint and shows its secret, this once.',
    input: z.strictObject({
      ...endpointId,
      url: z.string().max(2_000),
      types: eventTypes.default([]),
    }),
    output: secretShown,
    errors: ['ENDPOINT_REFUSED', 'ENDPOINT_EXISTS', 'TOO_MANY_ENDPOINTS'],
  }),
  switchEndpoint: operator({
    method: 'PUT',
    path: '/webhooks/:endpointId/state',
    summary: 'Turns an endpoint on or off. What happens meanwhile waits for it.',
    input: z.strictObject({ ...endpointId, state: z.enum(['active', 'disabled']) }),
    output: z.object({ state: z.enum(['active', 'disabled']) }),
    errors: ['NOT_FOUND'],
  }),
  removeEndpoint: operator({
    method: 'DELETE',
    path: '/webhooks/:endpointId',
    summary: 'Forgets an endpoint and what waits for it.',
    input: z.strictObject(endpointId),
    output: z.object({ removed: z.literal(true) }),
    errors: ['NOT_FOUND'],
  }),
  rotateSecret: operator({
    method: 'POST',
    path: '/webhooks/:endpointId/secret',
    summary: 'Makes a new secret and shows it, this once; the old one signs too for a while.',
    input: z.strictObject({
      ...endpointId,
      overlapSeconds: z.int().min(0).max(LONGEST_OVERLAP_SECONDS).default(DEFAULT_OVERLAP_SECONDS),
    }),
    output: secretShown,
    errors: ['NOT_FOUND'],
  }),
  replayEvents: operator({
    method: 'POST',
    path: '/webhooks/:endpointId/replay',
    summary: 'Tells everything again that happened from an instant on.',
    input: z.strictObject({ ...endpointId, from: seconds }),
    output: z.object({ events: z.int() }),
    errors: ['NOT_FOUND'],
    idempotencyKey: true,
  }),
} as const;

export const MERCHANT_OPERATIONS = operations({
  ...orderOperations,
  ...goodsOperations,
  ...moneyOperations,
  ...TERMINAL_OPERATIONS,
  ...disputeOperations,
  ...webhookOperations,
});

export type OperationTable = typeof MERCHANT_OPERATIONS;

export const MERCHANT_API: ApiDescription & { readonly operations: OperationTable } = {
  title: "The merchant's node",
  description:
    "A merchant's daily work: orders from basket to refund, goods, payouts, terminals, disputes, webhooks (units 8 to 10 and 12 of the patent on the side of the merchant).",
  version: '0.1.0',
  operations: MERCHANT_OPERATIONS,
  // A field of an operation that has no meaning does not compile.
  fields: MERCHANT_FIELDS satisfies FieldMeanings<OperationTable>,
  errors: MERCHANT_ERRORS,
};
