// SPDX-License-Identifier: Apache-2.0
import { reconcileToday, type ReconciliationDesk } from './reconcile-today.js';

type Operator = ReconciliationDesk['operator'];
type Report = Awaited<ReturnType<Operator['readReconciliation']>>;

const today = (): string => new Date().toISOString().slice(0, 10);

const reportOf = (underWay: number, bookHost: number, changes: Partial<Report> = {}): Report => ({
  day: today(),
  ledger: { block: 9, hash: 'a' },
  hosts: {},
  counts: { 'ledger-book': 0, 'book-host': bookHost, underWay },
  differences: [],
  underWay: [],
  sums: {},
  madeAt: Math.floor(Date.now() / 1000),
  ...changes,
});

/** @param reports one for each look */
function deskOf(reports: (() => Report)[], quiet = true) {
  const done: string[] = [];
  const desk: ReconciliationDesk = {
    operator: {
      reconcileDay: ({ day }) => {
        done.push(`ask ${day}`);
        return Promise.resolve({ asked: true });
      },
      readReconciliation: () => {
        const next = reports.shift();
        return next === undefined ? Promise.reject(new Error('away')) : Promise.resolve(next());
      },
    },
    outside: {
      closeStatements: () => {
        done.push('statements');
        return Promise.resolve();
      },
    },
    height: () => Promise.resolve(10n),
    quiet: () => Promise.resolve(quiet),
  };
  return { desk, done };
}

it('closes the statements, asks for today, and waits for the report of now with the whole ledger', async () => {
  const old = () => reportOf(0, 7, { madeAt: 5 });
  const behind = () => reportOf(0, 7, { ledger: { block: 8, hash: 'a' } });
  const { desk, done } = deskOf([old, behind, () => reportOf(0, 0)]);
  const clean = { day: today(), ledgerBook: 0, bookHost: 0, underWay: 0 };
  expect(await reconcileToday(desk)).toEqual(clean);
  expect(done).toEqual(['statements', `ask ${today()}`]);
});

it('compares again when something came up meanwhile, and tells a difference that stays', async () => {
  const { desk, done } = deskOf([() => reportOf(1, 0), () => reportOf(0, 2), () => reportOf(0, 2)]);
  expect(await reconcileToday(desk)).toMatchObject({ bookHost: 2, underWay: 0 });
  expect(done.filter((what) => what === 'statements')).toHaveLength(3);
});

it('does not wait again for what does not end, such as what waits for a person', async () => {
  const { desk, done } = deskOf([() => reportOf(1, 0)], false);
  expect(await reconcileToday(desk)).toMatchObject({ underWay: 1 });
  expect(done).toHaveLength(2);
});

it('stops no run when the node does not answer', async () => {
  const { desk } = deskOf([]);
  const away = {
    ...desk,
    operator: { ...desk.operator, reconcileDay: () => Promise.reject(new Error('away')) },
  };
  expect(await reconcileToday(away)).toBeNull();
});
