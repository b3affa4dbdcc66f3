// SPDX-License-Identifier: Apache-2.0
// After an erasure nobody gets in, and none happens while money is on its way.
import { BankFixture, ENROLMENT, PASSWORD } from '../../testing/bank-fixture.js';
import type { LegState, MoveState } from '../../database/funding-tables.js';
import { storeMail, storeMessage, type NewMessage } from '../../outbox/store-message.js';
import { eraseCustomer } from './erase-customer.js';

let bank: BankFixture;

beforeAll(async () => {
  bank = await BankFixture.open();
});
afterAll(() => bank.close());

/** Blocks the customer on the ledger, and erases it. */
async function erase(customerId: string) {
  bank.ledger.block(customerId);
  return eraseCustomer(bank.context, customerId);
}

test('a customer that can still pay on the ledger is not erased', async () => {
  const customerId = await bank.customer();
  const open = { erased: false, open: ['access'] };
  expect(await eraseCustomer(bank.context, customerId)).toEqual(open);
  expect(await erase(customerId)).toMatchObject({ erased: true });
});

test('erasure ends sessions, logins that are under way, and changes that wait', async () => {
  const customerId = await bank.customer();
  const session = await bank.authenticated(customerId);
  const begun = await bank.begun(customerId);
  await bank.service.openLogin({ loginId: `o-${customerId}`, customerId });
  const asked = { loginId: session, changeId: `c-${customerId}`, phone: '+491713920077' };
  const { boundTo } = await bank.service.beginChange(asked);
  await bank.submitBoth(session, boundTo);
  await bank.service.complete({ loginId: session, boundTo });
  expect(await erase(customerId)).toMatchObject({ erased: true });

  const over = { code: 'LOGIN_NOT_AUTHENTICATED' };
  const { service } = bank;
  await expect(service.listPurchases({ loginId: session })).rejects.toMatchObject(over);
  await expect(service.offerAddresses({ loginId: session })).rejects.toMatchObject(over);
  await expect(service.beginChange({ ...asked, changeId: 'x' })).rejects.toMatchObject(over);
  const password = { loginId: begun, password: PASSWORD };
  await expect(service.submitPassword(password)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  const filled = { loginId: `o-${customerId}`, phone: '+491713920078' };
  await expect(service.completeProfile(filled)).rejects.toMatchObject(over);

  bank.now += 4 * 86_400_000;
  const row = await bank.db
    .selectFrom('customers')
    .select(['name', 'phone', 'email'])
    .where('customer_id', '=', customerId)
    .executeTakeFirst();
  expect(row).toEqual({ name: null, phone: null, email: null });
});

test('an erased customer is nobody: no login succeeds, no teller fills it in, and its id is not given again', async () => {
  const customerId = await bank.customer();
  await erase(customerId);
  const loginId = `l-${customerId}`;
  bank.forget();
  await bank.service.openLogin({ loginId, customerId, deviceId: 'phone' });
  await bank.service.beginAuthentication({ loginId });
  expect(bank.messages).toEqual([]);
  const unknown = { code: 'CUSTOMER_UNKNOWN' };
  const { service } = bank;
  await expect(service.updateProfile({ customerId, name: 'N' })).rejects.toMatchObject(unknown);
  const recovery = { customerId, changeId: `r-${customerId}`, phone: '+491713920079' };
  await expect(service.startRecovery(recovery)).rejects.toMatchObject(unknown);
  const again = service.enrol({ ...ENROLMENT, customerId });
  await expect(again).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
  await expect(eraseCustomer(bank.context, 'nobody-at-all')).rejects.toMatchObject(unknown);
});

test('messages that wait go nowhere', async () => {
  const customerId = await bank.customer();
  const message: NewMessage = {
    ...{ message_id: `~m~${customerId}`, customer_id: customerId, resume_at: bank.now },
    kind: 'refunded',
    ...{ happened_at: bank.now, expires_at: bank.now + 1000 },
  };
  await storeMessage(bank.db, message);
  await storeMail(bank.db, message);
  await erase(customerId);
  const rows = bank.db.selectFrom('messages').select(['outcome', 'resume_at']);
  const own = await rows.where('customer_id', '=', customerId).execute();
  expect(own).toEqual([1, 2].map(() => ({ outcome: 'nowhere', resume_at: null })));
});

/** An order that was funded by one leg, with one move of it. */
async function funded(
  customerId: string,
  { leg, move }: { readonly leg: LegState; readonly move: MoveState },
): Promise<void> {
  const order = { merchant_id: 'merchant-1', order_number: customerId.slice(0, 32) };
  const key = { ...order, customer_id: customerId };
  await bank.db
    .insertInto('fundings')
    .values({
      ...{ ...key, currency: 'EUR', total: '500', state: 'ready' },
      ...{ refusal: null, asked_at: bank.now, trouble: null, troubled_at: null },
    })
    .execute();
  const first = { ...key, leg: 1, amount: '500' };
  await bank.db
    .insertInto('funding_legs')
    .values({ ...first, token: 'tok', state: leg })
    .execute();
  await bank.db
    .insertInto('funding_moves')
    .values({ ...first, kind: 'release', number: 1, state: move })
    .execute();
}

test.each([
  { leg: 'issued', move: 'withdrawn' },
  { leg: 'issued', move: 'planned' },
  { leg: 'issued', move: 'keeping' },
  { leg: 'authorised', move: 'done' },
] as const)('none is erased while money is on its way: leg $leg, move $move', async (way) => {
  const customerId = await bank.customer();
  await funded(customerId, way);
  expect(await erase(customerId)).toEqual({ erased: false, open: ['deductions'] });
  await bank.db.updateTable('funding_legs').set({ state: 'issued' }).execute();
  await bank.db.updateTable('funding_moves').set({ state: 'done' }).execute();
  expect(await erase(customerId)).toMatchObject({ erased: true });
});
