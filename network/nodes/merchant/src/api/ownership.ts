// SPDX-License-Identifier: Apache-2.0
// Whose the things are that the merchant's operations name. The node works for its organisation's merchants only, and a caller whose
// certificate names one of them for this one. Webhooks are the organisation's.
import type { ATTRIBUTES } from '@fabric-offline-pay/domain';
import type { FieldMeaning } from '@fabric-offline-pay/node-common/client';

const ofMerchants = (thing: string) => ({ thing, ownOnlyFor: ['cashier', 'terminal'] }) as const;

export const MERCHANT_FIELDS = {
  merchantId: ofMerchants('merchant'),
  orderNumber: ofMerchants('order'),
  disputeId: ofMerchants('dispute'),
  payeeId: ofMerchants('payee'),
  terms: ofMerchants('terms'),
  addressRefs: 'content',
  addressesDigest: 'content',
  after: 'content',
  amount: 'content',
  batchId: 'content',
  claimed: 'content',
  counter: 'content',
  csv: 'content',
  currency: 'content',
  customerId: 'content',
  date: 'content',
  deviceId: 'content',
  digest: 'content',
  document: 'content',
  dryRun: 'content',
  endpointId: 'content',
  evidenceId: 'content',
  format: 'content',
  from: 'content',
  gtin: 'content',
  kind: 'content',
  limit: 'content',
  lines: 'content',
  loginId: 'content',
  logisticsId: 'content',
  mediaType: 'content',
  oldestAt: 'content',
  outcome: 'content',
  overlapSeconds: 'content',
  redeemId: 'content',
  refundId: 'content',
  signature: 'content',
  state: 'content',
  statement: 'content',
  terminalId: 'content',
  types: 'content',
  url: 'content',
  vouchers: 'content',
  waiting: 'content',
} as const satisfies Readonly<Record<string, FieldMeaning<(typeof ATTRIBUTES)[number]>>>;

type Fields = typeof MERCHANT_FIELDS;

/** A field that names what somebody owns. */
export type OwnedField = {
  [Field in keyof Fields]: Fields[Field] extends 'content' ? never : Field;
}[keyof Fields];
