// SPDX-License-Identifier: Apache-2.0
// Random lives of devices. Vouchers of honest devices are always paid and never accused, in any order of settlement. A
// device with two branches is always caught, and its payments before the fork are not affected.
import fc from 'fast-check';
import { defined, firstOf, itemAt, valueFor } from '../../../../test/support/defined';
import { SEED } from '../../../../test/support/seeded';
import {
  newDevice,
  newRequest,
  openReserveOf,
  pay,
  presentedBy,
  settleContext,
  terminalView,
  type Device,
  type Payment,
} from '../../../../test/support/offline-world';
import type { CounterEntry, FraudRow, ReserveRow } from '../ledger/offline-rows';
import { acceptVoucher } from './accept-voucher';
import { contradictionOf } from './contradiction';
import { keyReader } from './device-key';
import { standing } from './reserve';
import { settleVoucher, type Settlement } from './settle-voucher';

fc.configureGlobal({ seed: SEED });

const MERCHANTS = ['merchant-1', 'merchant-2', 'merchant-3'];
const keyOf = keyReader();

interface Buy {
  readonly amount: number;
  readonly merchant: number;
}
const buys = (minLength: number, maxLength: number) =>
  fc.array(fc.record({ amount: fc.integer({ min: 1, max: 300 }), merchant: fc.nat({ max: 2 }) }), {
    minLength,
    maxLength,
  });

const buy = (device: Device, { amount, merchant }: Buy): Payment =>
  pay(device, newRequest({ amount: BigInt(amount), merchantId: itemAt(MERCHANTS, merchant) }));

const settle = (reserve: ReserveRow, { payment, merchant }: Bought): Settlement =>
  settleVoucher(
    reserve,
    payment,
    settleContext({ merchantId: itemAt(MERCHANTS, merchant), keyOf }),
  );

interface Bought extends Buy {
  readonly payment: Payment;
}
const shop = (device: Device, wanted: readonly Buy[]): Bought[] =>
  wanted.map((entry) => ({ ...entry, payment: buy(device, entry) }));

/** Settles all vouchers in this order, and asserts after each one that no money appeared. */
function settleAll(device: Device, order: readonly Bought[]) {
  const results: Settlement[] = [];
  let reserve = openReserveOf(device);
  let paid = 0n;
  for (const bought of order) {
    const settlement = settle(reserve, bought);
    results.push(settlement);
    reserve = defined(settlement.reserve, 'reserve');
    paid += BigInt(settlement.credit);
    expect(BigInt(reserve.settled)).toBe(paid);
    expect(BigInt(standing(reserve)) + paid).toBe(BigInt(reserve.funded));
    expect(paid <= BigInt(reserve.funded)).toBe(true);
  }
  return { reserve, results, paid };
}

/** A permutation of the things, some of them twice. */
const orderOf = <T>(things: readonly T[], picks: readonly number[]): T[] => {
  const rest = [...things];
  const order: T[] = [];
  for (const pick of picks) {
    if (rest.length === 0) break;
    const thing = firstOf(rest.splice(pick % rest.length, 1));
    order.push(thing);
    if (pick % 5 === 0) order.push(thing);
  }
  return [...order, ...rest];
};
const picks = fc.array(fc.nat({ max: 1000 }), { minLength: 40, maxLength: 40 });

it(`an honest device is paid once for each voucher and never accused (seed ${SEED})`, () => {
  fc.assert(
    fc.property(buys(1, 20), picks, (wanted, picked) => {
      const device = newDevice();
      const bought = shop(device, wanted);
      const seen = new Map<number, CounterEntry[]>();
      for (const { payment, merchant } of bought) {
        const known = seen.get(merchant) ?? [];
        const { requestPayload } = payment;
        const accepted = acceptVoucher(
          terminalView({ keyOf }),
          requestPayload,
          presentedBy(payment),
          known,
        );
        seen.set(merchant, [...known, accepted.entry]);
      }
      const order = orderOf(bought, picked);
      const { results, reserve, paid } = settleAll(device, order);
      results.forEach(({ verdict, fraud }, index) => {
        const repeated = order.indexOf(itemAt(order, index)) < index;
        expect(verdict).toBe(repeated ? 'duplicate' : 'settled');
        expect(fraud).toBeUndefined();
      });
      expect(paid).toBe(BigInt(wanted.reduce((sum, { amount }) => sum + amount, 0)));
      expect(reserve.status).toBe('active');
    }),
    { numRuns: 40 },
  );
});

it(`a device with two branches is always caught, and its past is not affected (seed ${SEED})`, () => {
  const kinds = new Set<FraudRow['kind']>();
  fc.assert(
    fc.property(buys(0, 6), buys(1, 6), buys(1, 6), picks, (before, left, right, picked) => {
      const device = newDevice();
      const prefix = shop(device, before);
      const fork = device.state;
      const leftBranch = shop(device, left);
      device.state = fork;
      const rightBranch = shop(device, right);
      const { results, reserve } = settleAll(
        device,
        orderOf([...prefix, ...leftBranch, ...rightBranch], picked),
      );
      expect(reserve.status).toBe('frozen');
      const frauds = results.flatMap(({ fraud }) => (fraud === undefined ? [] : [fraud]));
      expect(frauds.length).toBeGreaterThan(0);
      const entries = new Map(
        results
          .map(({ entry }) => defined(entry, 'entry'))
          .map((entry) => [entry.digest, entry] as const),
      );
      for (const { kind, settled, contradicting } of frauds) {
        kinds.add(kind);
        const pair = [valueFor(entries, settled[1]), valueFor(entries, contradicting[1])] as const;
        expect(contradictionOf(...pair)).toBe(kind);
        expect(Math.max(settled[0], contradicting[0])).toBeGreaterThan(fork.counter);
      }
    }),
    { numRuns: 60 },
  );
  expect([...kinds].sort()).toEqual(['cumulative', 'previousHash', 'sameCounter']);
});

it(`merchants of the past before a fork are paid, if they settle first (seed ${SEED})`, () => {
  fc.assert(
    fc.property(buys(1, 8), buys(1, 4), buys(1, 4), picks, (before, left, right, picked) => {
      const device = newDevice();
      const prefix = shop(device, before);
      const fork = device.state;
      const branches = shop(device, left);
      device.state = fork;
      branches.push(...shop(device, right));
      const order = orderOf(prefix, picked);
      const { results } = settleAll(device, [...order, ...branches]);
      const past = results.slice(0, order.length);
      expect(past.every(({ verdict }) => verdict === 'settled' || verdict === 'duplicate')).toBe(
        true,
      );
      const paid = new Set(past.map(({ entry }) => defined(entry, 'entry').counter));
      expect(paid.size).toBe(prefix.length);
    }),
    { numRuns: 10 },
  );
});
