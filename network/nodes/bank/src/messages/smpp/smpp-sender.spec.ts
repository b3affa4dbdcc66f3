// SPDX-License-Identifier: Apache-2.0
// SMS over real connections to an SMSC that is busy, slow, away, or loses what it answers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@fabric-offline-pay/node-common';
import { pathIn } from '@fabric-offline-pay/node-common/node';
import { TestAuthority } from '../../../../common/src/testing/certificates.js';
import { Smsc } from '../../testing/message-hosts/smsc.js';
import type { Message } from '../message-sender.js';
import { smppSchema, type SmppConfig } from './smpp-config.js';
import { SmppSender, type PartStore } from './smpp-sender.js';

const PASSWORD = 's3cret-8';
const TO = '+491713920001';
const CHINESE = `您在商户 merchant-1 的订单 ORD-1 已扣款 EUR 54.50。`.repeat(5);

let folder: string;
let smsc: Smsc;
let sender: SmppSender;
let parts: MemoryParts;
let down: (number | undefined)[];
let ups: number;

/** What the bank's database keeps. */
class MemoryParts implements PartStore {
  readonly carriers = new Map<string, string>();
  readonly states = new Map<string, string>();

  accepted(id: string): Promise<ReadonlyMap<number, string>> {
    const own = [...this.carriers].filter(([key]) => key.startsWith(`${id}/`));
    return Promise.resolve(
      new Map(own.map(([key, carrier]) => [Number(key.split('/')[1]), carrier])),
    );
  }

  accept(id: string, part: number, carrierId: string): Promise<void> {
    this.carriers.set(`${id}/${part.toString()}`, carrierId);
    return Promise.resolve();
  }

  note({ carrierId, state }: { carrierId: string; state: string }): Promise<boolean> {
    const isKnown = [...this.carriers.values()].includes(carrierId);
    if (isKnown) this.states.set(carrierId, state);
    return Promise.resolve(isKnown);
  }
}

let closeSender = (): Promise<void> => Promise.resolve();

type Change = Partial<SmppConfig>;

/** For tests of what comes too late. In all others an answer may take as long as a busy machine needs. */
const IMPATIENT: Change = { answerMs: 400 };

