// SPDX-License-Identifier: Apache-2.0
// The changes between two bulletins: enough to put the newer one together, and no more.
import fc from 'fast-check';
import { SEED } from '../../../../test/support/seeded';
import { newBulletin, refusal } from '../../../../test/support/offline-world';
import type { Revocation } from '../ledger/offline-rows';
import {
  applyBulletinChanges,
  changesBetween,
  encodeBulletinChanges,
  joinedChanges,
} from './bulletin-changes';
import { decodeBulletin } from './bulletin';
import { parseCose } from './cose';

fc.configureGlobal({ seed: SEED });

const entry = (n: number): Revocation => ({
  customerId: `customer-${n}`,
  deviceId: 'phone',
  epoch: n % 2 === 0 ? 'all' : n,
});

const envelope = { kid: Buffer.alloc(8, 1), signature: Buffer.alloc(64, 2) };

/** The next list: some entries leave, and new ones come. */
const next = (list: readonly number[], leaves: readonly number[], comes: readonly number[]) => [
  ...list.filter((n) => !leaves.includes(n)),
  ...comes.filter((n) => !list.includes(n)),
];

it('any number of steps together lead from the first list to the last', () => {
  const some = fc.uniqueArray(fc.nat(12), { maxLength: 6 });
  fc.assert(
    fc.property(some, fc.array(fc.tuple(some, some), { maxLength: 5 }), (first, steps) => {
      let list: readonly number[] = first;
      const changes = steps.map(([leaves, comes]) => {
        const before = list.map(entry);
        list = next(list, leaves, comes);
        return changesBetween(before, list.map(entry));
      });
      const known = newBulletin({ revoked: first.map(entry) });
      const newest = newBulletin({ revoked: list.map(entry), number: known.number + steps.length });
      const bytes = encodeBulletinChanges(known.number, joinedChanges(changes), newest, envelope);
      const { payload } = parseCose('offpay/bulletin', applyBulletinChanges(known, bytes));
      expect(decodeBulletin(payload)).toEqual(newest);
    }),
  );
});

it('an entry that came and went in between is in neither list', () => {
  const [one, two] = [[entry(1)], [entry(1), entry(2)]];
  const changes = [changesBetween(one, two), changesBetween(two, one)];
  expect(joinedChanges(changes)).toEqual({ added: [], removed: [] });
});

it('a list in another order or with a duplicate entry is refused', () => {
  const before = [entry(1), entry(2)];
  for (const after of [
    [entry(2), entry(1)],
    [entry(3), entry(1), entry(2)],
    [entry(1), entry(2), entry(3), entry(3)],
  ])
    expect(refusal(() => changesBetween(before, after))).toBe('INPUT_INVALID');
});

it('changes from another bulletin are refused', () => {
  const known = newBulletin();
  const bytes = encodeBulletinChanges(
    known.number + 1,
    { added: [], removed: [] },
    known,
    envelope,
  );
  expect(refusal(() => applyBulletinChanges(known, bytes))).toBe('OFFLINE_MALFORMED');
});
