// SPDX-License-Identifier: Apache-2.0
import type { Context } from 'fabric-contract-api';
import type { CheckpointRow, PayoutRow } from '@fabric-offline-pay/domain';
import { Store } from './store.js';

const KEY = ['merchant-1', 'EUR', 'redeem-1'] as const;
const row = (amount: string): PayoutRow => ({
  payeeId: 'merchant-1',
  currency: 'EUR',
  redeemId: 'redeem-1',
  amount,
  at: 0,
});
const checkpoint = (balance: string): CheckpointRow => ({
  payeeId: 'merchant-1',
  currency: 'EUR',
  balance,
  withheld: '0',
  debts: [],
});

/** A peer with rows that counts its requests. */
function peerWith(balance: string) {
  const asked: string[] = [];
  const written = new Map<string, string>();
  const stub = {
    getState: (key: string) => {
      asked.push(key);
      return Promise.resolve(Buffer.from(JSON.stringify(row(balance))));
    },
    getStateByRange: (from: string, to: string) => {
      asked.push(`${from} to ${to}`);
      const entries = [{ key: `${from}a`, value: Buffer.from(JSON.stringify(row(balance))) }];
      const next = () =>
        Promise.resolve(
          entries.length === 0 ? { done: true } : { done: false, value: entries.pop() },
        );
      return Promise.resolve({ next, close: () => Promise.resolve() });
    },
    putState: (key: string, value: Uint8Array) => {
      written.set(key, Buffer.from(value).toString());
      return Promise.resolve();
    },
  };
  return { store: new Store(stub as unknown as Context['stub']), asked, written };
}

describe('the rows of a transaction', () => {
  it('are read once, and then as they were put', async () => {
    const { store, asked } = peerWith('1');
    expect(await store.get('payout', ...KEY)).toEqual(row('1'));
    store.put('payout', row('2'));
    expect(await store.get('payout', ...KEY)).toEqual(row('2'));
    expect(asked).toHaveLength(1);
    expect(store.operations).toBe(2);
  });

  it('are read once as a range too, because a range sees only the rows from before', async () => {
    const { store, asked } = peerWith('1');
    const first = await store.range('payout', ['merchant-1']);
    store.put('payout', row('2'));
    expect(await store.range('payout', ['merchant-1'])).toEqual(first);
    expect(first.map(({ value }) => value)).toEqual([row('1')]);
    expect(asked).toHaveLength(1);
    await store.range('payout', ['merchant-1'], 5);
    expect(asked).toHaveLength(2);
  });

  it('keep the puts from before the failed work, and none of that work', async () => {
    const { store, written } = peerWith('1');
    await store.atomically(() => {
      store.put('payout', row('2'));
      return Promise.resolve();
    });
    const failing = store.atomically(async () => {
      await store.get('payout', ...KEY);
      store.put('payout', row('3'));
      store.put('payout', { ...row('4'), payeeId: 'merchant-2' });
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(await store.get('payout', ...KEY)).toEqual(row('2'));
    await store.flush('submit');
    expect([...written.values()]).toEqual([JSON.stringify(row('2'))]);
  });

  it('refuse a second put under one key without a read in between', async () => {
    const { store } = peerWith('1');
    store.put('payout', row('2'));
    store.put('payout', row('2'));
    expect(() => store.put('payout', row('3'))).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }) as Error,
    );
    expect(await store.get('payout', ...KEY)).toEqual(row('2'));
    store.put('payout', row('3'));
    expect(await store.get('payout', ...KEY)).toEqual(row('3'));
  });

  it('are not written when they have not changed', async () => {
    const { store, written } = peerWith('1');
    await store.get('payout', ...KEY);
    store.put('payout', row('1'));
    expect(store.dropUnchanged()).toBe(false);
    store.put('payout', row('2'));
    expect(store.dropUnchanged()).toBe(true);
    await store.flush('submit');
    expect([...written.values()]).toEqual([JSON.stringify(row('2'))]);
  });

  it('may not make or lose money', async () => {
    const { store, written } = peerWith('1');
    store.put('checkpoint', checkpoint('5'));
    await expect(store.flush('submit')).rejects.toMatchObject({
      code: 'INTERNAL',
      details: { invariant: 'conservation', currencies: ['EUR'] },
    });
    const supply = { kind: 'redeem' as const, currency: 'EUR', account: 'merchant-1', at: 0 };
    store.put('supply', { ...supply, amount: '5' }, 'bank-1', 'EUR', 'redeem', 'redeem-1');
    await expect(store.flush('submit')).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(written.size).toBe(0);
  });

  it('may hold money that a bank issued', async () => {
    const { store, written } = peerWith('1');
    const supply = { kind: 'issue' as const, currency: 'EUR', account: 'merchant-1', at: 0 };
    store.put('supply', { ...supply, amount: '5' }, 'bank-1', 'EUR', 'issue', 'issue-1');
    store.put('checkpoint', checkpoint('5'));
    await store.flush('submit');
    expect(written.size).toBe(2);
  });
});
