// SPDX-License-Identifier: Apache-2.0
// The stand-ins over their real protocols, with the bank's own adapters, killed and started again: what they did stays done, once.
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts, waitUntil } from '@fabric-offline-pay/node-common';
import * as z from 'zod';
import { coreBankingSchema } from '../../core-banking/configuration.js';
import { openInstruments, type Instruments } from '../../core-banking/instruments.js';
import type { CoreBankingDatabase } from '../../core-banking/tables.js';
import type { Message } from '../../messages/message-sender.js';
import { codeIn } from '../../messages/read-latest-code.js';
import type { Receipt } from '../../messages/smpp/receipt.js';
import { smppSchema } from '../../messages/smpp/smpp-config.js';
import { SmppSender, type PartStore } from '../../messages/smpp/smpp-sender.js';
import { textOf } from '../../messages/texts.js';
import { pathIn } from '@fabric-offline-pay/node-common/node';
import { allEntries } from '../hosts/all-entries.js';
import { openBankingDatabase } from '../hosts/banking-database.js';
import type { StandInFigures, StandInsConfig } from './shapes.js';
import { openStandIns, type StandIns } from './stand-ins.js';

const DESK_KEY = 'key of the desk';
const PHONE = '+491713920001';
const MOST_MS = { deadlineMs: 10_000, intervalMs: 10 };
const today = (): string => new Date().toISOString().slice(0, 10);

let folder: string;
let config: StandInsConfig;
let standIns: StandIns;
let db: CoreBankingDatabase;
let bank: Instruments;

const secret = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

const url = (port: number): string => `http://127.0.0.1:${port.toString()}`;

const openBank = (): Instruments =>
  openInstruments({
    db,
    clock: Date.now,
    kindOf: (token) => Promise.resolve(token.startsWith('card') ? 'card' : 'mobile'),
    observer: { noted: () => undefined },
    config: coreBankingSchema(pathIn(folder)).parse({
      card: {
        ...{ adapter: 'iso8583', host: '127.0.0.1', port: config.ports.card },
        ...{ institution: '40012', terminal: 'BANK0001', acceptor: 'OFFPAY-BANK' },
        ...{ statementFolder: config.statementFolder, backoffMs: { first: 10, most: 10 } },
      },
      mobile: {
        ...{ adapter: 'mobile-money', url: url(config.ports.mobile), account: 'bank-01' },
        apiKeyFile: config.secrets.mobile,
      },
    }),
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stand-ins-'));
  const first = await findFreePorts('127.0.0.1', 4);
  config = {
    folder: join(folder, 'done'),
    readyFile: join(folder, 'ready.json'),
    ports: { card: first, mobile: first + 1, sms: first + 2, desk: first + 3 },
    secrets: {
      mobile: secret('mobile.key', 'key of the bank'),
      sms: secret('sms.password', 'secret-8'),
      desk: secret('desk.key', DESK_KEY),
    },
    statementFolder: join(folder, 'statements'),
    referenceTag: 0x1400,
  };
  standIns = await openStandIns(config);
  db = await openBankingDatabase();
  bank = openBank();
});

afterAll(async () => {
  await bank.close();
  await standIns.close();
  await db.destroy();
  rmSync(folder, { recursive: true });
});

