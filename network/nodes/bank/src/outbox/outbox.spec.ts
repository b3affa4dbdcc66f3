// SPDX-License-Identifier: Apache-2.0
// The outbox with a real SMSC and a real mail server: what becomes of a message, whatever happens on its way.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathIn, SmtpMail, smtpSchema, Work } from '@fabric-offline-pay/node-common/node';
import { waitUntil } from '@fabric-offline-pay/node-common';
import { sql, type KyselyPlugin } from 'kysely';
import { pino } from 'pino';
import type { BankTables } from '../database/schema.js';
import { messagesSchema } from '../messages/config.js';
import type { MessageKind } from '../messages/kinds.js';
import { outboxFile } from '../messages/outbox-folder.js';
import { smppSchema } from '../messages/smpp/smpp-config.js';
import { SmppSender } from '../messages/smpp/smpp-sender.js';
import { LeastTime } from '../notices/least-time.js';
import { resumeMessages } from '../notices/resume-messages.js';
import { sendNotice, type NoticesContext } from '../notices/send-notice.js';
import { noticeWork } from '../notices/notice-work.js';
import { BankFixture, ENROLMENT, PERSONAL } from '../testing/bank-fixture.js';
import { TestAuthority } from '../../../common/src/testing/certificates.js';
import { MailHost } from '../testing/message-hosts/mail-host.js';
import { Smsc } from '../testing/message-hosts/smsc.js';
import { expectRefused } from '../testing/refused.js';
import { listMessages } from './list-messages.js';
import { openCarriers } from './open-carriers.js';
import { partStore } from './part-store.js';
import { storeMail, storeMessage } from './store-message.js';

const SECRET = 's3cret-8';
const HOUR_MS = 3_600_000;
const QUIET = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' };
const NIGHT = Date.parse('2027-01-15T23:00:00Z');

/** Fails at the n-th statement, as a crash does. */
class Crash implements KyselyPlugin {
  left = Infinity;

  readonly transformQuery: KyselyPlugin['transformQuery'] = ({ node }) => {
    this.left -= 1;
    if (this.left === 0) throw new Error('crash');
    return node;
  };

  readonly transformResult: KyselyPlugin['transformResult'] = ({ result }) =>
    Promise.resolve(result);
}

const crash = new Crash();
let folder: string;
let bank: BankFixture;
let smsc: Smsc;
let host: MailHost;
let sender: SmppSender;
let mail: SmtpMail;
/** As a job sees it. */
let context: NoticesContext;
/** Milliseconds, whatever the clock says. */
let passed: number;
let least: LeastTime;
let caps: { customer: number; number: number; range: number; windowSeconds: number };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-messages-'));
  const authority = new TestAuthority('mail ca');
  writeFileSync(join(folder, 'root.pem'), authority.root);
  writeFileSync(join(folder, 'secret'), SECRET, { mode: 0o600 });
  const certificate = authority.issue({ commonName: 'mail' });
  smsc = await Smsc.open(SECRET);
  host = await MailHost.open({ certificate, user: 'bank', password: SECRET });
  mail = openMail();
  caps = { windowSeconds: 3_600, customer: 1_000, number: 1_000, range: 1_000 };
  bank = await BankFixture.open({}, (plain) => {
    const db = plain.withPlugin(crash);
    sender = openSender(partStore({ db, clock: () => bank.now }));
    return { db, messages: sender, mail, codeCaps: caps };
  });
  context = { ...bank.context, quietHours: QUIET };
  passed = 0;
  least = new LeastTime(bank.context.clock, () => passed);
});

afterAll(async () => {
  await bank.idle();
  await sender.close();
  mail.close();
  await bank.close();
  await Promise.all([smsc.off(), host.close()]);
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  crash.left = Infinity;
  smsc.forget();
  host.taken.length = 0;
  bank.forget();
  bank.now = NIGHT + 12 * HOUR_MS;
  Object.assign(caps, { customer: 1_000, number: 1_000, range: 1_000 });
  for (const table of ['message_parts', 'messages', 'codes'] as const)
    await bank.db.deleteFrom(table).execute();
});

