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
  mode: 'online' as 'online' | 'offline',
  lines: [
    { gtin: '4006381333931', name: 'Pencil', quantity: 2, unitPrice: '1250' },
    { gtin: '4012345123456', name: 'Eraser', quantity: 1, unitPrice: '500' },
  ],
});

it("lists this customer's purchases with goods and unit prices, newest first", async () => {
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
  const loginId = await bank.authenticated(customerId);
  expect(await bank.service.listPurchases({ loginId })).toEqual([newer, older]);
});

it('records a purchase once', async () => {
  const purchase = purchaseOf(await bank.customer(), 'once');
  await bank.service.recordPurchase(purchase);
  await expect(bank.service.recordPurchase(purchase)).resolves.toEqual({ recorded: true });
  const other = { ...purchase, lines: purchase.lines.slice(1) };
  await expect(bank.service.recordPurchase(other)).rejects.toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  });
  const loginId = await bank.authenticated(purchase.customerId);
  expect(await bank.service.listPurchases({ loginId })).toEqual([purchase]);
});

describe('a purchase that was paid offline', () => {
  const offlineOf = (customerId: string, orderNumber: string) => ({
    ...purchaseOf(customerId, orderNumber),
    fee: '0',
    mode: 'offline' as const,
    lines: [],
  });

  it('is listed as paid offline, and the customer gets a message with payee and amount', async () => {
    const purchase = offlineOf(await bank.customer(), 'OFF-1');
    await bank.service.recordPurchase(purchase);
    expect(bank.messages.at(-1)).toMatchObject({
      to: PERSONAL.phone,
      id: '~merchant-1~OFF-1',
      text: expect.stringMatching(/offline.*EUR 34\.50 to merchant-1, order OFF-1/) as string,
    });
    const loginId = await bank.authenticated(purchase.customerId);
    expect(await bank.service.listPurchases({ loginId })).toEqual([purchase]);
  });

  it('sends the message again with the same id when it failed, and never for another purchase', async () => {
    const purchase = offlineOf(await bank.customer(), 'OFF-2');
    bank.messageFailure = new Error('gateway');
    const failed = bank.service.recordPurchase(purchase);
    await expect(failed).rejects.toMatchObject({ code: 'MESSAGE_NOT_SENT' });
    bank.messageFailure = undefined;
    const before = bank.messages.length;
    await bank.service.recordPurchase(purchase);
    expect(bank.messages.slice(before).map(({ id }) => id)).toEqual(['~merchant-1~OFF-2']);
    const other = bank.service.recordPurchase({ ...purchase, total: '1' });
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    expect(bank.messages).toHaveLength(before + 1);
  });

  it('sends no message for a purchase that was paid online, or to a customer without a phone', async () => {
    const before = bank.messages.length;
    await bank.service.recordPurchase(purchaseOf(await bank.customer(), 'ON-1'));
    await bank.service.recordPurchase(offlineOf(await bank.customer({ phone: null }), 'OFF-3'));
    expect(bank.messages).toHaveLength(before);
  });

  it('is the only kind that may have no lines', async () => {
    const purchase = { ...purchaseOf(await bank.customer(), 'ON-2'), lines: [] };
    await expect(bank.service.recordPurchase(purchase)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'lines',
    });
  });
});

it('lists logins, newest first', async () => {
  const customerId = await bank.customer();
  const failed = await bank.begun(customerId);
  await expect(bank.service.complete({ loginId: failed })).rejects.toThrow();
  bank.now += 5000;
  const open = await bank.authenticated(customerId);
  const at = Math.floor(bank.now / 1000);
  expect(await bank.service.listLogins({ loginId: open })).toEqual([
    { loginId: open, deviceId: 'phone', state: 'authenticated', openedAt: at, endedAt: at },
    { loginId: failed, deviceId: 'phone', state: 'failed', openedAt: at - 5, endedAt: at - 5 },
  ]);
});

it('offers addresses under new references and a new salt each time', async () => {
  const second = { ...ADDRESS, street: 'Kirchgasse 3', label: 'work' };
  const loginId = await bank.authenticated(await bank.customer({ addresses: [ADDRESS, second] }));
  const offers = [
    await bank.service.offerAddresses({ loginId }),
    await bank.service.offerAddresses({ loginId }),
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

it('answers the same offer with the same references and salt', async () => {
  const loginId = await bank.authenticated(await bank.customer({ addresses: [ADDRESS] }));
  const ask = (offerId: string) => bank.service.offerAddresses({ loginId, offerId });
  const first = await ask('checkout-1');
  expect(await ask('checkout-1')).toEqual(first);
  const other = await ask('checkout-2');
  expect(other.salt).not.toBe(first.salt);
  expect(other.addresses[0]?.ref).not.toBe(first.addresses[0]?.ref);
});

it('offers the chosen addresses in the given order', async () => {
  const customerId = await bank.customer({ addresses: [ADDRESS, { ...ADDRESS, city: 'Bremen' }] });
  const loginId = await bank.authenticated(customerId);
  const { addresses } = await bank.service.offerAddresses({ loginId, which: [2, 1] });
  expect(addresses.map(({ text }) => text.split(', ')[1])).toEqual(['Bremen', 'Hamburg']);
  const unknown = bank.service.offerAddresses({ loginId, which: [3] });
  await expect(unknown).rejects.toMatchObject({ code: 'ADDRESS_UNKNOWN', field: 'which' });
});

describe.each(['listLogins', 'listPurchases', 'offerAddresses', 'listChanges'] as const)(
  '%s',
  (name) => {
    const refused = (loginId: string) =>
      expect(bank.service[name]({ loginId })).rejects.toMatchObject({
        code: 'LOGIN_NOT_AUTHENTICATED',
        field: 'loginId',
      });

    it('is open only in an authenticated login; other logins are refused like unknown ones', async () => {
      await refused('none');
      const loginId = await bank.begun();
      await refused(loginId);
      await bank.submitBoth(loginId);
      await refused(loginId);
      await bank.service.complete({ loginId });
      await expect(bank.service[name]({ loginId })).resolves.toBeDefined();
    });

    it('closes an hour after the login', async () => {
      const loginId = await bank.authenticated();
      bank.now += 3_600_000 - 1;
      await expect(bank.service[name]({ loginId })).resolves.toBeDefined();
      bank.now += 1;
      await refused(loginId);
    });
  },
);