async function connectTo(changes: Change = {}): Promise<void> {
  await closeSender();
  [down, ups] = [[], 0];
  const config = {
    adapter: 'smpp',
    host: '127.0.0.1',
    port: smsc.port,
    systemId: 'bank',
    passwordFile: 'password',
    source: 'MyBank',
    answerMs: 10_000,
    throttleMs: 5,
    reconnectMs: { least: 5, most: 20 },
    ...changes,
  };
  sender = new SmppSender(smppSchema(pathIn(folder)).parse(config), parts, {
    linkUp: () => (ups += 1),
    linkDown: ({ status }) => down.push(status),
  });
  closeSender = () => sender.close();
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-smpp-'));
  writeFileSync(join(folder, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
  smsc = await Smsc.open(PASSWORD);
});

beforeEach(async () => {
  smsc.forget();
  parts = new MemoryParts();
  await connectTo();
});

afterAll(async () => {
  await closeSender();
  await smsc.off();
  rmSync(folder, { recursive: true });
});

const message = (id: string, text = '012345 is your code to log in.'): Message => ({
  channel: 'sms',
  to: TO,
  text,
  id,
});

const until = (what: string, holds: () => boolean): Promise<true> =>
  waitUntil(what, () => holds() || undefined, { deadlineMs: 5_000, intervalMs: 5 });

const references = (): number => new Set(smsc.taken.map(({ reference }) => reference)).size;

it('submits a text with its reference, its end, and the wish for a receipt', async () => {
  await sender.send({ ...message('m-1'), validUntil: Date.now() + 180_000 });
  expect(smsc.taken).toMatchObject([
    { to: TO.slice(1), hasValidity: true, wantsReceipt: true, dataCoding: 0, tag: undefined },
  ]);
  expect(smsc.texts()).toEqual([message('').text]);
});

it('submits a long Chinese text in parts that a telephone puts together', async () => {
  await sender.send(message('m-long', CHINESE));
  expect(smsc.taken.length).toBeGreaterThan(1);
  expect(smsc.texts()).toEqual([CHINESE]);
});

it('submits after a loss only the parts that the SMSC did not answer, with the same references', async () => {
  await connectTo({ referenceTag: 0x1401 });
  smsc.fail('take and drop', 'take and drop');
  await expect(sender.send(message('m-lost', CHINESE))).rejects.toThrow();
  await expect(sender.send(message('m-lost', CHINESE))).rejects.toThrow();
  await sender.send(message('m-lost', CHINESE));
  const count = new Set(smsc.taken.map(({ part }) => part?.[2])).size;
  expect(smsc.taken).toHaveLength(count + 2);
  expect(references()).toBe(count);
  expect(new Set(smsc.taken.map(({ tag }) => tag)).size).toBe(count);
  expect(smsc.texts()).toEqual([CHINESE]);
});

it('waits for a late answer instead of submitting again', async () => {
  await connectTo(IMPATIENT);
  smsc.fail('late');
  await expect(sender.send(message('m-late'))).rejects.toMatchObject({ name: 'Uncertain' });
  await expect(sender.ready()).rejects.toThrow();
  const again = sender.send(message('m-late'));
  smsc.answerLate();
  await again;
  await sender.send(message('m-late'));
  await sender.ready();
  expect(smsc.taken).toHaveLength(1);
});

it('notes an answer that comes when nobody waits for it any more', async () => {
  await connectTo(IMPATIENT);
  smsc.fail('late');
  await expect(sender.send(message('m-alone'))).rejects.toThrow();
  smsc.answerLate();
  await until('the note', () => parts.carriers.has('m-alone/1'));
});

it('submits again while the SMSC is busy, and gives up when it stays busy', async () => {
  await connectTo(IMPATIENT);
  smsc.fail('busy', 'busy');
  await sender.send(message('m-busy'));
  expect(smsc.taken).toHaveLength(1);
  smsc.fail(...Array.from({ length: 20 }, () => 'busy' as const));
  await expect(sender.send(message('m-busier'))).rejects.toMatchObject({ status: 0x58 });
  await expect(sender.ready()).rejects.toThrow();
  expect(smsc.taken).toHaveLength(1);
});

it('never has more submits under way than its window', async () => {
  await connectTo({ window: 3 });
  await Promise.all(
    Array.from({ length: 30 }, (_, at) => sender.send(message(`w-${at.toString()}`))),
  );
  expect(smsc.taken).toHaveLength(30);
  expect(smsc.mostUnanswered).toBeLessThanOrEqual(3);
});

it('says when a number will never get a message, and when something else is wrong', async () => {
  smsc.fail('no such number', 'refuse');
  await expect(sender.send(message('m-none'))).rejects.toMatchObject({ name: 'Undeliverable' });
  await sender.ready();
  await expect(sender.send(message('m-none'))).rejects.toMatchObject({
    name: 'NotAccepted',
    status: 8,
  });
});

it.each([
  ['by optional parameters', (id: string) => ({ receipted_message_id: id, message_state: 2 })],
  ['by text', (id: string) => ({ short_message: `id:${id} sub:001 stat:DELIVRD err:000 text:` })],
])('reads receipts %s', async (_, fields) => {
  await sender.send(message('m-read'));
  const carrierId = parts.carriers.get('m-read/1') ?? '';
  expect(await smsc.receipt({ short_message: 'id:x stat:ENROUTE' })).toBe(0);
  expect(parts.states.size).toBe(0);
  expect(await smsc.receipt(fields(carrierId))).toBe(0);
  expect(parts.states.get(carrierId)).toBe('delivered');
});

it('has a receipt sent again that comes before the answer to its submit', async () => {
  smsc.fail('late');
  const sent = sender.send(message('m-early'));
  await until('the submit', () => smsc.taken.length === 1);
  const fields = { receipted_message_id: smsc.taken[0]?.carrierId, message_state: 5 };
  expect(await smsc.receipt(fields)).toBe(0x64);
  smsc.answerLate();
  await sent;
  expect(await smsc.receipt(fields)).toBe(0);
  expect([...parts.states.values()]).toEqual(['failed']);
  expect(await smsc.receipt({ receipted_message_id: 'of another', message_state: 2 })).toBe(0);
});

it('has a receipt sent again whose part is noted while it is looked for', async () => {
  smsc.fail('late');
  const sent = sender.send(message('m-meanwhile'));
  await until('the submit', () => smsc.taken.length === 1);
  const look = parts.note.bind(parts);
  parts.note = async () => {
    parts.note = look;
    smsc.answerLate();
    await sent;
    return false;
  };
  const fields = { receipted_message_id: smsc.taken[0]?.carrierId, message_state: 2 };
  expect(await smsc.receipt(fields)).toBe(0x64);
  expect(await smsc.receipt(fields)).toBe(0);
  expect([...parts.states.values()]).toEqual(['delivered']);
});

it('binds again after a loss, a refusal, an absence and octets that are no protocol', async () => {
  await connectTo(IMPATIENT);
  await sender.send(message('b-1'));
  smsc.isOpen = false;
  smsc.drop();
  await until('a refused bind', () => down.includes(0x0d));
  await expect(sender.send(message('b-2'))).rejects.toMatchObject({ name: 'NoLink' });
  smsc.isOpen = true;
  await until('a new bind', () => ups === 2);
  await sender.send(message('b-2'));
  await smsc.off();
  await until('an absence', () => down.includes(undefined));
  await smsc.on();
  await until('a third bind', () => ups === 3);
  smsc.fail('garbage');
  await expect(sender.send(message('b-3'))).rejects.toMatchObject({ name: 'Uncertain' });
  await sender.send(message('b-3'));
  expect(smsc.taken.map(({ carrierId }) => carrierId)).toHaveLength(3);
});

it('notices that the SMSC no longer answers', async () => {
  await connectTo({ enquireMs: 20, answerMs: 60 });
  await until('the bind', () => ups === 1);
  smsc.isDeaf = true;
  await until('another bind', () => ups === 2);
  smsc.isDeaf = false;
});

it('speaks TLS to an SMSC of its authority, and to no other', async () => {
  const authority = new TestAuthority('smsc ca');
  const secure = await Smsc.open(PASSWORD, authority.issue({ commonName: 'smsc' }));
  writeFileSync(join(folder, 'root.pem'), authority.root);
  writeFileSync(join(folder, 'other.pem'), new TestAuthority('other').root);
  try {
    const tls = { port: secure.port, tls: true };
    await connectTo({ ...tls, caFile: join(folder, 'other.pem') });
    await until('a refusal', () => down.length > 0);
    expect(secure.binds).toBe(0);
    await connectTo({ ...tls, caFile: join(folder, 'root.pem') });
    await sender.send(message('t-1'));
    expect(secure.texts()).toHaveLength(1);
  } finally {
    await secure.off();
  }
});
