// SPDX-License-Identifier: Apache-2.0
// The process that tells a shop is killed at some moment: the next one tells the rest, in order, and what is told twice has the same id.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPlace, urlOf } from '../../../common/src/testing/test-place.js';
import { openMerchantDatabase } from '../database/open-database.js';
import { noteEvent } from '../events/note-event.js';
import { openReceiver, type Receiver } from '../../../common/src/testing/receiver.js';
import { registerEndpoint } from './endpoints.js';
import { Seal } from './seal.js';

const PROGRAM = join(__dirname, '..', '..', 'dist', 'testing', 'deliver-process.js');
const ORDERS = 10;
const EACH = 15;

const key = randomBytes(32);
let folder: string;
let place: string;
let receiver: Receiver;

const nothing = (): Promise<void> => Promise.resolve();

beforeAll(async () => {
  receiver = await openReceiver();
  folder = mkdtempSync(join(tmpdir(), 'offpay-killed-'));
  const data = join(folder, 'data');
  const opened = await testPlace(data);
  place = urlOf(opened) ?? data;
  const db = await openMerchantDatabase(opened);
  const context = {
    db,
    clock: Date.now,
    seal: new Seal(key),
    reach: 'loopback',
    ask: nothing,
  } as const;
  await registerEndpoint(context, { endpointId: 'shop', url: receiver.url, types: [] });
  await db.transaction().execute(async (transaction) => {
    for (let number = 0; number < EACH; number += 1)
      for (let order = 0; order < ORDERS; order += 1)
        await noteEvent(Date.now, nothing)(transaction, {
          key: [order.toString(), number.toString()],
          type: 'order.captured',
          subject: `order/m/${order}`,
          data: { order, number },
          at: 1_800_000_000,
        });
  });
  await db.destroy();
});
afterAll(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true });
});

const start = () => spawn(process.execPath, [PROGRAM, place, key.toString('base64')]);

interface Told {
  readonly id: unknown;
  readonly order: number;
  readonly number: number;
}

const told = (): readonly Told[] =>
  receiver.received.map(({ headers, body }) => ({
    id: headers['webhook-id'],
    ...(JSON.parse(body) as { data: Omit<Told, 'id'> }).data,
  }));

test('nothing is lost, and nothing is told out of order', async () => {
  const killed = start();
  receiver.answer = () => {
    if (receiver.received.length >= 40) killed.kill('SIGKILL');
    return 204;
  };
  const [, signal] = (await once(killed, 'exit')) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  receiver.answer = () => 204;
  const [code] = (await once(start(), 'exit')) as [number | null];
  expect(code).toBe(0);
  const ids = new Map<string, unknown>();
  const numbers = new Map<number, number>();
  for (const { id, order, number } of told()) {
    const name = `${order}/${number}`;
    if (ids.has(name)) expect(ids.get(name)).toBe(id);
    else expect(number).toBe(numbers.get(order) ?? 0);
    ids.set(name, id);
    numbers.set(order, Math.max(numbers.get(order) ?? 0, number + 1));
  }
  expect(ids.size).toBe(ORDERS * EACH);
});