function openSender(store: ReturnType<typeof partStore>): SmppSender {
  const config = {
    adapter: 'smpp',
    host: '127.0.0.1',
    port: smsc.port,
    systemId: 'bank',
    passwordFile: join(folder, 'secret'),
    source: 'MyBank',
    answerMs: 500,
    throttleMs: 5,
    reconnectMs: { least: 5, most: 20 },
  };
  const silent = { linkUp: () => undefined, linkDown: () => undefined };
  return new SmppSender(smppSchema(pathIn(folder)).parse(config), store, silent, () => bank.now);
}

function openMail(): SmtpMail {
  const config = {
    adapter: 'smtp',
    host: '127.0.0.1',
    port: host.port,
    caFile: join(folder, 'root.pem'),
    user: 'bank',
    passwordFile: join(folder, 'secret'),
    from: 'notices@bank.example',
    listId: 'notices.bank.example',
  };
  return new SmtpMail(smtpSchema(pathIn(folder)).parse(config));
}

const orderMessage = (customer_id: string, kind: MessageKind, message_id = `~m~1~${kind}`) => ({
  message_id,
  customer_id,
  kind,
  merchant_id: 'merchant-1',
  order_number: 'ORD-1',
  currency: 'EUR',
  amount: '5450',
  happened_at: bank.now,
  expires_at: bank.now + 24 * HOUR_MS,
});

/** @returns the id of a message that is to be sent. */
async function noted(kind: MessageKind, customerId?: string): Promise<string> {
  const message = orderMessage(customerId ?? (await bank.customer()), kind);
  await storeMessage(bank.db, message);
  return message.message_id;
}

const outcomes = async (): Promise<readonly (string | null)[]> =>
  (await bank.db.selectFrom('messages').select('outcome').orderBy('happened_at').execute()).map(
    ({ outcome }) => outcome,
  );

const resumed = async (): Promise<string[]> => {
  const asked: string[] = [];
  await resumeMessages(context, least, (_, _channel, id) => Promise.resolve(void asked.push(id)));
  return asked;
};

/** It has been so for an hour. */
async function anHourLater(): Promise<string[]> {
  const asked = await resumed();
  passed += HOUR_MS;
  return [...asked, ...(await resumed())];
}

const references = (): Set<number> => new Set(smsc.taken.map(({ reference }) => reference));

const receipt = (message_state: number, at = 0): Promise<number | undefined> =>
  smsc.receipt({ message_state, receipted_message_id: smsc.taken[at]?.carrierId });

