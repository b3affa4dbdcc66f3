// SPDX-License-Identifier: Apache-2.0
// The tree against the example of RFC 9162's predecessors, as Certificate Transparency's own tests have it, and every path of small trees.
import fc from 'fast-check';
import { sha256 } from '../platform/crypto.js';
import { leafHash, MerkleTree, rootFrom } from './merkle-tree.js';

const INPUTS = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));

/** Of the first one, two, … of the inputs. */
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const hashesOf = (count: number): Buffer[] =>
  Array.from({ length: count }, (_, index) => leafHash(Buffer.from(index.toString())));

test.each(ROOTS.map((root, index) => [index + 1, root] as const))(
  'of %i leaves the root is that of Certificate Transparency',
  (count, root) => {
    const tree = new MerkleTree(INPUTS.slice(0, count).map(leafHash));
    expect(tree.root.toString('hex')).toBe(root);
    expect(tree.size).toBe(count);
  },
);

test('of no leaves the root is the hash of nothing, and nothing has a path', () => {
  const tree = new MerkleTree([]);
  expect(tree.root).toEqual(sha256(''));
  expect(() => tree.pathOf(0)).toThrow(RangeError);
});

test('each leaf of each tree leads to its root, at its own place and in its own size only', () => {
  for (let size = 1; size <= 33; size += 1) {
    const hashes = hashesOf(size);
    const tree = new MerkleTree(hashes);
    for (const [index, hash] of hashes.entries()) {
      const path = tree.pathOf(index);
      expect(rootFrom(hash, { index, size, path })).toEqual(tree.root);
      expect(rootFrom(hash, { index: size, size, path })).toBeUndefined();
      expect(rootFrom(hash, { index, size, path: [...path, hash] })).toBeUndefined();
      if (path.length > 0)
        expect(rootFrom(hash, { index, size, path: path.slice(1) })).not.toEqual(tree.root);
    }
  }
});

test('a path with anything changed leads elsewhere or nowhere', () => {
  const sizes = fc.integer({ min: 2, max: 300 });
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.nat({ max: 255 }), (size, at, where, bit) => {
      const hashes = hashesOf(size);
      const tree = new MerkleTree(hashes);
      const index = at % size;
      const hash = hashes[index] ?? Buffer.alloc(0);
      const path = tree.pathOf(index).map((each) => Buffer.from(each));
      const changed = path[where % path.length];
      changed?.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(rootFrom(hash, { index, size, path })).not.toEqual(tree.root);
      const other = leafHash(hash);
      expect(rootFrom(other, { index, size, path: tree.pathOf(index) })).not.toEqual(tree.root);
      const next = (index + 1) % size;
      expect(rootFrom(hash, { index: next, size, path: tree.pathOf(index) })).not.toEqual(
        tree.root,
      );
    }),
    { numRuns: 60 },
  );
});

test.each([-1, 0.5, Number.NaN, 2 ** 31])('place %d is none', (index) => {
  const [hash] = hashesOf(1);
  expect(rootFrom(hash ?? Buffer.alloc(0), { index, size: 2 ** 32, path: [] })).toBeUndefined();
});
