// SPDX-License-Identifier: Apache-2.0
// What a bank ends has ended: a revoked device and a blocked customer place and authorise nothing from the next transaction
// on, whatever login was open. What was placed before goes on.
import { ROWS, type AccountRow } from '@fabric-offline-pay/domain';
import { runExpress, runStepwise, type Purchase } from '@fabric-offline-pay/sdk';
import { generateKeyPairSync } from 'node:crypto';
import { MERCHANT, type CustomerDevice } from '@fabric-offline-pay/testing';
import { RUNS } from '../support/both-ways.js';
import { firstOf, lastOf, valueFor } from '../support/defined.js';
import { authenticate } from '../support/histories.js';
import { memoryWorld, type MemoryWorld } from '../support/memory-world.js';
import { resumeTime, stopTime } from '../support/passing-time.js';

const CUSTOMER = { customerId: 'customer-1' };
const PHONE = { ...CUSTOMER, deviceId: 'phone' };

let memory: MemoryWorld;
let device: CustomerDevice;
let loginId: string;
let orders = 0;

beforeEach(async () => {
  stopTime();
  memory = await memoryWorld();
  device = await memory.world.customer('customer-1');
  loginId = await memory.world.login(device);
});
afterEach(resumeTime);

const teller = async () => (await memory.world.bank('teller')).identity;
const revoke = async () => (await teller()).revokeDevice(PHONE);
const setStatus = async (status: 'active' | 'blocked') =>
  (await teller()).updateProfile({ ...CUSTOMER, missing: [], status });
const block = () => setStatus('blocked');

function purchase(by = loginId, claim?: null): Purchase {
  orders += 1;
  const options = { orderNumber: `ORD-${orders}`, ...(claim === null && { claim }) };
  return memory.world.purchase(device, by, options);
}

const keyOf = ({ basket: { merchantId, orderNumber } }: Purchase) => ({ merchantId, orderNumber });

const account = (): AccountRow =>
  JSON.parse(valueFor(memory.ledger.state(), ROWS.account.key('customer-1'))) as AccountRow;

const assess = async (login: string) =>
  (await memory.world.bank('auth-service')).identity.assessReputation({ loginId: login });

/** A stepwise order that is placed, and whose money is not held yet. */
async function placeOrder(): Promise<Purchase> {
  const parties = await memory.world.parties();
  const begun = purchase();
  const stop = new Error('placed');
  const cashier = {
    ...parties.cashier,
    settlement: { ...parties.cashier.settlement, authorise: () => Promise.reject(stop) },
  };
  await expect(runStepwise({ ...parties, cashier }, begun)).rejects.toBe(stop);
  return begun;
}

const authorise = async (order: Purchase) =>
  (await memory.world.merchant()).settlement.authorise(keyOf(order));

const ENDS = [
  ['a revoked device', revoke, 'LOGIN_NOT_AUTHENTICATED'],
  ['a blocked customer', block, 'CUSTOMER_BLOCKED'],
] as const;

describe.each(ENDS)('%s', (_, end, code) => {
  test.each(RUNS)('places no further order under its open login: %s', async (__, run) => {
    const parties = await memory.world.parties();
    expect((await run(parties, purchase())).state).toBe('released');
    await end();
    await expect(run(parties, purchase())).rejects.toMatchObject({ code });
  });

  test('opens no basket', async () => {
    await end();
    const { orderNumber } = await memory.world.merchant();
    await expect(orderNumber.openBasket(purchase().basket)).rejects.toMatchObject({
      code,
    });
  });

  test('has no money held for an order that was placed but not authorised', async () => {
    const order = await placeOrder();
    await end();
    await expect(authorise(order)).rejects.toMatchObject({ code });
    expect(account().money['EUR']?.available).toBe('1000000');
  });

  test('loses nothing that was authorised before', async () => {
    const claimed = purchase(loginId, null);
    const voided = purchase(loginId, null);
    const parties = await memory.world.parties();
    for (const each of [claimed, voided]) await runExpress(parties, each);
    await end();
    const { result } = await parties.bankNode.express.settle({
      ...keyOf(claimed),
      captureId: 'claim-1',
    });
    expect(result.state).toBe('released');
    expect((await parties.bankNode.settlement.void(keyOf(voided))).result.state).toBe('voided');
    expect(account().sessions).toEqual([]);
  });
});

test('an order that was placed is authorised while its login is open', async () => {
  expect((await authorise(await placeOrder())).result.state).toBe('authorised');
});

test('becomes active again, but the login that the block ended stays closed', async () => {
  await block();
  await setStatus('active');
  const parties = await memory.world.parties();
  await expect(runExpress(parties, purchase())).rejects.toMatchObject({
    code: 'LOGIN_NOT_AUTHENTICATED',
  });
  const again = await memory.world.login(device);
  expect((await runExpress(parties, purchase(again))).state).toBe('released');
});

