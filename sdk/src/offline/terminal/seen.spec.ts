// SPDX-License-Identifier: Apache-2.0
// A terminal's records of a device outlive the program's version: their stored form must not change.
import { createHash } from 'node:crypto';
import type { CounterEntry } from '@fabric-offline-pay/domain';
import { memoryStore } from '../store/memory-store.js';
import { putSeen, seenOf } from './seen.js';

const DEVICE = {
  bankId: 'bank-1',
  customerId: 'customer-1',
  deviceId: 'device-1',
  epoch: 3,
  deviceKey: Buffer.alloc(64, 1),
};
const ENTRY: CounterEntry = {
  counter: 2,
  digest: 'digest-2',
  previous: 'digest-1',
  cumulative: '350',
  amount: '250',
};

test('entries are stored as tuples, under bank, customer, device, epoch and key', async () => {
  const store = memoryStore();
  await store.write([putSeen([ENTRY], DEVICE)]);
  const key = createHash('sha256').update(DEVICE.deviceKey).digest('hex');
  expect(await store.list('seen/')).toEqual([
    [`seen/bank-1/customer-1/device-1/00000003/${key}`, '[[2,"digest-2","digest-1","350","250"]]'],
  ]);
  expect(await seenOf(store, DEVICE)).toEqual([ENTRY]);
});

test.each([
  ['epoch', { epoch: 4 }],
  ['bank', { bankId: 'bank-2' }],
  ['key', { deviceKey: Buffer.alloc(64, 2) }],
])('nothing was seen of another %s', async (_, other) => {
  const store = memoryStore();
  await store.write([putSeen([ENTRY], DEVICE)]);
  expect(await seenOf(store, { ...DEVICE, ...other })).toEqual([]);
});
