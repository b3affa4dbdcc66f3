// SPDX-License-Identifier: Apache-2.0
// Words with which a call gets past its schema, by the names of fields: things of both sides, and content.
import { TRANSACTIONS } from '@fabric-offline-pay/domain';
import { addressesOf, CURRENCY, GOODS, LOGISTICS } from '@fabric-offline-pay/testing';
import { NAMES, type Belongings, type Side } from './populate.js';
import type { Words } from './sample-input.js';

const { express, goods, orderNumber } = TRANSACTIONS;

const terms = orderNumber.place.example.terms;
const { basket } = express.quote.example;

/** What a device that nobody knows answers. */
const signedBy = (response: object) => ({
  ...{ id: 'AAAA', rawId: 'AAAA', type: 'public-key' },
  response: { clientDataJSON: 'AAAA', ...response },
});

/** Content that belongs to nobody. */
const CONTENT: Words = {
  ...Object.fromEntries(Object.entries(basket).map(([name, value]) => [name, [value]])),
  ...Object.fromEntries(
    Object.entries(express.order.example).map(([name, value]) => [name, [value]]),
  ),
  ...Object.fromEntries(
    Object.entries(goods.registerGoods.example.goods[0] ?? {}).map(([name, value]) => [
      name,
      [value],
    ]),
  ),
  addresses: [addressesOf('any').addresses, []],
  salt: [addressesOf('any').salt],
  alertId: ['alert/none'],
  amount: ['1', 1],
  assertion: [signedBy({ authenticatorData: 'AAAA', signature: 'AAAA', userHandle: 'AAAA' })],
  balance: ['1'],
  categories: [['26111704']],
  certificate: ['AAAA'],
  claimed: ['1'],
  code: ['123456'],
  courierId: [NAMES.own.courierId],
  credential: [signedBy({ attestationObject: 'AAAA' })],
  csv: ['gtin\n'],
  currency: [CURRENCY],
  date: ['2026-01-31'],
  day: ['2026-01-31'],
  digest: ['0'.repeat(64)],
  document: [Buffer.from('a document').toString('base64')],
  fee: ['0'],
  from: ['1700000000', '2026-01-01', 1_700_000_000],
  gtin: [GOODS.charger.gtin],
  logisticsId: [LOGISTICS],
  oldestAt: [1_700_000_000],
  password: ['Mistel-Fjord-15'],
  phone: ['+491713920009'],
  publicKey: [TRANSACTIONS.identity.registerDevice.example.publicKey],
  request: ['AAAA'],
  secret: ['0'.repeat(64)],
  tariffs: [[{ currency: CURRENCY, base: '300', perKm: '20', perKg: '50' }]],
  total: ['1'],
  to: ['1800000000', '2026-12-31', null],
  unitPrice: ['1'],
  until: ['1800000000'],
  url: ['https://127.0.0.1:9/webhooks'],
  validFrom: ['1800000000', 1_800_000_000],
  voucher: ['AAAA'],
};

/** A thing that nobody has, named like those that somebody has. */
const ABSENT: Belongings = {
  customerId: 'customer-absent',
  loginId: 'login-absent',
  begunLoginId: 'login-absent',
  changeId: 'change-absent',
  token: 'tok-customer-absent',
  passkeyId: '0'.repeat(32),
  deviceId: 'device-absent',
  orderNumber: 'ORDER-absent',
  disputeId: 'dispute-absent',
  courierId: 'courier-absent',
  merchantId: 'merchant-absent',
};

export type Whose = Side | 'absent';

export const NAMES_OF: Readonly<Record<Whose, Belongings>> = { ...NAMES, absent: ABSENT };

/** What is signed or bought, in the name of whose it is. */
const inName = ({ customerId, loginId, merchantId, orderNumber: number }: Belongings) => ({
  ...{ customerId, loginId, merchantId, orderNumber: number },
});

const thingsOf = (names: Belongings): Words => ({
  ...Object.fromEntries(Object.entries(names).map(([name, value]) => [name, [value]])),
  payeeId: [names.merchantId],
  terms: [{ ...terms, ...inName(names) }],
  basket: [{ ...basket, ...inName(names) }],
});

/** @returns words for calls about things of one side. */
export const wordsOf = (whose: Whose): Words => ({ ...CONTENT, ...thingsOf(NAMES_OF[whose]) });
