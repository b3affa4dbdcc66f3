// SPDX-License-Identifier: Apache-2.0
// What the policy does not name is refused: no limit is no licence.
import type { Amount } from '@fabric-offline-pay/domain';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { missingMoney } from '../support/money.js';

let memory: MemoryWorld;

beforeEach(async () => {
  memory = await memoryWorld();
  await memory.world.customer('customer-1');
});
afterEach(() => expect(missingMoney(memory.ledger.state())).toBe(0n));

const issue = async (currency: string, amount: Amount) =>
  (await memory.world.bank('teller')).settlement.issue({
    ...{ issueId: `issue-${currency}`, customerId: 'customer-1', token: 'tok-customer-1' },
    ...{ currency, amount },
  });

test.each(['JPY', 'KWD', 'USD'])('money in %s, which it does not name, is not issued', (currency) =>
  expect(issue(currency, '1')).rejects.toMatchObject({
    code: 'CURRENCY_NOT_ALLOWED',
    details: { currency },
  }),
);

test('money in a currency that it names is issued', async () => {
  expect((await issue('EUR', '1')).result.replayed).toBe(false);
});
