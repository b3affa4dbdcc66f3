// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { SEED } from '../../../test/support/seeded';
import { SortedRows } from './sorted-rows';

fc.configureGlobal({ seed: SEED });

const version = { block: 1, tx: 0 };
const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 3 });
const step = fc.record({ remove: fc.boolean(), key });

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

test('after any puts and deletes, a range equals that of a sorted list', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), key, key, (steps, start, end) => {
      const rows = new SortedRows();
      const expected = new Set<string>();
      for (const { remove, key: each } of steps) {
        if (remove) rows.delete(each);
        else rows.put({ key: each, value: Buffer.from(each), version });
        if (remove) expected.delete(each);
        else expected.add(each);
      }
      const inside = [...expected].filter(
        (each) => byBytes(each, start) >= 0 && byBytes(each, end) < 0,
      );
      expect([...rows.range(start, end)].map((row) => row.key)).toEqual(inside.sort(byBytes));
      expect([...rows.range('', '')]).toHaveLength(expected.size);
    }),
  );
});
