// SPDX-License-Identifier: Apache-2.0
// The choice of endorsers.
import { ALL_TRANSACTIONS, transactionNamed } from '@fabric-offline-pay/domain';
import { defined } from '../../../test/support/defined.js';
import { ConfigurationError } from '../errors.js';
import { chooseEndorsers, type EndorserContext } from './endorsers.js';

const organisations = { bank: 'BankMSP', merchant: 'MerchantMSP', logistics: 'LogisticsMSP' };
const context = (ownMspId: string, changes: Partial<EndorserContext> = {}): EndorserContext => ({
  mode: 'pinned',
  organisations,
  ownMspId,
  ...changes,
});
const capture = defined(transactionNamed('settlement', 'capture'), 'settlement:capture');
const rankCouriers = defined(
  transactionNamed('logistics', 'rankCouriers'),
  'logistics:rankCouriers',
);

test.each([
  ['BankMSP', ['BankMSP', 'MerchantMSP']],
  ['MerchantMSP', ['BankMSP', 'MerchantMSP']],
  ['LogisticsMSP', ['BankMSP', 'LogisticsMSP']],
  ['AuditorMSP', ['BankMSP', 'MerchantMSP']],
])('%s pins %j, and may fall back', (ownMspId, expected) => {
  expect(chooseEndorsers(capture, context(ownMspId))).toEqual({
    organisations: expected,
    mayFallBack: true,
  });
});

test('private data pins those who may see it, in both modes, without a fallback', () => {
  for (const mode of ['pinned', 'discovery'] as const) {
    expect(chooseEndorsers(rankCouriers, context('LogisticsMSP', { mode }))).toEqual({
      organisations: ['BankMSP', 'LogisticsMSP'],
      mayFallBack: false,
    });
  }
});

test('private data never goes to endorsers chosen by discovery, even if the organisations are not known', () => {
  expect(() =>
    chooseEndorsers(rankCouriers, context('LogisticsMSP', { organisations: {} })),
  ).toThrow(ConfigurationError);
});

test('the gateway chooses when asked to, and when no satisfying pair is known', () => {
  const discovery = { organisations: undefined, mayFallBack: false };
  expect(chooseEndorsers(capture, context('BankMSP', { mode: 'discovery' }))).toEqual(discovery);
  expect(chooseEndorsers(capture, context('BankMSP', { organisations: {} }))).toEqual(discovery);
  expect(
    chooseEndorsers(capture, context('BankMSP', { organisations: { bank: 'BankMSP' } })),
  ).toEqual(discovery);
});

test('endorsers named by the call are used unchanged', () => {
  expect(chooseEndorsers(rankCouriers, context('BankMSP'), ['XMSP'])).toEqual({
    organisations: ['XMSP'],
    mayFallBack: false,
  });
});

test('every submit of the table has endorsers', () => {
  for (const transaction of ALL_TRANSACTIONS.filter(({ kind }) => kind === 'submit')) {
    expect(chooseEndorsers(transaction, context('LogisticsMSP')).organisations).toContain(
      'BankMSP',
    );
  }
});
