// SPDX-License-Identifier: Apache-2.0
// Waiting for an order: at once when it is there, at the event that brings it there, and not for ever.
import { setImmediate as turn } from 'node:timers/promises';
import { DomainError } from '@fabric-offline-pay/domain';
import { RefusedError } from '../errors.js';
import type { EventOptions, LedgerEvent } from './ledger-events.js';
import { OrderWatch, type WatchedOrder } from './order-watch.js';

const KEY = { merchantId: 'm-1', orderNumber: 'o-1' };
const ELSEWHERE = { ...KEY, orderNumber: 'o-2' };

/** A ledger whose order has a state that the test sets, and events that the test sends. */
class OneLedger {
  state: string | undefined;
  asked = 0;
  #tell: (subject: string | Error) => void = () => undefined;

  async *events({ signal }: EventOptions): AsyncGenerator<LedgerEvent> {
    const waiting: (string | Error)[] = [];
    let wake = (): void => undefined;
    this.#tell = (subject) => {
      waiting.push(subject);
      wake();
    };
    signal?.addEventListener('abort', () => wake());
    while (signal?.aborted !== true) {
      const next = waiting.shift();
      if (next instanceof Error) throw next;
      if (next === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else yield { payload: { subject: next } } as LedgerEvent;
    }
  }

  async tell(subject: string | Error): Promise<void> {
    this.#tell(subject);
    await turn();
  }

  get client() {
    return {
      orderNumber: {
        readOrder: (): Promise<WatchedOrder> => {
          this.asked += 1;
          return this.state === undefined
            ? Promise.reject(new RefusedError(new DomainError('NOT_FOUND').toWire()))
            : Promise.resolve({ state: this.state } as WatchedOrder);
        },
      },
    };
  }
}

const isPaid = ({ state }: WatchedOrder): boolean => state === 'released';

let ledger: OneLedger;
let watch: OrderWatch;

beforeEach(() => {
  ledger = new OneLedger();
  watch = new OrderWatch(ledger, ledger.client, { deadlineMs: 200 });
});
afterEach(() => watch.close());

test('an order that is there needs no event', async () => {
  ledger.state = 'released';
  expect(await watch.until(KEY, isPaid)).toEqual({ state: 'released' });
});

test('each event of the order asks again, and no other does', async () => {
  const waiting = watch.until(KEY, isPaid);
  await turn();
  await ledger.tell('order/m-1/o-2');
  expect(ledger.asked).toBe(1);
  ledger.state = 'matched';
  await ledger.tell('order/m-1/o-1');
  ledger.state = 'released';
  await ledger.tell('order/m-1/o-1');
  expect(await waiting).toEqual({ state: 'released' });
  expect(ledger.asked).toBe(3);
});

test('a change between the question and the answer is not lost', async () => {
  let answer: ((order: WatchedOrder) => void) | undefined;
  const slow = {
    orderNumber: {
      readOrder: (): Promise<WatchedOrder> =>
        ledger.state === 'released'
          ? Promise.resolve({ state: 'released' } as WatchedOrder)
          : new Promise((resolve) => (answer = resolve)),
    },
  };
  const other = new OrderWatch(ledger, slow);
  const waiting = other.until(KEY, isPaid);
  await turn();
  ledger.state = 'released';
  await ledger.tell('order/m-1/o-1');
  answer?.({ state: 'matched' } as WatchedOrder);
  expect(await waiting).toEqual({ state: 'released' });
  await other.close();
});

test('several wait for one order, and for others', async () => {
  const waits = [KEY, KEY, ELSEWHERE].map((key) => watch.until(key, isPaid));
  await turn();
  ledger.state = 'released';
  await ledger.tell('order/m-1/o-1');
  await ledger.tell('order/m-1/o-2');
  expect(await Promise.all(waits)).toHaveLength(3);
});

test('a wait ends with the state that the order is in', async () => {
  ledger.state = 'matched';
  await expect(watch.until(KEY, isPaid)).rejects.toMatchObject({
    code: 'ORDER_WAITS',
    details: { ...KEY, state: 'matched' },
  });
});

test.each([
  ['the stream breaks', () => ledger.tell(new Error('broken'))],
  ['the watch is closed', () => watch.close()],
])('a wait ends when %s', async (_, end) => {
  const waiting = watch.until(KEY, isPaid);
  const refused = expect(waiting).rejects.toMatchObject({ code: 'ORDER_WAITS', details: KEY });
  await turn();
  await end();
  await refused;
});
