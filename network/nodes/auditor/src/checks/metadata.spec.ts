// SPDX-License-Identifier: Apache-2.0
// What stands beside a real network's blocks is right, and each byte of it that is another is named.
import { readBlock } from '../blocks/read-block.js';
import type { RawBlock } from '../blocks/raw-block.js';
import { REAL_BLOCKS, realBlock } from '../testing/real-blocks.js';
import { commitHashOf, metadataFindings } from './metadata.js';

const blockOf = (number: (typeof REAL_BLOCKS)[number]): RawBlock => readBlock(realBlock(number));

/** All bits of one byte are others. */
function withByte(block: RawBlock, part: number, at: number): RawBlock {
  const bytes = Buffer.from(block.beside[part] ?? []);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 255, at);
  return { ...block, beside: block.beside.with(part, bytes) };
}

test.each(REAL_BLOCKS)('beside block %i stands what its orderers signed', (number) => {
  expect(metadataFindings(blockOf(number), 0)).toEqual([]);
});

test('peers of Fabric note these hashes of what blocks 1 and 2 changed', () => {
  const first = commitHashOf([], blockOf(1));
  expect(first.finding).toBeUndefined();
  expect(commitHashOf(first.hashes, blockOf(2)).finding).toBeUndefined();
});

test('an orderer’s blocks have no such hash from the first on', () => {
  const bare = ({ beside, ...block }: RawBlock) => ({
    ...block,
    beside: beside.with(4, new Uint8Array()),
  });
  const first = commitHashOf([], bare(blockOf(1)));
  expect(first).toEqual({ hashes: [], finding: undefined });
  expect(commitHashOf(first.hashes, bare(blockOf(2))).finding).toBeUndefined();
});

test('a peer that once noted a hash always does', () => {
  const { hashes } = commitHashOf([], blockOf(1));
  const block = blockOf(2);
  const bare = { ...block, beside: block.beside.with(4, new Uint8Array()) };
  expect(commitHashOf(hashes, bare).finding).toMatchObject({ rule: 'block.commitHash', block: 2 });
});

test.each([1, 33])('byte %i of the noted hash is another: this block alone is named', (at) => {
  const changed = commitHashOf([], withByte(blockOf(1), 4, at));
  expect(changed.finding).toMatchObject({ rule: 'block.commitHash', block: 1 });
  expect(commitHashOf(changed.hashes, blockOf(2)).finding).toBeUndefined();
});

test('an outcome is another, and the peer’s hash is not: this block alone is named', () => {
  const block = blockOf(1);
  const changed = commitHashOf([], { ...block, codes: Uint8Array.of(0, 11, 0) });
  expect(changed.finding).toMatchObject({ rule: 'block.commitHash', block: 1 });
  expect(commitHashOf(changed.hashes, blockOf(2)).finding).toBeUndefined();
});

test('the last block with settings is another than that the orderers signed', () => {
  const [finding] = metadataFindings(withByte(blockOf(451), 1, 2), 0);
  expect(finding).toMatchObject({ rule: 'block.metadata', block: 451, subject: 'last settings' });
});

test('the orderers signed that settings came in a block that brought none', () => {
  const subjects = metadataFindings(blockOf(104), 86).map(({ subject }) => subject);
  expect(subjects).toEqual(['last settings, signed', 'last settings']);
});

test.each([
  ['orderer', (beside: readonly Uint8Array[]) => beside.with(3, Uint8Array.of(1))],
  ['parts', (beside: readonly Uint8Array[]) => [...beside, new Uint8Array()]],
  [
    'signatures',
    (beside: readonly Uint8Array[]) =>
      beside.with(0, Buffer.concat([beside[0] ?? new Uint8Array(), Uint8Array.of(0x7a, 0)])),
  ],
])('something else stands in place of: %s', (subject, change) => {
  const block = blockOf(104);
  const findings = metadataFindings({ ...block, beside: change(block.beside) }, 0);
  expect(findings).toMatchObject([{ rule: 'block.metadata', block: 104, subject }]);
});
