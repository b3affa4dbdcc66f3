// SPDX-License-Identifier: Apache-2.0
// The key of each row, made from the row itself when the row has all parts of the key. Keys are plain strings. Their parts
// are joined by `/`, which no identifier may contain, so that one prefix is one range.
import type {
  BulletinChangeRow,
  BulletinRow,
  FraudCaseRow,
  FraudRow,
  LossesRow,
  OfflineRefundRow,
  RegisteredIssuerRow,
  SettlementBatchRow,
  StoredReserve,
} from './offline-rows.js';
import type { Receipt } from './receipt.js';
import {
  isPlaced,
  type AccountRow,
  type BasketRow,
  type CheckpointRow,
  type CreditRow,
  type CustomerRow,
  type DeviceRow,
  type FactorKind,
  type FactorRow,
  type FleetRow,
  type FoundingRow,
  type HistoryKind,
  type HistoryRow,
  type InstrumentRow,
  type LoginRow,
  type OrderRow,
  type PayoutRow,
  type PendingIssueRow,
  type PurchaseRow,
  type QuoteRow,
  type RatingRow,
  type ReserveKey,
  type StoredRegistry,
  type SupplyKind,
  type SupplyRow,
  type TermsRow,
  type VoteRow,
} from './rows.js';
import type {
  AddressBookRow,
  AlarmRow,
  OrderKey,
  Party,
  ReportRow,
  Statement,
} from './order-shapes.js';
import type { Aggregate, GoodsRow, MerchantRow, RatingSubject } from './catalogue-shapes.js';
import type { ReputationRow } from './identity-shapes.js';

interface Row<Value, Parts extends readonly string[]> {
  readonly kind: string;
  readonly key: (...parts: Parts) => string;
  readonly prefix: (...parts: string[]) => string;
  /** Carries the row's type; never present at run time. */
  readonly type?: Value;
}

/** A row that has all parts of its own key. */
interface KeyedRow<Value, Parts extends readonly string[]> extends Row<Value, Parts> {
  readonly partsOf: (value: Value) => Parts;
}

const row = <Value, Parts extends readonly string[]>(kind: string): Row<Value, Parts> => ({
  kind,
  key: (...parts) => [kind, ...parts].join('/'),
  prefix: (...parts) => `${[kind, ...parts].join('/')}/`,
});

const keyed = <Value, Parts extends readonly string[]>(
  kind: string,
  partsOf: (value: Value) => Parts,
): KeyedRow<Value, Parts> => ({ ...row<Value, Parts>(kind), partsOf });

/** The key of a case is the voucher that contradicts another. */
export const fraudParts = (
  key: ReserveKey,
  [counter, digest]: FraudRow['contradicting'],
): [...ReserveParts, counter: string, digest: string] => [
  ...reserveParts(key),
  counter.toString(),
  digest,
];

type OrderParts = [merchantId: string, orderNumber: string];
type RatedBy = [subject: RatingSubject, owner: string, id: string, customerId: string];
type ReserveParts = [customerId: string, deviceId: string, epoch: string];

const orderParts = ({ merchantId, orderNumber }: OrderKey): OrderParts => [merchantId, orderNumber];

/** A bulletin's number in a key has ten digits, so that the order of keys is the order of numbers. */
export const ordinalKey = (number: number): string => number.toString().padStart(10, '0');

/** An epoch in a key has eight digits, so that the order of keys is the order of numbers. */
export const reserveParts = ({ customerId, deviceId, epoch }: ReserveKey): ReserveParts => [
  customerId,
  deviceId,
  epoch.toString().padStart(8, '0'),
];

/**
 * All kinds of rows. `ROWS.order.key(merchantId, orderNumber)` is a key, `ROWS.credit.prefix(payee)` a range. A keyed row
 * gives its own key.
 */
