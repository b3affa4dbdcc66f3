// SPDX-License-Identifier: Apache-2.0
// The alerts as a page follows them: over a real connection, which is lost and made again.
import { EventEmitter, once } from 'node:events';
import { request } from 'node:https';
import type { ServerEvent } from '@fabric-offline-pay/node-common/client';
import type { BlockSource } from '@fabric-offline-pay/node-common/node';
import type { CommittedBlock } from '@fabric-offline-pay/sdk';
import { eventually } from '../../../../../test/support/eventually.js';
import type { BankClient } from '../http/bank-client.js';
import { BankHouse } from '../testing/bank-house.js';

/** A ledger on which alarms are raised and decided. */
class AlarmLedger implements BlockSource {
  readonly #blocks: CommittedBlock[] = [];
  readonly #news = new EventEmitter();

  constructor() {
    this.#add([]);
  }

  say(orderNumber: string, decidedAt: number | null): void {
    const alarm = { bankId: 'bank-1', merchantId: 'shop', orderNumber, raisedAt: 1, decidedAt };
    this.#add([{ key: `alarm/shop/${orderNumber}`, value: JSON.stringify(alarm) }]);
  }

  async *committedBlocks(from: bigint, signal: AbortSignal): AsyncGenerator<CommittedBlock> {
    for (let next = Number(from); !signal.aborted;) {
      const block = this.#blocks[next];
      if (block === undefined) await once(this.#news, 'block', { signal }).catch(() => undefined);
      else {
        yield block;
        next += 1;
      }
    }
  }

  #add(changes: CommittedBlock['transactions'][number]['changes']): void {
    const number = this.#blocks.length;
    const [hash, previousHash] = [`b${number}`, number === 0 ? '' : `b${number - 1}`];
    const what = { transactionId: `t${number}`, index: 0, mspId: 'BankMSP', events: [], changes };
    this.#blocks.push({ number: BigInt(number), hash, previousHash, transactions: [what] });
    this.#news.emit('block');
  }
}

const ledger = new AlarmLedger();
let house: BankHouse;
let operator: BankClient;

beforeAll(async () => {
  house = await BankHouse.open({ timeouts: { heartbeatMs: 50 } }, { blocks: ledger });
  operator = house.clientOf('operator', 'anna');
});
afterAll(() => house.close());

const subjectOf = ({ data }: ServerEvent): string => (data as { readonly subject: string }).subject;

/** A page that listens. */
class Page {
  readonly got: ServerEvent[] = [];
  readonly #stop = new AbortController();
  hasEnded = false;

  static async open(client: BankClient, lastEventId?: string): Promise<Page> {
    const page = new Page();
    const signal = page.#stop.signal;
    const events = await client.followAlerts(
      {},
      { signal, ...(lastEventId !== undefined && { lastEventId }) },
    );
    void page.#read(events);
    return page;
  }

  get last(): string {
    return this.got.at(-1)?.id ?? '';
  }

  /** Subjects of the alerts that came, in their order. */
  get subjects(): readonly string[] {
    return this.got.filter(({ data }) => data !== undefined).map(subjectOf);
  }

  until(what: string, holds: () => boolean): Promise<true> {
    return eventually(what, () => Promise.resolve(holds() || undefined));
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    await this.until('the end', () => this.hasEnded);
  }

  async #read(events: AsyncIterable<ServerEvent>): Promise<void> {
    try {
      for await (const event of events) this.got.push(event);
    } catch {
      // The page left, or the node ended the stream.
    }
    this.hasEnded = true;
  }
}

test('whoever comes gets the open alerts, then each one that changes; after a disconnect, what was missed', async () => {
  ledger.say('A-1', null);
  await eventually('the alert', async () =>
    (await operator.listAlerts({})).length === 1 ? true : undefined,
  );
  const page = await Page.open(operator);
  await page.until('the first', () => page.got.length === 2);
  expect(page.subjects).toEqual(['shop/A-1']);
  ledger.say('A-2', null);
  await page.until('the second', () => page.subjects.length === 2);
  const last = page.last;
  await page.leave();

  ledger.say('A-1', 5);
  ledger.say('A-3', null);
  await operator.acknowledgeAlert({ alertId: 'alarm/shop/A-2/1' });
  await eventually('the third', async () =>
    (await operator.listAlerts({})).length === 2 ? true : undefined,
  );
  const again = await Page.open(operator, last);
  await again.until('what was missed', () => again.subjects.length === 3);
  const missed = again.got.filter(({ data }) => data !== undefined);
  expect(missed.map(({ data }) => data)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ subject: 'shop/A-1', closedAt: 5 }),
      expect.objectContaining({ subject: 'shop/A-2', acknowledgedBy: 'anna' }),
      expect.objectContaining({ subject: 'shop/A-3', closedAt: null }),
    ]),
  );
  const ids = again.got.map(({ id }) => Number(id));
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
  await again.leave();
});

test.each(['nonsense', '999999999999', '-1'])(
  'who had an event that does not exist (%s) gets the open alerts',
  async (lastEventId) => {
    const page = await Page.open(operator, lastEventId);
    await page.until('the open ones', () => page.subjects.length === 2);
    expect(page.subjects.toSorted()).toEqual(['shop/A-2', 'shop/A-3']);
    await page.leave();
  },
);

test('is a stream of events with signs of life, which nobody stores', async () => {
  const { cert, key } = house.authority.issue({ commonName: 'raw', role: 'operator' });
  const url = new URL('/alerts/events', house.bank.url);
  const sent = request(url, { ca: house.authority.root, cert, key, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  expect(response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  let text = '';
  response.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await eventually('signs of life', () =>
    Promise.resolve(text.split(': \n\n').length > 2 || undefined),
  );
  // A sign of life may come before anything else.
  const events = text.replaceAll(': \n\n', '');
  expect(events).toMatch(/^retry: 2000\n\nevent: alert\ndata: \{.+\}\nid: \d+\n\n/);
  response.destroy();
});

test('only operators listen, and not without end: each a few times', async () => {
  await expect(house.clientOf('teller').followAlerts({})).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
  });
  const greedy = house.clientOf('operator', 'greedy');
  const pages = [];
  for (let index = 0; index < 5; index += 1) pages.push(await Page.open(greedy));
  await expect(greedy.followAlerts({})).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS' });
  await pages[0]?.leave();
  await eventually('room for one more', () =>
    Page.open(greedy).then(
      (page) => pages.push(page),
      () => undefined,
    ),
  );
  for (const page of pages) await page.leave();
});

test('a certificate that is revoked meanwhile hears nothing more', async () => {
  const certificate = house.authority.issue({ commonName: 'otto', role: 'operator' });
  const page = await Page.open(house.clientWith(certificate));
  await page.until('the open ones', () => page.subjects.length === 2);
  house.publish({ certificates: [certificate] });
  await page.until('the end', () => page.hasEnded);
});

test('a node that stops ends its streams, and does not wait for their callers', async () => {
  const page = await Page.open(operator);
  await page.until('the open ones', () => page.subjects.length === 2);
  const began = performance.now();
  await house.bank.close();
  await page.until('the end', () => page.hasEnded);
  expect(performance.now() - began).toBeLessThan(8_000);
});