describe('a message that a job sends', () => {
  it.each([
    [2, 'delivered'],
    [5, 'failed'],
  ])('is sent, and then what its receipt %i says: %s', async (state, outcome) => {
    await sendNotice(context, await noted('deducted'));
    expect(await outcomes()).toEqual(['sent']);
    await receipt(state);
    expect(await outcomes()).toEqual([outcome]);
  });

  it('in Chinese arrives whole, and is delivered when its last part is', async () => {
    const customerId = await bank.customer({ language: 'zh' });
    const message_id = '~m~1~alarm';
    const order_number = 'ORDER-NUMBER-'.repeat(4);
    const message = { ...orderMessage(customerId, 'alarm'), message_id, order_number };
    await storeMessage(bank.db, message);
    await sendNotice(context, message_id);
    expect(smsc.taken.length).toBeGreaterThan(1);
    const [record] = await listMessages(bank.context, customerId, { limit: 1 });
    expect(smsc.texts()).toEqual([record?.text]);
    expect(record?.text).toContain(`商户 merchant-1 的订单 ${order_number}`);
    for (const [at] of smsc.taken.entries()) {
      expect(await outcomes()).toEqual(['sent']);
      await receipt(2, at);
    }
    expect(await outcomes()).toEqual(['delivered']);
  });

  it('gets the receipt of the last message to which the SMSC gave its id', async () => {
    const customerId = await bank.customer();
    await sendNotice(context, await noted('deducted', customerId));
    bank.now += 1;
    await sendNotice(context, await noted('refunded', customerId));
    const { carrierId = '' } = smsc.taken[0] ?? {};
    await bank.db.updateTable('message_parts').set({ carrier_id: carrierId }).execute();
    await receipt(2);
    expect(await outcomes()).toEqual(['sent', 'delivered']);
  });

  it('is delivered also when its receipt came before the bank noted that it was sent', async () => {
    const id = await noted('deducted');
    smsc.fail('late');
    const sending = sendNotice(context, id).catch(() => undefined);
    await waitUntil('the submit', () => smsc.taken[0], { deadlineMs: 5_000, intervalMs: 5 });
    await sending;
    smsc.answerLate();
    await waitUntil('the note', async () => (await receipt(2)) === 0 || undefined, {
      deadlineMs: 5_000,
      intervalMs: 5,
    });
    expect(await outcomes()).toEqual([null]);
    await sendNotice(context, id);
    expect([await outcomes(), smsc.taken.length]).toEqual([['delivered'], 1]);
  });

  it('survives a crash at each statement: the SMSC sees one message, and what it answered is not sent again', async () => {
    const customerId = await bank.customer();
    let crashes = 0;
    for (let at = 1; ; at += 1) {
      smsc.forget();
      await bank.db.deleteFrom('message_parts').execute();
      await bank.db.deleteFrom('messages').execute();
      const id = await noted('refunded', customerId);
      crash.left = at;
      const failure = await sendNotice(context, id).catch((error: unknown) => error);
      const isOver = crash.left > 0;
      crash.left = Infinity;
      const known = await bank.db.selectFrom('message_parts').select('part').execute();
      const before = smsc.taken.length;
      await sendNotice(context, id);
      expect([at, await outcomes()]).toEqual([at, ['sent']]);
      expect([at, references().size]).toEqual([at, 1]);
      if (known.length > 0) expect([at, smsc.taken.length]).toEqual([at, before]);
      if (isOver) {
        expect(failure).toBeUndefined();
        break;
      }
      crashes += 1;
    }
    expect(crashes).toBeGreaterThan(6);
  });

  it('is sent again after a lost answer, under the same reference', async () => {
    const id = await noted('deducted');
    smsc.fail('take and drop');
    await expect(sendNotice(context, id)).rejects.toThrow();
    expect(await outcomes()).toEqual([null]);
    await sendNotice(context, id);
    expect([smsc.taken.length, references().size]).toEqual([2, 1]);
    await sendNotice(context, id);
    expect(smsc.taken).toHaveLength(2);
  });

  it('keeps its language, so that parts of one text meet', async () => {
    const customerId = await bank.customer();
    const message = { ...orderMessage(customerId, 'alarm'), order_number: 'N'.repeat(64) };
    await storeMessage(bank.db, message);
    smsc.fail('take and drop');
    await expect(sendNotice(context, message.message_id)).rejects.toThrow();
    await bank.db.updateTable('customers').set({ language: 'zh' }).execute();
    await sendNotice(context, message.message_id);
    expect(smsc.texts()).toEqual([expect.stringMatching(/^The bank checks.*meanwhile\.$/)]);
  });

  it('waits for the end of quiet hours, unless it warns', async () => {
    bank.now = NIGHT;
    const customerId = await bank.customer();
    const waiting = await noted('delivered', customerId);
    await sendNotice(context, waiting);
    await sendNotice(context, await noted('deliveredUnproven', customerId));
    expect(smsc.texts()).toEqual([expect.stringContaining('The courier reports')]);
    bank.now = NIGHT + 7 * HOUR_MS - 1;
    expect(await resumed()).toEqual([]);
    bank.now += 1;
    expect(await resumed()).toEqual([waiting]);
    expect(await resumed()).toEqual([]);
    await sendNotice(context, waiting);
    expect(await outcomes()).toEqual(['sent', 'sent']);
  });

  it('waits no month for quiet hours that began by a clock which was a month ahead', async () => {
    const waiting = await noted('delivered');
    await bank.db
      .updateTable('messages')
      .set({ expires_at: NIGHT + 60 * 24 * HOUR_MS })
      .execute();
    bank.now = NIGHT + 30 * 24 * HOUR_MS;
    await sendNotice(context, waiting);
    bank.now = NIGHT + 7 * HOUR_MS;
    expect(await resumed()).toEqual([waiting]);
  });

  it('is neither sent nor ended by a clock that is a month ahead for a minute, and sent when it is right', async () => {
    bank.now = NIGHT;
    const customerId = await bank.customer();
    const waiting = await noted('delivered', customerId);
    const asked = await noted('deducted', customerId);
    await sendNotice(context, waiting);
    await anHourLater();
    bank.now += 30 * 24 * HOUR_MS;
    await sendNotice(context, asked);
    expect(await resumed()).toEqual([]);
    expect(await outcomes()).toEqual([null, null]);
    bank.now = NIGHT + 7 * HOUR_MS;
    const ids = await resumed();
    expect(new Set(ids)).toEqual(new Set([waiting, asked]));
    for (const id of ids) await sendNotice(context, id);
    expect(await outcomes()).toEqual(['sent', 'sent']);
  });

  it('is not sent when its time is over, or when its number does not exist', async () => {
    const late = await noted('deducted');
    bank.now += 24 * HOUR_MS + 1;
    await sendNotice(context, late);
    expect(await anHourLater()).toEqual([]);
    const nobodys = await noted('refunded');
    smsc.fail('no such number');
    await sendNotice(context, nobodys);
    await sendNotice(context, nobodys);
    expect(await outcomes()).toEqual(['expired', 'failed']);
    expect(smsc.taken).toEqual([]);
  });

  it('also goes by mail, in its own time', async () => {
    const customerId = await bank.customer({ language: 'zh' });
    const copy = await storeMail(bank.db, orderMessage(customerId, 'deducted'));
    expect(copy).toBe('~m~1~deducted~mail');
    await sendNotice(context, copy ?? '');
    expect(host.taken).toMatchObject([{ to: [PERSONAL.email] }]);
    const without = await bank.customer({ email: null });
    await storeMail(bank.db, orderMessage(without, 'refunded'));
    await sendNotice(context, '~m~1~refunded~mail');
    expect((await outcomes()).toSorted()).toEqual(['nowhere', 'sent']);
    expect(smsc.taken).toEqual([]);
  });

  it('leaves no personal data in logs and jobs, also when it fails', async () => {
    const logged: string[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
    const customerId = await bank.customer();
    await noted('deducted', customerId);
    await storeMail(bank.db, orderMessage(customerId, 'deducted'));
    await bank.db.updateTable('messages').set({ resume_at: bank.now }).execute();
    smsc.fail('refuse');
    host.refusals.push(451);
    const work = new Work<BankTables>({ db: bank.db, logger });
    const parts = noticeWork({ ...bank.context, quietHours: QUIET }, work, 'bank-1');
    await work.start(parts);
    try {
      await parts.jobs.find(({ schedule }) => schedule !== undefined)?.run({}, AbortSignal.any([]));
      work.wake();
      const isSent = async () => (await outcomes()).join() === 'sent,sent' || undefined;
      await waitUntil('both', isSent, { deadlineMs: 20_000 });
      const jobs = await sql`select * from jobs.job`.execute(bank.db);
      const seen = logged.join('') + JSON.stringify(jobs.rows);
      expect(logged.filter((line) => line.includes('job failed'))).toHaveLength(2);
      for (const value of Object.values(PERSONAL)) expect(seen).not.toContain(value);
      expect(seen).not.toMatch(/EUR 54|EUR 5450|example\.org/);
    } finally {
      await work.close();
    }
  });
});

const allRows = async (): Promise<string> => {
  const tables = ['codes', 'messages', 'message_parts', 'logins', 'attempts', 'factors'] as const;
  const rows = [];
  for (const table of tables) rows.push(await bank.db.selectFrom(table).selectAll().execute());
  return JSON.stringify(rows);
};

it('sends a message of a change again when its receipt says that it failed, and the call is repeated', async () => {
  const customerId = await bank.customer();
  const recovery = { customerId, changeId: 'rec-1', phone: '+491713920009' };
  await bank.service.startRecovery(recovery);
  const { changeId } = recovery;
  await bank.as('berta').confirmRecovery({ changeId });
  await bank.service.startRecovery(recovery);
  await bank.service.stopChange({ customerId, changeId });
  await bank.service.stopChange({ customerId, changeId });
  const count = smsc.taken.length;
  expect(smsc.texts()).toHaveLength(3);
  await receipt(5, count - 1);
  await bank.service.stopChange({ customerId, changeId });
  await bank.service.stopChange({ customerId, changeId });
  expect(smsc.taken).toHaveLength(count + 1);
  expect(smsc.texts()).toHaveLength(3);
  expect((await outcomes()).toSorted()).toEqual([null, null, null, 'sent', 'sent', 'sent']);
});

describe('a code', () => {
  it('is a row with an outcome, and is never stored or readable', async () => {
    const customerId = await bank.customer();
    await bank.begun(customerId);
    const code = smsc.texts()[0]?.slice(0, 6) ?? '';
    expect(code).toMatch(/^\d{6}$/);
    expect(await outcomes()).toEqual(['sent']);
    expect(await allRows()).not.toContain(`"${code}"`);
    expect(await allRows()).not.toContain('is your code');
    const [record] = await listMessages(bank.context, customerId, { limit: 9 });
    expect(record).toMatchObject({ kind: 'loginCode', outcome: 'sent', text: null });
  });

  it('that no caller sent in time is never sent by a job', async () => {
    smsc.fail('refuse');
    const loginId = 'refused-code';
    const customerId = await bank.customer();
    await bank.service.openLogin({ loginId, customerId });
    await expectRefused(bank.service.beginAuthentication({ loginId }), 'MESSAGE_NOT_SENT');
    expect(await outcomes()).toEqual([null]);
    const [row] = await bank.db.selectFrom('messages').select('message_id').execute();
    await sendNotice(context, row?.message_id ?? '');
    bank.now += 180_001;
    expect(await anHourLater()).toEqual([]);
    expect(await outcomes()).toEqual(['expired']);
    expect(smsc.taken).toEqual([]);
  });

  it('is answered as usual when its number does not exist', async () => {
    smsc.fail('no such number');
    await bank.begun();
    expect(await outcomes()).toEqual(['failed']);
  });

  it.each(['customer', 'number', 'range'] as const)(
    'above the cap of a %s is not sent, and the answer is as always',
    async (cap) => {
      caps[cap] = 2;
      const customerId = await bank.customer();
      const logins = [];
      for (let count = 0; count < 3; count += 1) logins.push(await bank.begun(customerId));
      expect((await outcomes()).toSorted()).toEqual(['capped', 'sent', 'sent']);
      expect(smsc.taken).toHaveLength(2);
      expect(bank.capped).toEqual([{ cap, callingCode: '49' }]);
      expect(bank.pretended).toHaveLength(1);
      const [loginId = ''] = logins.slice(-1);
      const expected = { codeExpiresAt: Math.floor(bank.now / 1000) + 180 };
      expect(await bank.service.beginAuthentication({ loginId })).toMatchObject(expected);
      expect(await outcomes()).toHaveLength(3);
      bank.now += HOUR_MS;
      await bank.begun(customerId);
      expect(smsc.taken).toHaveLength(3);
    },
  );

  it('does not count when it was used, or for others', async () => {
    Object.assign(caps, { customer: 1, number: 1 });
    const customerId = await bank.customer();
    for (let count = 0; count < 3; count += 1) {
      const loginId = await bank.begun(customerId);
      const code = smsc.taken.at(-1)?.text.slice(0, 6) ?? '';
      await bank.service.submitCode({ loginId, code });
    }
    await bank.begun(customerId);
    await bank.begun(await bank.customer({ phone: '+491713920002' }));
    expect(await outcomes()).toEqual(['sent', 'sent', 'sent', 'sent', 'sent']);
    await bank.begun(await bank.customer());
    expect(bank.capped).toEqual([{ cap: 'number', callingCode: '49' }]);
  });

  it('that was not sent does not count', async () => {
    Object.assign(caps, { customer: 1 });
    const customerId = await bank.customer();
    smsc.fail('refuse');
    await expect(bank.begun(customerId)).rejects.toMatchObject({ code: 'MESSAGE_NOT_SENT' });
    await bank.begun(customerId);
    expect([await outcomes(), smsc.taken.length]).toEqual([[null, 'sent'], 1]);
  });

  it('of which nobody knows whether it was sent counts', async () => {
    Object.assign(caps, { customer: 1 });
    const customerId = await bank.customer();
    smsc.fail('take and drop');
    await expect(bank.begun(customerId)).rejects.toMatchObject({ code: 'MESSAGE_NOT_SENT' });
    await bank.begun(customerId);
    expect([await outcomes(), smsc.taken.length]).toEqual([[null, 'capped'], 1]);
  });

  it('is refused alike for a customer and for a stranger while the SMSC is away', async () => {
    const begin = async (customerId: string): Promise<unknown> => {
      const loginId = `away-${customerId.slice(-12)}`;
      await bank.service.openLogin({ loginId, customerId });
      return bank.service.beginAuthentication({ loginId }).catch((error: unknown) => String(error));
    };
    const customerId = await bank.customer();
    smsc.isOpen = false;
    smsc.drop();
    const [known, unknown] = [await begin(customerId), await begin('nobody-at-all')];
    smsc.isOpen = true;
    expect(known).toContain('could not be sent');
    expect(unknown).toEqual(known);
    const [row] = await bank.db.selectFrom('codes').select('sent').execute();
    expect(row?.sent).toBe(false);
    await waitUntil('the SMSC', () => sender.ready().then(() => true), { deadlineMs: 5_000 });
  });
});

it('lists messages newest first, by pages, each in the language in which it was sent', async () => {
  const customerId = await bank.customer();
  for (const [index, kind] of (['deducted', 'delivered', 'refunded'] as const).entries()) {
    bank.now += index * 60_000;
    const id = await noted(kind, customerId);
    if (kind !== 'refunded') await sendNotice(context, id);
  }
  await storeMessage(bank.db, orderMessage(await bank.customer(), 'alarm'));
  await bank.db.updateTable('customers').set({ language: 'zh' }).execute();
  const first = await listMessages(bank.context, customerId, { limit: 2 });
  expect(first.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['refunded', null],
    ['delivered', 'sent'],
  ]);
  expect(first[0]?.text).toContain('已退款');
  const after = first[1]?.messageId;
  const rest = await listMessages(bank.context, customerId, { limit: 2, after });
  expect(rest).toEqual([
    expect.objectContaining({ text: 'Paid: EUR 54.50 for order ORD-1 at merchant-1.' }),
  ]);
  expect(await listMessages(bank.context, 'another', { limit: 2, after })).toEqual([]);
});

