// SPDX-License-Identifier: Apache-2.0
// Unit 20 and the addresses of sub-unit 1103.
import { ADDRESS, BankFixture, PERSONAL } from '../testing/bank-fixture.js';

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});

afterAll(() => bank.close());

const purchaseOf = (customerId: string, orderNumber: string) => ({
  customerId,
  merchantId: 'merchant-1',
  orderNumber,
  currency: 'EUR',
  fee: '450',
  total: '3450',
  purchasedAt: 1_800_000_000,
  lines: [
    { gtin: '4006381333931', name: 'Pencil', quantity: 2, unitPrice: '1250' },
    { gtin: '4012345123456', name: 'Eraser', quantity: 1, unitPrice: '500' },
  ],
});

it('keeps purchases with goods and unit prices, newest first, of this customer only', async () => {
  const customerId = await bank.customer();
  const older = purchaseOf(customerId, `A-${customerId.slice(-12)}`);
  const newer = {
    ...purchaseOf(customerId, `B-${customerId.slice(-12)}`),
    purchasedAt: 1_800_000_001,
    loginId: 'login-1',
  };
  for (const purchase of [newer, older])
    expect(await bank.service.recordPurchase(purchase)).toEqual({ recorded: true });
  await bank.service.recordPurchase(purchaseOf(await bank.customer(), 'another'));
  expect(await bank.service.listPurchases({ customerId })).toEqual([newer, older]);
});

it('records a purchase once', async () => {
  const purchase = purchaseOf(await bank.customer(), 'once');
  await bank.service.recordPurchase(purchase);
  await expect(bank.service.recordPurchase(purchase)).resolves.toEqual({ recorded: true });
  const other = { ...purchase, lines: purchase.lines.slice(1) };
  await expect(bank.service.recordPurchase(other)).rejects.toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  });
  expect(await bank.service.listPurchases({ customerId: purchase.customerId })).toEqual([purchase]);
});

it('lists logins, newest first', async () => {
  const customerId = await bank.customer();
  const failed = await bank.begun(customerId);
  await expect(bank.service.complete({ loginId: failed })).rejects.toThrow();
  bank.now += 5000;
  const open = await bank.begun(customerId);
  const at = Math.floor(bank.now / 1000);
  expect(await bank.service.listLogins({ customerId })).toEqual([
    { loginId: open, deviceId: 'phone', state: 'authenticating', openedAt: at, endedAt: null },
    { loginId: failed, deviceId: 'phone', state: 'failed', openedAt: at - 5, endedAt: at - 5 },
  ]);
});

it('offers addresses under new references and a new salt each time', async () => {
  const second = { ...ADDRESS, street: 'Kirchgasse 3', label: 'work' };
  const customerId = await bank.customer({ addresses: [ADDRESS, second] });
  const offers = [
    await bank.service.offerAddresses({ customerId }),
    await bank.service.offerAddresses({ customerId }),
  ];
  const refs = offers.flatMap((offer) => offer.addresses.map(({ ref }) => ref));
  expect(new Set(refs).size).toBe(4);
  for (const ref of refs) expect(ref).toMatch(/^[0-9a-f]{32}$/);
  expect(offers[0]?.salt).toMatch(/^[0-9a-f]{64}$/);
  expect(offers[0]?.salt).not.toBe(offers[1]?.salt);
  const { latitude, longitude } = ADDRESS;
  const text = `${PERSONAL.street}, ${PERSONAL.city}, DE`;
  expect(offers[0]?.addresses[0]).toEqual({ ref: refs[0], latitude, longitude, text });
});

it('answers an offer that is named again with the same references and salt', async () => {
  const customerId = await bank.customer({ addresses: [ADDRESS] });
  const ask = (offerId: string) => bank.service.offerAddresses({ customerId, offerId });
  const first = await ask('checkout-1');
  expect(await ask('checkout-1')).toEqual(first);
  const other = await ask('checkout-2');
  expect(other.salt).not.toBe(first.salt);
  expect(other.addresses[0]?.ref).not.toBe(first.addresses[0]?.ref);
});

it('offers the addresses named, in that order', async () => {
  const customerId = await bank.customer({ addresses: [ADDRESS, { ...ADDRESS, city: 'Bremen' }] });
  const { addresses } = await bank.service.offerAddresses({ customerId, which: [2, 1] });
  expect(addresses.map(({ text }) => text.split(', ')[1])).toEqual(['Bremen', 'Hamburg']);
  const unknown = bank.service.offerAddresses({ customerId, which: [3] });
  await expect(unknown).rejects.toMatchObject({ code: 'ADDRESS_UNKNOWN', field: 'which' });
});

it.each(['listLogins', 'listPurchases', 'offerAddresses'] as const)(
  '%s refuses an unknown customer',
  async (name) => {
    await expect(bank.service[name]({ customerId: 'none' })).rejects.toMatchObject({
      code: 'CUSTOMER_UNKNOWN',
    });
  },
);