export const ROWS = {
  registry: keyed<StoredRegistry, []>('registry', () => []),
  founding: keyed<FoundingRow, [mspId: string]>('founding', (row) => [row.mspId]),
  vote: row<VoteRow, [ballotDigest: string]>('vote'),
  customer: keyed<CustomerRow, [customerId: string]>('customer', (row) => [row.customerId]),
  device: keyed<DeviceRow, [customerId: string, deviceId: string]>('device', (row) => [
    row.customerId,
    row.deviceId,
  ]),
  login: keyed<LoginRow, [loginId: string]>('login', (row) => [row.loginId]),
  factor: keyed<FactorRow, [loginId: string, boundTo: string, factor: FactorKind]>(
    'factor',
    (row) => [row.loginId, row.boundTo, row.factor],
  ),
  history: row<
    HistoryRow,
    [customerId: string, counts: 'penalty' | 'success', subject: string, kind: HistoryKind]
  >('history'),
  reputation: keyed<ReputationRow, [customerId: string]>('reputation', (row) => [row.customerId]),
  merchant: keyed<MerchantRow, [merchantId: string]>('merchant', (row) => [row.merchantId]),
  goods: keyed<GoodsRow, [merchantId: string, gtin: string]>('goods', (row) => [
    row.merchantId,
    row.gtin,
  ]),
  fleet: keyed<FleetRow, [logisticsId: string]>('fleet', (row) => [row.logisticsId]),
  quote: row<QuoteRow, [merchantId: string, orderNumber: string, logisticsId: string]>('quote'),
  /** First the picked goods, and after placing the signed terms. */
  terms: keyed<BasketRow | TermsRow, OrderParts>('terms', (row) =>
    orderParts(isPlaced(row) ? row.terms : row.basket),
  ),
  order: keyed<OrderRow, OrderParts>('order', orderParts),
  receipt: row<Receipt, [subject: string, name: string]>('receipt'),
  statement: row<Statement, [merchantId: string, orderNumber: string, party: Party]>('statement'),
  account: keyed<AccountRow, [customerId: string]>('account', (row) => [row.customerId]),
  instrument: keyed<InstrumentRow, [bankId: string, token: string]>('instrument', (row) => [
    row.bankId,
    row.token,
  ]),
  pendingIssue: keyed<PendingIssueRow, [bankId: string, currency: string, issueId: string]>(
    'pendingIssue',
    (row) => [row.bankId, row.currency, row.issueId],
  ),
  supply: row<SupplyRow, [bankId: string, currency: string, kind: SupplyKind, id: string]>(
    'supply',
  ),
  credit: row<CreditRow, [payeeId: string, currency: string, at: string, id: string]>('credit'),
  checkpoint: keyed<CheckpointRow, [payeeId: string, currency: string]>('checkpoint', (row) => [
    row.payeeId,
    row.currency,
  ]),
  payout: keyed<PayoutRow, [payeeId: string, currency: string, redeemId: string]>(
    'payout',
    (row) => [row.payeeId, row.currency, row.redeemId],
  ),
  report: keyed<ReportRow, [...OrderParts, pass: string]>('report', (row) => [
    ...orderParts(row),
    row.pass,
  ]),
  /** A bank's open alarms have their own range, apart from the growing number of decided ones. */
  alarm: keyed<AlarmRow, [bankId: string, 'open' | 'decided', ...OrderParts]>('alarm', (row) => [
    row.bankId,
    row.state === 'open' ? 'open' : 'decided',
    ...orderParts(row),
  ]),
  purchase: keyed<PurchaseRow, [customerId: string, ...OrderParts]>('purchase', (row) => [
    row.customerId,
    ...orderParts(row),
  ]),
  rating: row<RatingRow, RatedBy>('rating'),
  /** What a customer's opinion added to a published aggregate. */
  opinion: row<Aggregate, RatedBy>('opinion'),
  reserve: keyed<StoredReserve, ReserveParts>('reserve', reserveParts),
  fraud: keyed<FraudCaseRow, [...ReserveParts, counter: string, digest: string]>('fraud', (row) =>
    fraudParts(row, row.contradicting),
  ),
  bulletin: keyed<BulletinRow, [bankId: string]>('bulletin', (row) => [row.bankId]),
  bulletinChange: keyed<BulletinChangeRow, [bankId: string, number: string]>(
    'bulletinChange',
    (row) => [row.bankId, ordinalKey(row.number)],
  ),
  losses: keyed<LossesRow, [bankId: string, payeeId: string, currency: string]>('losses', (row) => [
    row.bankId,
    row.payeeId,
    row.currency,
  ]),
  issuer: keyed<RegisteredIssuerRow, [bankId: string, kid: string]>('issuer', (row) => [
    row.bankId,
    row.kid,
  ]),
  batch: keyed<SettlementBatchRow, [merchantId: string, batchId: string]>('batch', (row) => [
    row.merchantId,
    row.batchId,
  ]),
  offlineRefund: row<OfflineRefundRow, [...ReserveParts, counter: string]>('offlineRefund'),
  /** In the private collection only. */
  address: row<AddressBookRow, [...OrderParts, logisticsId: string]>('address'),
} as const;

/** A kind of row on the ledger. */
export type RowKind = keyof typeof ROWS;
/** The value of a row of this kind. */
export type RowValue<Kind extends RowKind> = NonNullable<(typeof ROWS)[Kind]['type']>;

/** The parts of the key of a row of this kind. */
export type KeyOf<Kind extends RowKind> = Parameters<(typeof ROWS)[Kind]['key']>;

/** The key parts that a writer must give. None for a row that gives its own key. */
export type PartsToWrite<Kind extends RowKind> = (typeof ROWS)[Kind] extends {
  readonly partsOf: unknown;
}
  ? []
  : KeyOf<Kind>;

/** @returns the key for writing the row. */
export function keyToWrite<Kind extends RowKind>(
  kind: Kind,
  value: RowValue<Kind>,
  parts: PartsToWrite<Kind>,
): string {
  const definition = ROWS[kind] as Row<RowValue<Kind>, readonly string[]> &
    Partial<KeyedRow<RowValue<Kind>, readonly string[]>>;
  return definition.key(...(definition.partsOf?.(value) ?? parts));
}

/** Seconds since 1970 in a key have thirteen digits, so that the order of keys is the order of times. */
export const timeKey = (seconds: number): string => seconds.toString().padStart(13, '0');
