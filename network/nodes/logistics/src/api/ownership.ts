// SPDX-License-Identifier: Apache-2.0
// Whose the things are that the logistics company's operations name: a courier carries its own orders, a shop has its own, and the company's
// office works for all.
import type { FieldMeaning } from '@fabric-offline-pay/node-common/client';
import { SHOP_CHANNEL, type Role } from '../context.js';

export const LOGISTICS_FIELDS = {
  merchantId: { thing: 'merchant', ownOnlyFor: [SHOP_CHANNEL] },
  orderNumber: { thing: 'order', ownOnlyFor: ['courier', SHOP_CHANNEL] },
  courierId: { thing: 'courier', ownOnlyFor: ['courier'] },
  basket: { thing: 'basket', ownOnlyFor: [SHOP_CHANNEL] },
  active: 'content',
  addresses: 'content',
  after: 'content',
  amount: 'content',
  areas: 'content',
  basisPoints: 'content',
  categories: 'content',
  currency: 'content',
  day: 'content',
  delivery: 'content',
  depot: 'content',
  from: 'content',
  gtin: 'content',
  limit: 'content',
  location: 'content',
  moveId: 'content',
  outcome: 'content',
  payoutId: 'content',
  placeId: 'content',
  quantity: 'content',
  salt: 'content',
  secret: 'content',
  statement: 'content',
  stops: 'content',
  tariffs: 'content',
  to: 'content',
  until: 'content',
  validFrom: 'content',
} as const satisfies Readonly<Record<string, FieldMeaning<Role>>>;
