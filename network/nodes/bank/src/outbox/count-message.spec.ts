// SPDX-License-Identifier: Apache-2.0
// The caps of messages without a code: what is over them is noted, and crowds out nothing.
import { NodeMetrics } from '@fabric-offline-pay/node-common/node';
import type { MessageKind } from '../messages/kinds.js';
import { sendNotice, type NoticesContext } from '../notices/send-notice.js';
import { BankFixture } from '../testing/bank-fixture.js';
import { cappedFigures } from './capped-figures.js';
import { listMessages } from './list-messages.js';
import { storeMessage } from './store-message.js';

const CAPS = { windowSeconds: 3_600, news: 2, protecting: 3 };
const WINDOW_MS = CAPS.windowSeconds * 1000;

let bank: BankFixture;
let context: NoticesContext;
let metrics: NodeMetrics;
let numbers = 0;

beforeAll(async () => {
  bank = await BankFixture.open({}, () => ({ noticeCaps: CAPS }));
  metrics = new NodeMetrics('bank');
  context = { ...bank.context, observer: { messageCapped: cappedFigures(metrics) } };
});

afterAll(() => bank.close());

beforeEach(() => bank.forget());

/** A customer with a telephone of its own, unless told. */
async function someone(phone = `+4917139300${String(++numbers).padStart(2, '0')}`) {
  const customerId = await bank.customer({ phone });
  return { customerId, phone };
}

let ids = 0;

/** What a job is asked to send. */
async function noted(customerId: string, kind: MessageKind): Promise<string> {
  const message_id = `~m~${++ids}`;
  await storeMessage(bank.db, {
    ...{ message_id, customer_id: customerId, kind },
    ...{ merchant_id: 'merchant-1', order_number: `ORD-${ids}`, currency: 'EUR', amount: '100' },
    ...{ happened_at: bank.now, expires_at: bank.now + 2 * WINDOW_MS },
  });
  return message_id;
}

const tell = async (customerId: string, kind: MessageKind) =>
  sendNotice(context, await noted(customerId, kind));

const outcomesOf = async (customerId: string) =>
  (await listMessages(bank.context, customerId, { limit: 100 })).map(({ kind, outcome, text }) => ({
    ...{ kind, outcome, isReadable: text !== null },
  }));

test('of many messages of one kind few reach a telephone, and the customer can read the rest', async () => {
  const { customerId } = await someone();
  for (let round = 0; round < 6; round += 1) await tell(customerId, 'declined');
  expect(bank.messages).toHaveLength(CAPS.news);
  const outcomes = await outcomesOf(customerId);
  const capped = { kind: 'declined', outcome: 'capped', isReadable: true };
  expect(outcomes.filter(({ outcome }) => outcome === 'capped')).toEqual(Array(4).fill(capped));
  const figures = await metrics.registry.metrics();
  expect(figures).toMatch(/offpay_messages_capped_total\{kind="declined".*\} 4/);
  for (const kind of ['alarm', 'refunded', 'deducted'] as const) await tell(customerId, kind);
  expect(bank.messages).toHaveLength(CAPS.news + 3);
});

test('what protects money has a cap, too, and the next window counts anew', async () => {
  const { customerId } = await someone();
  for (let round = 0; round < 5; round += 1) await tell(customerId, 'deducted');
  expect(bank.messages).toHaveLength(CAPS.protecting);
  bank.now += WINDOW_MS;
  await tell(customerId, 'deducted');
  expect(bank.messages).toHaveLength(CAPS.protecting + 1);
});

test('a telephone counts, whoever its customers are, and no other', async () => {
  const { customerId, phone } = await someone();
  const second = await someone(phone);
  const other = await someone();
  for (const id of [customerId, second.customerId, customerId]) await tell(id, 'delivered');
  expect(bank.messages).toHaveLength(CAPS.news);
  await tell(other.customerId, 'delivered');
  expect(bank.messages).toHaveLength(CAPS.news + 1);
});

test('a message counts once, however often it is tried', async () => {
  const { customerId } = await someone();
  await tell(customerId, 'delivered');
  const id = await noted(customerId, 'delivered');
  for (let round = 0; round < 5; round += 1) {
    bank.messageFailure = new Error('away');
    await expect(sendNotice(context, id)).rejects.toThrow('away');
  }
  await sendNotice(context, id);
  expect(bank.messages).toHaveLength(2);
});

test('a change that must not happen untold is refused over the cap, and an offline payment is recorded', async () => {
  const { customerId } = await someone();
  for (let round = 0; round < CAPS.protecting; round += 1) await tell(customerId, 'paidOffline');
  const purchase = {
    ...{ customerId, merchantId: 'merchant-1', orderNumber: `O-${customerId.slice(0, 20)}` },
    ...{ currency: 'EUR', fee: '0', total: '100', purchasedAt: 1_800_000_000 },
    mode: 'offline',
    lines: [{ gtin: '4006381333948', name: 'Charger', quantity: 1, unitPrice: '100' }],
  } as const;
  expect(await bank.service.recordPurchase(purchase)).toEqual({ recorded: true });
  expect(await outcomesOf(customerId)).toContainEqual({
    ...{ kind: 'paidOffline', outcome: 'capped', isReadable: true },
  });
  const asked = (changeId: string) =>
    bank.service.startRecovery({ customerId, changeId, phone: '+491713939999' });
  for (let round = 0; round < CAPS.protecting; round += 1) {
    const changeId = `r-${round}-${customerId.slice(0, 20)}`;
    await asked(changeId);
    await bank.service.stopChange({ customerId, changeId });
  }
  const refused = asked(`last-${customerId.slice(0, 20)}`);
  await expect(refused).rejects.toMatchObject({ code: 'TOO_MANY_MESSAGES', status: 429 });
});
