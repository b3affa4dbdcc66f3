// SPDX-License-Identifier: Apache-2.0
// What an account lets its customer do: money by currency, sessions, the step-up.
import type { AccountRow, Session } from '../ledger/rows';
import {
  credit,
  debit,
  endSessionsOf,
  ensureWithinOrder,
  ensureWithinWindow,
  moneyIn,
  needsStepUp,
  newAccount,
  noteStepUp,
  openSession,
  sinceStepUp,
  spend,
  withoutOver,
  withStatus,
  type Allowance,
} from './account';

const NOW = 1_800_000_000;
const WINDOW = { endsAt: NOW, seconds: 3600 };
const ALLOWANCE: Allowance = {
  limits: {
    perOrder: '600',
    perWindow: '1000',
    stepUp: '300',
    issue: '1',
    lossPerReserve: '0',
    lossPerPayee: '0',
  },
  percent: 50,
  window: WINDOW,
};
const EMPTY = newAccount({
  customerId: 'customer-1',
  bankId: 'bank-1',
  status: 'active',
  blocks: 0,
  missing: [],
});
const RICH = credit(EMPTY, { currency: 'EUR', amount: '5000' });
const euros = (amount: string) => ({ currency: 'EUR', amount });

const session = (loginId: string, values: Partial<Session> = {}): Session => ({
  loginId,
  deviceId: 'phone',
  key: '',
  until: NOW + 900,
  limits: { percent: 100, release: 'match' },
  ...values,
});
const idsOf = ({ sessions }: AccountRow): string[] => sessions.map(({ loginId }) => loginId);

describe('money', () => {
  it('is kept by currency', () => {
    const both = credit(RICH, { currency: 'CNY', amount: '7' });
    expect(moneyIn(both, 'EUR').available).toBe('5000');
    expect(moneyIn(debit(both, { currency: 'CNY', amount: '3' }), 'CNY').available).toBe('4');
    expect(moneyIn(both, 'JPY').available).toBe('0');
  });

  it('is not found under names that every object has', () => {
    expect(moneyIn(RICH, 'constructor')).toEqual({ available: '0', spent: [], sinceStepUp: [] });
  });

  it('cannot be spent twice', () => {
    expect(() => debit(RICH, euros('5001'))).toThrow(
      expect.objectContaining({ code: 'INSUFFICIENT_FUNDS' }) as Error,
    );
  });
});

describe('a limit', () => {
  const exceeded = expect.objectContaining({ code: 'LIMIT_EXCEEDED' }) as Error;

  it('of an order is the share that the reputation leaves', () => {
    ensureWithinOrder(euros('300'), ALLOWANCE);
    expect(() => ensureWithinOrder(euros('301'), ALLOWANCE)).toThrow(exceeded);
  });

  it('of the window counts what was spent, in its currency alone', () => {
    const spent = spend(RICH, euros('400'), WINDOW);
    ensureWithinWindow(spent, euros('100'), ALLOWANCE);
    expect(() => ensureWithinWindow(spent, euros('101'), ALLOWANCE)).toThrow(exceeded);
    ensureWithinWindow(spent, { currency: 'CNY', amount: '500' }, ALLOWANCE);
  });

  it('is not used up by money that is taken out in other ways', () => {
    ensureWithinWindow(debit(RICH, euros('5000')), euros('500'), ALLOWANCE);
  });
});

describe('a step-up', () => {
  it('is due when orders without one exceed the limit together, and then the count starts again', () => {
    const once = noteStepUp(RICH, euros('200'), WINDOW, false);
    expect(needsStepUp(RICH, euros('300'), ALLOWANCE)).toBe(false);
    expect(needsStepUp(RICH, euros('301'), ALLOWANCE)).toBe(true);
    expect(needsStepUp(once, euros('100'), ALLOWANCE)).toBe(false);
    expect(needsStepUp(once, euros('101'), ALLOWANCE)).toBe(true);
    const stepped = noteStepUp(once, euros('101'), WINDOW, true);
    expect(sinceStepUp(stepped, 'EUR', WINDOW)).toBe('0');
    expect(needsStepUp(stepped, euros('300'), ALLOWANCE)).toBe(false);
  });
});

describe('sessions', () => {
  const four = ['a', 'b', 'c', 'd'].reduce((row, id) => openSession(row, session(id)), EMPTY);

  it('are four at most: the oldest ends', () => {
    expect(idsOf(four)).toEqual(['a', 'b', 'c', 'd']);
    expect(idsOf(openSession(four, session('e')))).toEqual(['b', 'c', 'd', 'e']);
  });

  it('end with their device', () => {
    const two = openSession(openSession(EMPTY, session('a')), session('b', { deviceId: 'watch' }));
    expect(idsOf(endSessionsOf(two, 'phone'))).toEqual(['b']);
  });

  it('end with a block, for good', () => {
    const blocked = withStatus(four, { status: 'blocked', blocks: 1 });
    expect(blocked).toMatchObject({ status: 'blocked', blocks: 1, sessions: [] });
    expect(withStatus(blocked, { status: 'active', blocks: 1 }).sessions).toEqual([]);
  });

  it('end with their time', () => {
    expect(idsOf(withoutOver(four, NOW + 899))).toHaveLength(4);
    expect(idsOf(withoutOver(four, NOW + 900))).toEqual([]);
  });
});
