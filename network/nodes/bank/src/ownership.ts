// SPDX-License-Identifier: Apache-2.0
// Whose the things are that the bank's operations name. A customer's login opens that customer's things only; the bank's people work for all.
import type { FieldMeanings } from '@fabric-offline-pay/node-common/client';
import type { OperationTable } from './bank-api.js';
import { CUSTOMER_CHANNEL, type BankRole } from './caller.js';

const ofCustomer = (thing: string) => ({ thing, ownOnlyFor: [CUSTOMER_CHANNEL] }) as const;

export const BANK_FIELDS: FieldMeanings<OperationTable, BankRole> = {
  loginId: ofCustomer('session'),
  customerId: ofCustomer('customer'),
  changeId: ofCustomer('change'),
  deviceId: ofCustomer('device'),
  token: ofCustomer('instrument'),
  terms: ofCustomer('terms'),
  addresses: 'content',
  after: 'content',
  alertId: 'content',
  automatic: 'content',
  balance: 'content',
  birthDate: 'content',
  boundTo: 'content',
  code: 'content',
  currency: 'content',
  day: 'content',
  email: 'content',
  fee: 'content',
  format: 'content',
  from: 'content',
  kind: 'content',
  language: 'content',
  learn: 'content',
  limit: 'content',
  lines: 'content',
  merchantId: 'content',
  mode: 'content',
  name: 'content',
  offerId: 'content',
  open: 'content',
  orderNumber: 'content',
  password: 'content',
  payeeId: 'content',
  phone: 'content',
  publicKey: 'content',
  purchasedAt: 'content',
  redeemId: 'content',
  resend: 'content',
  state: 'content',
  to: 'content',
  total: 'content',
  which: 'content',
};
