// SPDX-License-Identifier: Apache-2.0
// What a terminal keeps of a device outlives the program: its form in the store stays as it is.
import type { CounterEntry } from '@fabric-offline-pay/domain';
import { memoryStore } from '../store/memory-store.js';
import { putSeen, seenOf } from './seen.js';

const DEVICE = { customerId: 'customer-1', deviceId: 'device-1', epoch: 3 };
const ENTRY: CounterEntry = {
  counter: 2,
  digest: 'digest-2',
  previous: 'digest-1',
  cumulative: '350',
  amount: '250',
};

test('entries are stored as tuples, under customer, device and epoch', async () => {
  const store = memoryStore();
  await store.write([putSeen([ENTRY], DEVICE)]);
  expect(await store.list('seen/')).toEqual([
    ['seen/customer-1/device-1/00000003', '[[2,"digest-2","digest-1","350","250"]]'],
  ]);
  expect(await seenOf(store, DEVICE)).toEqual([ENTRY]);
});

test('of another epoch nothing was seen', async () => {
  const store = memoryStore();
  await store.write([putSeen([ENTRY], DEVICE)]);
  expect(await seenOf(store, { ...DEVICE, epoch: 4 })).toEqual([]);
});
