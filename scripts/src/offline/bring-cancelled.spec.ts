// SPDX-License-Identifier: Apache-2.0
// What a customer reads about cancelled vouchers: the money came back now, earlier, with the reserve, or not.
import { DomainError } from '@fabric-offline-pay/domain';
import { RefusedError } from '@fabric-offline-pay/sdk';
import type { CancelledVoucher } from '@fabric-offline-pay/sdk/offline';
import { newRequest, signRequest } from '../../../test/support/offline-world.js';
import { bring, broughtText } from './bring-cancelled.js';

const CANCELLED: CancelledVoucher = {
  customerId: 'customer-1',
  deviceId: 'wallet',
  epoch: 1,
  amount: '1250',
  voucher: '',
  cancellation: '',
  payee: '',
  request: signRequest(newRequest({ orderNumber: 'ORD-1' })).toString('base64'),
};

const answering = (replayed: boolean) => ({
  cancel: () => Promise.resolve({ replayed, units: [], returned: '1250' }),
});

const refusing = (...of: ConstructorParameters<typeof DomainError>) => ({
  cancel: () => Promise.reject(new RefusedError(new DomainError(...of).toWire())),
});

test.each([
  ['at once', answering(false), 'returned: 12.50 EUR of ORD-1'],
  ['by an earlier call', answering(true), 'returned before: 12.50 EUR of ORD-1'],
  [
    'with the rest of its reserve',
    refusing('OFFLINE_RESERVE_INACTIVE', { status: 'closed' }),
    'returned before: 12.50 EUR of ORD-1',
  ],
])('money that came back %s', async (_, bank, text) => {
  const brought = await bring(bank, CANCELLED);
  expect(brought.refused).toBeNull();
  expect(broughtText([brought])).toBe(text);
});

test.each([
  ['OFFLINE_RESERVE_INACTIVE', { status: 'frozen' }],
  ['STATE_CONFLICT', { state: 'settled' }],
] as const)('money that did not: %s', async (code, details) => {
  const brought = await bring(refusing(code, details), CANCELLED);
  expect(brought).toMatchObject({ returned: null, refused: { code } });
  expect(broughtText([brought])).toContain(`NOT RETURNED: 12.50 EUR of ORD-1: ${code}: `);
});

test('throws an error that is not a refusal, so that the next call tries again', async () => {
  const away = { cancel: () => Promise.reject(new Error('away')) };
  await expect(bring(away, CANCELLED)).rejects.toThrow('away');
  expect(broughtText([])).toBe('nothing was cancelled');
});