describe('a login that was under way', () => {
  let login: string;
  beforeEach(async () => {
    login = await authenticate(memory.world, device);
  });

  test('opens no session for a blocked customer, nor after the block', async () => {
    await block();
    await expect(assess(login)).rejects.toMatchObject({ code: 'CUSTOMER_BLOCKED' });
    await setStatus('active');
    await expect(assess(login)).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' });
  });

  test('opens no session for a device that was revoked meanwhile', async () => {
    await revoke();
    await expect(assess(login)).rejects.toMatchObject({ code: 'DEVICE_UNKNOWN' });
  });

  test('opens no session when its time is over', async () => {
    jest.setSystemTime(Date.now() + 900_000);
    await expect(assess(login)).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' });
  });
});

test('another device of the customer goes on when one is revoked', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  await (await teller()).registerDevice({ ...CUSTOMER, deviceId: 'watch', publicKey: spki });
  const { identity } = await memory.world.bank('auth-service');
  const watch = { loginId: 'on-the-watch' };
  await identity.verifyIdentity({ ...watch, ...CUSTOMER, deviceId: 'watch' });
  await identity.openLogin(watch);
  await identity.beginAuthentication(watch);
  await identity.attestSms({ ...watch, boundTo: 'login', nonce: 'sms-1' });
  await identity.attestPassword({ ...watch, boundTo: 'login', nonce: 'password-1' });
  await identity.completeAuthentication(watch);
  await assess(watch.loginId);
  await revoke();
  const parties = await memory.world.parties();
  const stolen = purchase(watch.loginId);
  await expect(runExpress(parties, stolen)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  device = { ...device, privateKey };
  expect((await runExpress(parties, purchase(watch.loginId))).state).toBe('released');
});

describe('the account', () => {
  test('keeps the four newest logins open', async () => {
    const logins = [loginId];
    for (let count = 0; count < 4; count += 1) logins.push(await memory.world.login(device));
    const parties = await memory.world.parties();
    const [first, ...others] = logins;
    await expect(runExpress(parties, purchase(first))).rejects.toMatchObject({
      code: 'LOGIN_NOT_AUTHENTICATED',
    });
    for (const each of others)
      expect((await runExpress(parties, purchase(each))).state).toBe('released');
  });

  test('forgets logins that are over when it is written', async () => {
    jest.setSystemTime(Date.now() + 600_000);
    const later = await memory.world.login(device);
    expect(account().sessions).toHaveLength(2);
    jest.setSystemTime(Date.now() + 300_000);
    const parties = await memory.world.parties();
    await expect(runExpress(parties, purchase())).rejects.toMatchObject({ code: 'LOGIN_EXPIRED' });
    await runExpress(parties, purchase(later));
    expect(account().sessions.map((session) => session.loginId)).toEqual([later]);
  });

  test('stays below a kilobyte, with four logins open and orders through the whole window', async () => {
    for (let count = 0; count < 3; count += 1) await memory.world.login(device);
    const parties = await memory.world.parties();
    for (let count = 0; count < 3; count += 1) await runExpress(parties, purchase());
    const bytes = valueFor(memory.ledger.state(), ROWS.account.key('customer-1')).length;
    expect(bytes).toBeLessThan(1024);
  });

  test('stays blocked when only its profile changes', async () => {
    await block();
    const { identity } = await memory.world.bank('auth-service');
    await identity.updateProfile({ ...CUSTOMER, missing: ['email'] });
    expect(await identity.readCustomer(CUSTOMER)).toMatchObject({
      ...{ missing: ['email'], status: 'blocked' },
    });
    expect(account().status).toBe('blocked');
  });

  test('is neither read nor written when a profile changes: that would conflict with orders', async () => {
    await (await teller()).updateProfile({ ...CUSTOMER, missing: ['email'], status: 'active' });
    const { readSet, writeSet } = firstOf(lastOf(memory.ledger.blocks()).transactions);
    const touched = [...readSet, ...writeSet].map(({ key }) => key);
    expect(touched).toContain(ROWS.customer.key('customer-1'));
    expect(touched).not.toContain(ROWS.account.key('customer-1'));
  });

  test('names the customer of an order, and nobody else', async () => {
    const stranger = await memory.world.customer('customer-2');
    const parties = await memory.world.parties();
    const borrowed = memory.world.purchase(stranger, loginId, { orderNumber: 'BORROWED' });
    await expect(runExpress(parties, borrowed)).rejects.toMatchObject({
      code: 'LOGIN_NOT_AUTHENTICATED',
    });
    expect(keyOf(borrowed)).toEqual({ merchantId: MERCHANT, orderNumber: 'BORROWED' });
  });
});
