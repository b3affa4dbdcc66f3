// SPDX-License-Identifier: Apache-2.0
// Which changes of a licence take something away from the merchant.
import type { Licensing } from '../ledger/catalogue-shapes';
import { narrowsLicence } from './licence';

const NOW = 1_000;
const BEFORE: Licensing = {
  merchantId: 'shop-1',
  mspId: 'ShopMSP',
  active: true,
  licence: { number: 'LIC-1', validUntil: 2_000 },
  categories: ['43211500', '26000000'],
};
const until = (validUntil: number) => ({ licence: { number: 'LIC-2', validUntil } });

const narrows = (change: Partial<Licensing>, before: Partial<Licensing> = {}): boolean =>
  narrowsLicence({ ...BEFORE, ...before }, { ...BEFORE, ...before, ...change }, NOW);

it.each<readonly [string, Partial<Licensing>]>([
  ['nothing else', {}],
  ['a later end and a new number', until(3_000)],
  ['one more category', { categories: [...BEFORE.categories, '10000000'] }],
  ['a family for a class in it', { categories: ['43210000', '26000000'] }],
])('%s is no narrowing', (_, change) => expect(narrows(change)).toBe(false));

it.each<readonly [string, Partial<Licensing>]>([
  ['not active', { active: false }],
  ['no licence', { licence: null }],
  ['an earlier end', until(1_999)],
  ['an end in the past', until(1)],
  ['one category less', { categories: ['43211500'] }],
  ['a commodity for its class', { categories: ['43211503', '26000000'] }],
  ['no category', { categories: [] }],
  ['another organisation', { mspId: 'MallMSP' }],
  ['a later end with one category less', { ...until(3_000), categories: ['26000000'] }],
])('%s is a narrowing', (_, change) => expect(narrows(change)).toBe(true));

it.each<readonly [string, Partial<Licensing>]>([
  ['ran out', until(NOW)],
  ['was never there', { licence: null }],
  ['was not active', { active: false }],
])('a licence that %s can only lose its organisation', (_, before) => {
  expect(narrows({ active: false, categories: [] }, before)).toBe(false);
  expect(narrows({ ...until(3_000), active: true, categories: ['10000000'] }, before)).toBe(false);
  expect(narrows({ mspId: 'MallMSP' }, before)).toBe(true);
});
