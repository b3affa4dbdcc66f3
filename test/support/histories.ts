// SPDX-License-Identifier: Apache-2.0
// Customers with a past: failed logins, mismatches and rejected disputes, made by real transactions.
import { termsDigest, type OutputOf } from '@fabric-offline-pay/domain';
import { runExpress, type Purchase } from '@fabric-offline-pay/sdk';
import type { CustomerDevice, World } from '@fabric-offline-pay/testing';

let logins = 0;

async function beginLogin(
  world: World,
  { customerId }: CustomerDevice,
  name: string,
): Promise<string> {
  const { identity } = await world.bank('auth-service');
  logins += 1;
  const loginId = `${name}-${customerId}-${logins}`;
  await identity.verifyIdentity({ loginId, customerId, deviceId: 'phone' });
  await identity.openLogin({ loginId });
  await identity.beginAuthentication({ loginId });
  return loginId;
}

/** Authentications that did not pass. */
export async function failLogin(
  world: World,
  device: CustomerDevice,
  times: number,
): Promise<void> {
  const { identity } = await world.bank('auth-service');
  for (let count = 0; count < times; count += 1)
    await identity.failAuthentication({ loginId: await beginLogin(world, device, 'failed') });
}

/** @returns a login that passed both factors, and whose limits unit 7 has not set yet. */
export async function authenticate(
  world: World,
  device: CustomerDevice,
  name = 'visit',
): Promise<string> {
  const { identity } = await world.bank('auth-service');
  const loginId = await beginLogin(world, device, name);
  await identity.attestSms({ loginId, boundTo: 'login', nonce: `sms-${loginId}` });
  await identity.attestPassword({ loginId, boundTo: 'login', nonce: `password-${loginId}` });
  await identity.completeAuthentication({ loginId });
  return loginId;
}

/** Unit 7 in a new login. */
export async function assess(
  world: World,
  device: CustomerDevice,
): Promise<Pick<OutputOf<'identity', 'assessReputation'>, 'score' | 'limits'>> {
  const { identity } = await world.bank('auth-service');
  const { result } = await identity.assessReputation({
    loginId: await authenticate(world, device),
  });
  return { score: result.score, limits: result.limits };
}

/** A statement that merchant and logistics company share, and that differs from the customer's. */
export const ALONE = {
  merchantStatement: { goodsTotal: '1' },
  logisticsStatement: { goodsTotal: '1' },
};

/** An order in which the customer's statement stood alone, and whose alarm was upheld. */
export async function mismatch(
  world: World,
  loginId: string,
  device: CustomerDevice,
): Promise<void> {
  const orderNumber = `${device.customerId}-mismatched`;
  const purchase = world.purchase(device, loginId, { orderNumber, ...ALONE });
  await runExpress(await world.parties(), purchase);
  const order = { merchantId: world.merchantId, orderNumber };
  await (await world.bank('operator')).alarm.uphold({ ...order, reason: 'the customer erred' });
}

/** One of each: a failed login, a mismatch, a rejected dispute. Leaves a score of 71: half the limit, money at delivery. */
export async function fullHistory(world: World, device: CustomerDevice): Promise<void> {
  await failLogin(world, device, 1);
  const parties = await world.parties();
  const loginId = await world.login(device);
  await mismatch(world, loginId, device);
  const orderNumber = `${device.customerId}-disputed`;
  await runExpress(parties, world.purchase(device, loginId, { orderNumber }));
  await world.dispute(device, orderNumber);
  await world.decide(orderNumber, 'reject');
}

/** The purchase by a customer who passes both factors, bound to the order, whenever the ledger asks. */
export const stepUpFor = (world: World, purchase: Purchase): Purchase => ({
  ...purchase,
  stepUp: async (terms) => {
    const { identity } = await world.bank('auth-service');
    const boundTo = termsDigest(terms);
    const nonce = terms.orderNumber;
    await identity.attestSms({ loginId: terms.loginId, boundTo, nonce: `sms-${nonce}` });
    await identity.attestPassword({ loginId: terms.loginId, boundTo, nonce: `password-${nonce}` });
  },
});
