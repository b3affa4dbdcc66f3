// SPDX-License-Identifier: Apache-2.0
// Every kind of row that may stand on the public ledger: its shape, its key, and what of the key it repeats.
import type { RowKind } from '@fabric-offline-pay/domain';
import type * as z from 'zod';
import { receipt } from './basic-shapes.js';
import * as money from './money-shapes.js';
import * as other from './other-shapes.js';

/** Addresses are private: what stands under their kind among the public rows is a row of no kind. */
type PublicKind = Exclude<RowKind, 'address'>;

const { supply, account, terms, order, reserve, credit, checkpoint, payout } = money;

/** The shape of each kind. */
export const SHAPES = {
  ...{ supply, account, terms, order, reserve, credit, checkpoint, payout },
  pendingIssue: money.pendingIssue,
  offlineRefund: money.offlineRefund,
  losses: money.losses,
  registry: other.registry,
  founding: other.founding,
  vote: other.vote,
  customer: other.customer,
  device: other.device,
  login: other.login,
  factor: other.factor,
  history: other.history,
  reputation: other.reputation,
  merchant: other.merchant,
  goods: other.goods,
  fleet: other.fleet,
  quote: other.quote,
  receipt,
  statement: money.stated,
  instrument: other.instrument,
  report: other.report,
  alarm: other.alarm,
  purchase: other.purchase,
  rating: other.rating,
  opinion: other.aggregate,
  fraud: other.fraud,
  bulletin: other.bulletin,
  bulletinChange: other.bulletinChange,
  issuer: other.issuer,
  batch: other.batch,
} as const satisfies Readonly<Record<PublicKind, z.ZodType>>;

/** A kind of row that an auditor knows. */
export type Kind = keyof typeof SHAPES;

/** The value of a row of this kind. */
export type Value<Of extends Kind> = z.output<(typeof SHAPES)[Of]>;

/** @returns whether an auditor knows the kind */
export const isKind = (text: string): text is Kind => Object.hasOwn(SHAPES, text);

/**
 * What a key says, part by part after its kind: a name in the row that says the same, or null for what only the key says. A
 * name that begins with `#` is a number, in the key with leading zeros. `…`: any number of parts.
 */
export const KEY_PARTS: Readonly<Record<Kind, readonly (string | null)[]>> = {
  supply: [null, 'currency', 'kind', null],
  account: ['customerId'],
  terms: ['merchantId', 'orderNumber'],
  order: ['merchantId', 'orderNumber'],
  reserve: ['customerId', 'deviceId', '#epoch'],
  credit: [null, null, null, null],
  checkpoint: ['payeeId', 'currency'],
  payout: ['payeeId', 'currency', 'redeemId'],
  pendingIssue: ['bankId', 'currency', 'issueId'],
  offlineRefund: ['customerId', null, null, null],
  losses: ['bankId', 'payeeId', 'currency'],
  registry: [],
  founding: ['mspId'],
  vote: [null],
  customer: ['customerId'],
  device: ['customerId', 'deviceId'],
  login: ['loginId'],
  factor: ['loginId', 'boundTo', 'factor'],
  history: [null, null, null, null],
  reputation: ['customerId'],
  merchant: ['merchantId'],
  goods: ['merchantId', 'gtin'],
  fleet: ['logisticsId'],
  quote: [null, null, 'logisticsId'],
  receipt: ['…'],
  statement: [null, null, null],
  instrument: ['bankId', 'token'],
  report: ['merchantId', 'orderNumber', 'pass'],
  alarm: ['bankId', null, 'merchantId', 'orderNumber'],
  purchase: ['customerId', 'merchantId', 'orderNumber'],
  rating: [null, null, null, 'customerId'],
  opinion: [null, null, null, null],
  fraud: ['customerId', 'deviceId', '#epoch', null, null],
  bulletin: ['bankId'],
  bulletinChange: ['bankId', '#number'],
  issuer: ['bankId', 'kid'],
  batch: ['merchantId', 'batchId'],
};
