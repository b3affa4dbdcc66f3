// SPDX-License-Identifier: Apache-2.0
import { transactionNamed } from '@fabric-offline-pay/domain';
import { defined, itemWhere } from '../../../test/support/defined.js';
import { chooseCaller, type CallerOptions } from './caller.js';
import type { Input } from './input.js';

const ORGANISATIONS = [
  { id: 'bank', role: 'bank' as const, actor: 'bank-1', readsOnly: false },
  { id: 'merchant', role: 'merchant' as const, actor: 'merchant-org', readsOnly: false },
  { id: 'logistics', role: 'logistics' as const, actor: 'logistics-1', readsOnly: false },
  { id: 'bank-two', role: 'bank' as const, actor: 'bank-2', readsOnly: false },
  { id: 'auditor', role: 'auditor' as const, actor: 'auditor-1', readsOnly: true },
];

const find = (name: string) =>
  itemWhere(ORGANISATIONS, ({ id, role }) => id === name || role === name);

function caller(fullName: string, input: Input = {}, options: CallerOptions = {}): string {
  const [contract = '', name = ''] = fullName.split(':');
  const chosen = chooseCaller(
    defined(transactionNamed(contract, name), fullName),
    input,
    options,
    find,
  );
  return `${chosen.organisation.id} ${chosen.attribute} ${chosen.actor}`;
}

const ORDER = { merchantId: 'merchant-04', orderNumber: 'WN30980' };

test.each([
  ['settlement:capture', ORDER, 'bank bank-node bank-1'],
  ['identity:enrolCustomer', { bankId: 'bank-9' }, 'bank teller bank-1'],
  ['logistics:deliver', ORDER, 'logistics dispatcher logistics-1'],
  ['goods:verify', ORDER, 'merchant cashier merchant-04'],
  ['settlement:refund', ORDER, 'merchant cashier merchant-04'],
  ['express:order', { terms: ORDER }, 'merchant cashier merchant-04'],
  ['identity:vote', {}, 'bank operator bank-1'],
  ['orderNumber:readOrder', ORDER, 'bank auditor bank-1'],
])('%s: the first caller that the table allows', (fullName, input, expected) => {
  expect(caller(fullName, input)).toBe(expected);
});

test.each<[string, CallerOptions, string]>([
  ['settlement:void', { org: 'merchant' }, 'merchant cashier merchant-04'],
  ['settlement:void', { as: 'cashier' }, 'merchant cashier merchant-04'],
  ['settlement:void', { org: 'bank-two' }, 'bank-two bank-node bank-2'],
  ['settlement:void', { org: 'merchant', as: 'terminal' }, 'merchant terminal merchant-04'],
  ['settlement:void', { actor: 'bank-9' }, 'bank bank-node bank-9'],
  ['identity:vote', { org: 'merchant' }, 'merchant operator merchant-org'],
  ['orderNumber:readOrder', { org: 'merchant' }, 'merchant auditor merchant-org'],
  ['logistics:pickUp', { as: 'courier' }, 'logistics courier logistics-1'],
])('%s with %j', (fullName, options, expected) => {
  expect(caller(fullName, ORDER, options)).toBe(expected);
});

test('an organisation that may not call it is still used: the ledger refuses, not the command line', () => {
  expect(caller('settlement:capture', ORDER, { org: 'logistics' })).toBe(
    'logistics bank-node logistics-1',
  );
});

test('an organisation that only reads is not asked: no chaincode of it would ever answer', () => {
  expect(() => caller('orderNumber:readOrder', ORDER, { org: 'auditor' })).toThrow(
    expect.objectContaining({ code: 'ORGANISATION_READS_ONLY' }) as Error,
  );
});