const ask = async (method: string, path: string, body?: unknown, key = DESK_KEY) => {
  const response = await fetch(url(config.ports.desk) + path, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
};

const figures = async (): Promise<StandInFigures> =>
  (await ask('GET', '/figures')).body as StandInFigures;

const texts = async (query: Record<string, string>): Promise<unknown> =>
  (await ask('GET', `/texts?${new URLSearchParams(query).toString()}`)).body;

const answers = (): Promise<true | undefined> =>
  bank.echo().then(
    () => true,
    () => undefined,
  );

/**
 * Ends them without a word to anybody, and starts them again with what stands in their files. The bank may learn later that its connection has
 * ended, and whoever asks over it until then gets no answer.
 */
async function again(): Promise<void> {
  await standIns.close();
  standIns = await openStandIns(config);
  await waitUntil('the hosts to answer', answers, { deadlineMs: 10_000 });
}

const authorise = (token: string, key: string, amount: string, currency = 'EUR') =>
  bank.authorise({ key, token, currency, amount });

describe('hosts', () => {
  const CARD = { kind: 'card', token: 'card-1', currency: 'EUR', balance: '1000' };
  const MOBILE = { kind: 'mobile', token: 'mobile-1', currency: 'CNY', balance: '1000' };

  const statementIsThat = async ({ hosts }: Instruments, references: readonly string[]) => {
    await ask('POST', '/statements');
    const entries = await allEntries(hosts, today());
    expect(entries.map(({ reference }) => reference).sort()).toEqual([...references].sort());
  };

  it('open an account once, and only for whoever has the key', async () => {
    expect((await ask('POST', '/accounts', CARD, 'another key')).status).toBe(401);
    expect((await ask('POST', '/accounts', { ...CARD, balance: '-1' })).status).toBe(400);
    expect((await ask('GET', '/nothing')).status).toBe(404);
    for (const account of [CARD, MOBILE, { ...CARD, balance: '9999' }])
      expect((await ask('POST', '/accounts', account)).status).toBe(200);
    expect((await fetch(`${url(config.ports.desk)}/health`)).status).toBe(200);
  });

  it('know after a restart what they did, what is left, and what was asked before', async () => {
    const references: string[] = [];
    const done = async (asked: ReturnType<typeof authorise>): Promise<void> => {
      const answer = await asked;
      if (answer.outcome === 'refused') throw new Error(answer.reason);
      references.push(answer.reference);
    };
    await done(authorise('card-1', 'c1', '600'));
    await done(authorise('mobile-1', 'm1', '600', 'CNY'));
    await again();
    const short = { outcome: 'refused', reason: 'INSUFFICIENT_FUNDS' };
    expect(await authorise('card-1', 'c2', '500')).toEqual(short);
    expect(await authorise('mobile-1', 'm2', '500', 'CNY')).toEqual(short);
    await done(bank.complete({ key: 'c1/c', authorisation: 'c1', amount: '400' }));
    await again();
    await done(bank.release({ key: 'c1/r', authorisation: 'c1', amount: '200' }));
    await done(bank.release({ key: 'm1/r', authorisation: 'm1', amount: '100' }));
    expect(await figures()).toEqual({
      ...{ approvals: 2, completions: 1, reversals: 2, payOuts: 0, texts: 0, receipts: 0 },
    });
    await statementIsThat(bank, references);
    await again();
    await statementIsThat(bank, references);
    expect(await authorise('card-1', 'c3', '600')).toMatchObject({ outcome: 'done' });
  });

  it('take no money of another currency, and survive what is no message', async () => {
    const unknown = { outcome: 'refused', reason: 'INSTRUMENT_UNKNOWN' };
    expect(await authorise('card-1', 'c4', '1', 'CNY')).toEqual(unknown);
    expect(await authorise('mobile-1', 'm4', '1', 'EUR')).toEqual(unknown);
    const headers = { 'x-api-key': 'key of the bank' };
    const posted = { method: 'POST', headers, body: 'no JSON' };
    const path = '/transactions/type/merchantpay';
    expect((await fetch(url(config.ports.mobile) + path, posted)).status).toBe(400);
    await expect(bank.echo()).resolves.toBeUndefined();
  });

  it('leave a statement of a day on which nothing happened, too', () => {
    const file = join(config.statementFolder, `${today()}.csv`);
    expect(readFileSync(file, 'utf8')).toMatch(/^reference,kind,token,currency,amount\n/);
  });
});

describe('the message centre', () => {
  /** As the bank's node has it: a receipt for what was not noted yet is taken later. */
  class Parts implements PartStore {
    readonly known = new Map<string, Map<number, string>>();
    readonly noted: Receipt[] = [];

    accepted(id: string): Promise<ReadonlyMap<number, string>> {
      return Promise.resolve(this.known.get(id) ?? new Map<number, string>());
    }

    accept(id: string, part: number, carrierId: string): Promise<void> {
      this.known.set(id, new Map(this.known.get(id)).set(part, carrierId));
      return Promise.resolve();
    }

    note(receipt: Receipt): Promise<boolean> {
      const isKnown = [...this.known.values()].some((parts) =>
        [...parts.values()].includes(receipt.carrierId),
      );
      if (isKnown) this.noted.push(receipt);
      return Promise.resolve(isKnown);
    }
  }

  let parts: Parts;
  let sender: SmppSender;

  const connect = (): SmppSender =>
    new SmppSender(
      smppSchema(pathIn(folder)).parse({
        ...{ adapter: 'smpp', host: '127.0.0.1', port: config.ports.sms, systemId: 'bank' },
        ...{ passwordFile: config.secrets.sms, source: 'BANK', referenceTag: 0x1400 },
        reconnectMs: { least: 5, most: 20 },
      }),
      parts,
      { linkUp: () => undefined, linkDown: () => undefined },
    );

  beforeAll(() => {
    parts = new Parts();
    sender = connect();
  });

  afterAll(() => sender.close());

  const message = (id: string, text: string): Message => ({ channel: 'sms', to: PHONE, id, text });

  const REFERENCES = { 'login-1': 'BCDFG', 'login-2': 'HJKLM' } as const;

  const code = (loginId: keyof typeof REFERENCES, digits: string): Message => {
    const reference = REFERENCES[loginId];
    return message(
      `${loginId}~${digits}`,
      textOf('loginCode', 'zh', { code: digits, seconds: 15, reference }),
    );
  };

  const long = '您的订单已扣款。'.repeat(20);

  it('puts long texts together, and shows each login its own newest code', async () => {
    const sent = [code('login-1', '111111'), code('login-2', '222222'), code('login-1', '333333')];
    for (const each of [...sent, message('long', long)]) await sender.send(each);
    const codesOf = async (loginId: keyof typeof REFERENCES) =>
      z
        .array(z.string())
        .parse(await texts({ to: PHONE, containing: REFERENCES[loginId] }))
        .map(codeIn);
    expect(await codesOf('login-1')).toEqual(['111111', '333333']);
    expect(await codesOf('login-2')).toEqual(['222222']);
    expect(await texts({ containing: '订单' })).toEqual([long]);
    expect(await texts({ to: '+491713920002' })).toEqual([]);
  });

  it('tells of each delivery once, also of those that it took before it was started again', async () => {
    const all = async () => {
      const { texts: taken, receipts } = await figures();
      return taken > 0 && taken === receipts ? taken : undefined;
    };
    const count = await waitUntil('all receipts', all, MOST_MS);
    expect(parts.noted.map(({ state }) => state)).toEqual(Array(count).fill('delivered'));
    await sender.close();
    const lost = parts.noted.at(-1)?.carrierId ?? '';
    const journal = join(config.folder, 'texts.jsonl');
    await standIns.close();
    // The receipt was sent, and the process died before it had the answer.
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, lines.filter((line) => line !== `{"receipted":"${lost}"}`).join('\n'));
    standIns = await openStandIns(config);
    expect((await figures()).receipts).toBe(count - 1);
    sender = connect();
    await waitUntil('the receipt', all, MOST_MS);
    expect(parts.noted.map(({ carrierId }) => carrierId).filter((id) => id === lost)).toHaveLength(
      2,
    );
    expect(await texts({ containing: '订单' })).toEqual([long]);
  });

  it('recognises a message whose answer got lost, and does not deliver it twice', async () => {
    const before = await figures();
    const again = message('long', long);
    parts.known.delete(again.id);
    await sender.send(again);
    expect((await figures()).texts).toBe(before.texts);
    expect(await texts({ containing: '订单' })).toEqual([long]);
  });
});

describe('their files', () => {
  const journal = (): string => join(config.folder, 'cards.jsonl');

  it('are for their user alone', () => {
    for (const name of ['cards.jsonl', 'mobile.jsonl', 'texts.jsonl'])
      expect(statSync(join(config.folder, name)).mode & 0o777).toBe(0o600);
  });

  it('may end in half a line, of which nobody was told; any other damage is refused', async () => {
    const before = await figures();
    appendFileSync(journal(), '{"event":"do');
    await again();
    expect(await figures()).toEqual(before);
    const whole = readFileSync(journal(), 'utf8');
    await standIns.close();
    writeFileSync(journal(), `${whole}{"event":"unknown"}\n`);
    await expect(openStandIns(config)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
    writeFileSync(journal(), whole);
    standIns = await openStandIns(config);
  });
});
