// SPDX-License-Identifier: Apache-2.0
import type { UnitId } from '@fabric-offline-pay/domain';
import { PHASES, walk, type UnitTasks } from './walk.js';

/** Records when units begin and end. A unit ends only when the gate allows it. */
function recorder(units: readonly UnitId[], fail: Partial<Record<UnitId, Error>> = {}) {
  const log: string[] = [];
  const task = (unit: UnitId) => ({
    begin: async () => {
      log.push(`${unit} begins`);
      await Promise.resolve();
      const error = fail[unit];
      if (error !== undefined) throw error;
      log.push(`${unit} ends`);
    },
    join: () => Promise.resolve(log.push(`${unit} joins`)),
  });
  const tasks: UnitTasks = Object.fromEntries(units.map((unit) => [unit, task(unit)]));
  return { log, tasks };
}

test('both factors begin before either ends, and the module joins them before reputation', async () => {
  const { log, tasks } = recorder(PHASES.login);
  await walk(PHASES.login, tasks);
  expect(log.indexOf('6 begins')).toBeLessThan(log.indexOf('5 ends'));
  expect(log.indexOf('4 ends')).toBeLessThan(log.indexOf('5 begins'));
  expect(log.indexOf('6 ends')).toBeLessThan(log.indexOf('4 joins'));
  expect(log.indexOf('4 joins')).toBeLessThan(log.indexOf('7 begins'));
});

test('after goods verification, partition and error report run in parallel, and so do the four logistics units', async () => {
  const { log, tasks } = recorder(PHASES.basket);
  await walk(PHASES.basket, tasks);
  expect(log.indexOf('8 ends')).toBeLessThan(log.indexOf('9 begins'));
  expect(log.indexOf('15 begins')).toBeLessThan(log.indexOf('9 ends'));
  expect(log.indexOf('1104 begins')).toBeLessThan(log.indexOf('1101 ends'));
  expect(log.indexOf('1104 ends')).toBeLessThan(log.indexOf('11 joins'));
});

test('the bank node waits for the alarm gate, not only for the comparison', async () => {
  const { log, tasks } = recorder(PHASES.settlement);
  await walk(PHASES.settlement, tasks);
  expect(log.filter((entry) => entry.endsWith('begins'))).toEqual(
    ['10', '12', '13', '15', '16', '14', '17'].map((unit) => `${unit} begins`),
  );
});

test('a refusal stops only the units after it', async () => {
  const refusal = new Error('refused');
  const { log, tasks } = recorder(PHASES.settlement, { '13': refusal });
  await expect(walk(PHASES.settlement, tasks)).rejects.toBe(refusal);
  expect(log).not.toContain('14 begins');
  expect(log).toContain('12 ends');
});
