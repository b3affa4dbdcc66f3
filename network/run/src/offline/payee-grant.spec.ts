// SPDX-License-Identifier: Apache-2.0
// Only a merchant that is licensed and active on the ledger is certified, never longer than its licence.
import { NETWORK_ERRORS } from '@fabric-offline-pay/node-common';
import { payeeGrantOf } from './payee-grant.js';

const NOW = 1_800_000_000;
const YEAR = 365 * 86_400;
const MERCHANT = {
  merchantId: 'merchant-1',
  bankId: 'bank-1',
  active: true,
  licence: { number: 'LIC-1', validUntil: NOW + 1 },
};
const REQUEST = {
  merchantId: 'merchant-1',
  terminalId: 'till-1',
  publicKey: 'key',
  name: 'Cafe\u0301 Röst',
};

const grant = (changed: Partial<Parameters<typeof payeeGrantOf>[1]> = {}) =>
  payeeGrantOf('bank-1', { ...MERCHANT, ...changed }, REQUEST, NOW);

function codeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const licensedUntil = (validUntil: number) => ({ licence: { number: 'LIC-1', validUntil } });

test('takes number and end of the licence from the ledger, and normalises the name', () => {
  expect(grant()).toEqual({ ...REQUEST, name: 'Café Röst', licence: 'LIC-1', validUntil: NOW + 1 });
});

test('limits a certificate to a year', () => {
  expect(grant(licensedUntil(NOW + YEAR + 1)).validUntil).toBe(NOW + YEAR);
  expect(grant(licensedUntil(NOW + YEAR - 1)).validUntil).toBe(NOW + YEAR - 1);
});

test.each([
  ['of another bank', 'NOT_OWNER', { bankId: 'bank-2' }],
  ['that is not active', 'MERCHANT_INACTIVE', { active: false }],
  ['without a licence', 'MERCHANT_NOT_LICENSED', { licence: null }],
  ['whose licence ran out', 'MERCHANT_NOT_LICENSED', licensedUntil(NOW)],
  [
    'whose licence is longer than the certificate holds',
    'LICENCE_TOO_LONG',
    { licence: { number: 'L'.repeat(33), validUntil: NOW + 1 } },
  ],
])('does not certify a merchant %s: %s', (_, code, changed) => {
  expect(codeOf(() => grant(changed))).toBe(code);
});

test('accepts the longest licence, and says what to do with a longer one', () => {
  const number = 'L'.repeat(32);
  expect(grant({ licence: { number, validUntil: NOW + 1 } }).licence).toBe(number);
  expect(NETWORK_ERRORS.LICENCE_TOO_LONG.remedy).toContain('license-merchants');
});
