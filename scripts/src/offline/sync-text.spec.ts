// SPDX-License-Identifier: Apache-2.0
// The text names stuck orders, the reason and the remedy, and stays short for many orders.
import { needsCare, syncText } from './sync-text.js';

const WAITING = { count: 1, sums: { EUR: '1250' }, settleUntil: 0 };
const REASON = { code: 'INPUT_INVALID', message: 'No.', remedy: 'Mend it.' } as const;
const DONE = {
  settled: 2,
  refused: 0,
  waiting: { count: 0, sums: {}, settleUntil: null },
  stuck: [],
  unproven: [],
  files: [],
  certified: null,
};

test('is one line when there is nothing to do', () => {
  expect(syncText(DONE)).toBe('settled 2, refused 0; nothing waits');
  expect(needsCare(DONE)).toBe(false);
});

test.each([
  [29, 1],
  [31, 0],
])('warns of a certificate that ends in %i days: %i line', (days, lines) => {
  const validUntil = Math.floor(Date.now() / 1000) + days * 86_400;
  const certified = { name: 'Café Röst', licence: 'LIC-1', validUntil };
  const told = syncText({ ...DONE, certified })
    .split('\n')
    .slice(1);
  expect(told).toHaveLength(lines);
  for (const line of told) expect(line).toContain('offpay terminal setup --name NAME renews it');
});

test('shows what is stuck and what is not proven', () => {
  const stuck = [{ batchId: 'b', orderNumbers: ['A-1', 'A-2'], ...REASON }];
  const unproven = [{ orderNumber: 'T-1', voucherDigest: 'd', ...REASON }];
  const report = { ...DONE, waiting: WAITING, stuck, unproven, files: ['T-2.fraud-proof.json'] };
  expect(syncText(report).split('\n')).toEqual([
    'settled 2, refused 0; waiting 1: 12.50 EUR; settle until 1970-01-01T00:00:00.000Z',
    'STUCK A-1, A-2: INPUT_INVALID: No.',
    '  Mend it. It waits, and every sync tries it again.',
    'UNPROVEN double spend at T-1: INPUT_INVALID: No.',
    '  Mend it. Every sync tries it again.',
    'T-2.fraud-proof.json',
  ]);
  expect(needsCare({ ...DONE, stuck })).toBe(true);
  expect(needsCare({ ...DONE, unproven })).toBe(true);
});

test('names only a part of a whole batch', () => {
  const orderNumbers = Array.from({ length: 200 }, (_, at) => `A-${at}`);
  const stuck = [{ batchId: 'b', orderNumbers, ...REASON }];
  expect(syncText({ ...DONE, stuck })).toContain('A-9 and 190 more: INPUT_INVALID');
});