it('lets a teller or an authenticated customer choose the language, and nobody else', async () => {
  const customerId = await bank.customer();
  const loginId = await bank.begun(customerId);
  const asking = bank.service.completeProfile({ loginId, language: 'zh' });
  await expectRefused(asking, 'LOGIN_NOT_AUTHENTICATED', 'language');
  const code = smsc.taken.at(-1)?.text.slice(0, 6) ?? '';
  await bank.service.submitCode({ loginId, code });
  await bank.service.submitPassword({ loginId, password: ENROLMENT.password });
  await bank.service.complete({ loginId });
  await bank.service.completeProfile({ loginId, language: 'zh' });
  await bank.begun(customerId);
  expect(smsc.taken.at(-1)?.text).toContain('是您的登录验证码');
  await bank.service.updateProfile({ customerId, language: 'en' });
  await bank.begun(customerId);
  expect(smsc.taken.at(-1)?.text).toContain('is your code to log in');
});

it('opens what the configuration names, a folder unless told', async () => {
  const secret = { passwordFile: 'secret', host: '127.0.0.1' };
  const sms = { ...secret, adapter: 'smpp', port: smsc.port, systemId: 'bank', source: '+491234' };
  const tls = { caFile: 'root.pem', user: 'bank' };
  const from = { from: 'notices@bank.example', listId: 'notices.bank.example' };
  const smtp = { ...secret, ...tls, ...from, adapter: 'smtp', port: host.port };
  const schema = messagesSchema(pathIn(folder));
  const logger = pino({ level: 'silent' });
  const base = { db: bank.db, logger, clock: () => bank.now };
  const outboxFolder = join(folder, 'outbox');
  const id = await noted('deducted');
  const message = { id, to: PERSONAL.phone, text: 'Paid.', channel: 'sms' as const };
  const open = openCarriers({ messages: schema.parse({ sms, mail: smtp }), outboxFolder }, base);
  await open.messages.send(message);
  await open.mail?.send({ id, to: PERSONAL.email, subject: 's', text: 't', html: 'h' });
  await open.close();
  expect([smsc.texts(), host.taken.length]).toEqual([['Paid.'], 1]);
  const plain = openCarriers({ messages: schema.parse(undefined), outboxFolder }, base);
  await plain.messages.send(message);
  await plain.close();
  expect(plain.mail).toBeUndefined();
  expect(readdirSync(outboxFolder)).toEqual([outboxFile(id)]);
  expect(schema.safeParse({ sms: { ...sms, password: SECRET } }).success).toBe(false);
});
