// SPDX-License-Identifier: Apache-2.0
// A merchant's own limits, each at its boundary, when the terminal asks for money and when it accepts it.
import { memoryStore, type TillLimits } from '@fabric-offline-pay/sdk/offline';
import { exchange, OfflineRoom } from '../../../../test/support/offline-room';
import { refusal } from '../../../../test/support/offline-world';
import { ensureWithinLimits } from './till-limits';

const NOW = 1_000_000;

const stored = (amount: string, currency = 'EUR', acceptedAt = NOW) => ({
  amount,
  currency,
  acceptedAt,
});

interface Tried {
  readonly limits: TillLimits;
  readonly amount?: string;
  readonly currency?: string;
  readonly at?: number;
}

const EUR = (values: object): TillLimits => ({ currencies: { EUR: values } });

test.each<[string, string, Tried]>([
  ['no limits', 'accepted', { limits: {} }],
  ['a currency without limits', 'accepted', { limits: EUR({}) }],
  ['the largest payment', 'accepted', { limits: EUR({ perPayment: '500' }) }],
  ['one more', 'OFFLINE_TILL_OVER_PAYMENT', { limits: EUR({ perPayment: '499' }) }],
  ['a sum that is just full', 'accepted', { limits: EUR({ storedSum: '800' }) }],
  ['one more', 'OFFLINE_TILL_FULL', { limits: EUR({ storedSum: '799' }) }],
  ['a last payment', 'accepted', { limits: EUR({ storedCount: 3 }) }],
  ['one more', 'OFFLINE_TILL_FULL', { limits: EUR({ storedCount: 2 }) }],
  [
    'payments in another currency do not count',
    'accepted',
    { limits: { currencies: { JPY: { storedCount: 2, storedSum: '1500' } } }, currency: 'JPY' },
  ],
  ['a currency that is not named', 'OFFLINE_TILL_CURRENCY', { limits: EUR({}), currency: 'JPY' }],
  [
    'a name of the prototype',
    'OFFLINE_TILL_CURRENCY',
    { limits: EUR({}), currency: 'constructor' },
  ],
  ['the last second', 'accepted', { limits: { oldestSeconds: 90 }, at: NOW + 90 }],
  ['one more', 'OFFLINE_TILL_OVERDUE', { limits: { oldestSeconds: 90 }, at: NOW + 91 }],
])('%s: %s', (_, code, { limits, amount = '500', currency = 'EUR', at = NOW }) => {
  const open = [stored('100'), stored('200', 'EUR', NOW + 5), stored('1000', 'JPY', NOW + 9)];
  const asked = { amount, currency };
  expect(refusal(() => ensureWithinLimits(limits, open, asked, at))).toBe(code);
});

test('nothing is overdue when nothing waits', () => {
  const limits = { oldestSeconds: 1, ...EUR({ storedCount: 1, storedSum: '500' }) };
  expect(
    refusal(() => ensureWithinLimits(limits, [], { amount: '500', currency: 'EUR' }, NOW)),
  ).toBe('accepted');
});

describe('a terminal', () => {
  const withLimits = async (limits: TillLimits) => {
    const room = new OfflineRoom();
    const terminal = await room.terminal(memoryStore(), undefined, { limits });
    const ask = (orderNumber: string, amount = '1250') =>
      terminal.request({ orderNumber, amount, currency: 'EUR' });
    return { room, terminal, ask, device: await room.device() };
  };

  test.each<[string, object]>([
    ['limits.oldestSeconds', { oldestSeconds: 0 }],
    ['limits.oldestSeconds', { oldestSeconds: 1.5 }],
    ['limits.currencies.eur', { currencies: { eur: {} } }],
    ['limits.currencies.EUR.perPayment', EUR({ perPayment: '12.50' })],
    ['limits.currencies.EUR.perPayment', EUR({ perPayment: 1250 })],
    ['limits.currencies.EUR.storedSum', EUR({ storedSum: '0' })],
    ['limits.currencies.EUR.storedCount', EUR({ storedCount: 0 })],
    ['limits.currencies.EUR.perPayments', EUR({ perPayments: '1' })],
  ])('does not open with a %s without effect: %j', async (option, limits) => {
    await expect(withLimits(limits as TillLimits)).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      details: { option },
    });
  });

  test('asks for nothing beyond its limits, and continues when it has settled', async () => {
    const { room, terminal, ask, device } = await withLimits(EUR({ storedSum: '2500' }));
    for (const order of ['A-1', 'A-2']) await exchange(terminal, device, order);
    await expect(ask('A-3')).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'OFFLINE_TILL_FULL',
      number: 831,
      details: { currency: 'EUR', sum: '2500', storedSum: '2500' },
    });
    await terminal.sync(room.ledger);
    expect(await exchange(terminal, device, 'A-3')).toMatchObject({ accepted: true });
  });

  test('accepts nothing beyond its limits, but the same payment when there is room', async () => {
    const { room, terminal, ask, device } = await withLimits(EUR({ storedCount: 1 }));
    const [first, second] = [await ask('A-1'), await ask('A-2')];
    const payments = [await device.pay(first.bytes), await device.pay(second.bytes)] as const;
    expect(await terminal.accept('A-1', payments[0].bytes)).toMatchObject({ accepted: true });
    expect(await terminal.accept('A-2', payments[1].bytes)).toMatchObject({
      accepted: false,
      code: 'OFFLINE_TILL_FULL',
    });
    expect(await terminal.accept('A-1', payments[0].bytes)).toMatchObject({ repeated: true });
    await terminal.sync(room.ledger);
    expect(await terminal.accept('A-2', payments[1].bytes)).toMatchObject({ accepted: true });
  });

  test('asks for nothing while a payment is overdue, but accepts what it asked for before', async () => {
    const { room, terminal, ask, device } = await withLimits({ oldestSeconds: 600 });
    await exchange(terminal, device, 'A-1');
    room.now += 600;
    const { bytes } = await ask('A-2');
    room.now += 1;
    await expect(ask('A-3')).rejects.toMatchObject({ code: 'OFFLINE_TILL_OVERDUE' });
    expect(await terminal.accept('A-2', (await device.pay(bytes)).bytes)).toMatchObject({
      accepted: true,
    });
    await terminal.sync(room.ledger);
    await expect(ask('A-3')).resolves.toBeDefined();
  });

  test("checks the bank's rules first: what they refuse stays refused", async () => {
    const { terminal, ask, device } = await withLimits(EUR({ storedCount: 1 }));
    await ask('A-1');
    const { bytes } = await device.pay((await ask('A-2')).bytes);
    await exchange(terminal, device, 'A-3');
    expect(await terminal.accept('A-1', bytes)).toMatchObject({ code: 'OFFLINE_REQUEST_MISMATCH' });
  });
});
