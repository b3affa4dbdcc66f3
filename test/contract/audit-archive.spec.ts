// SPDX-License-Identifier: Apache-2.0
// Audits of archives on a disk: one that is damaged is named where it is damaged, and one that was mended is not named any more.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveBlocks, auditOnce } from '@fabric-offline-pay/auditor-node';
import { MSP_IDS } from '@fabric-offline-pay/testing';
import { beside, testPlace } from '../../network/nodes/common/src/testing/test-place.js';
import { defined, firstOf, itemAt } from '../support/defined.js';
import { COMPILED } from '../support/forged-ledger/audit-room.js';
import { CHAINCODE } from '../support/forged-ledger/forged-channel.js';
import { ForgedLedger } from '../support/forged-ledger/forged-ledger.js';
import { stored, type Sealed } from '../support/forged-ledger/sealing.js';
import { sealAll } from '../support/forged-ledger/tampering.js';

let sealed: readonly Sealed[];
let folder: string;
let place: Awaited<ReturnType<typeof testPlace>>;

beforeAll(async () => {
  const forged = await ForgedLedger.found();
  sealed = sealAll(forged.drafts, forged.channel.orderer(MSP_IDS.bank));
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offpay-archive-'));
  place = await testPlace();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (blocks: readonly Sealed[]): Buffer =>
  Buffer.concat(blocks.map(({ block }) => stored(block)));

const file = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);

const audit = () =>
  auditOnce({
    place: beside(place),
    ...{ blocksFrom: () => archiveBlocks(folder), chaincode: CHAINCODE },
    versions: { '*': COMPILED },
  });

const damageAt = (block: number, reason: RegExp) => ({
  report: {
    block: { number: block - 1 },
    findings: [
      {
        ...{ rule: 'block.readable', block, place: null, transactionId: '' },
        found: expect.stringMatching(reason) as string,
      },
    ],
  },
  incomplete: { code: 'ARCHIVE_DAMAGED' },
});

test('blocks of several files follow each other', async () => {
  file('blockfile_000000', bytesOf(sealed.slice(0, 4)));
  file('blockfile_000001', bytesOf(sealed.slice(4)));
  const { report, incomplete } = await audit();
  expect([report.block.number, report.findings, incomplete]).toEqual([
    ...[sealed.length - 1, [], undefined],
  ]);
});

test('files of one block each come in the order of their numbers', async () => {
  for (const [number, { block }] of sealed.entries())
    file(`${String(sealed.length - number)}.block`, block.serializeBinary());
  const { report } = await audit();
  expect([report.block.number, report.findings]).toEqual([sealed.length - 1, []]);
});

test('a block that is cut off is named, and no more when it is whole', async () => {
  const whole = bytesOf(sealed);
  file('blockfile_000000', whole.subarray(0, whole.length - 1));
  const last = sealed.length - 1;
  expect(await audit()).toMatchObject(damageAt(last, /^blockfile_000000, byte \d+: .*cut off$/));
  file('blockfile_000000', whole);
  const { report, incomplete } = await audit();
  expect([report.block.number, report.findings, incomplete]).toEqual([last, [], undefined]);
});

test('a length that takes everything after it away does not go unnoticed', async () => {
  const before = bytesOf(sealed.slice(0, 5));
  const bytes = Buffer.concat([before, bytesOf(sealed.slice(5))]);
  // The second byte of the length, which goes on.
  bytes.writeUInt8(bytes.readUInt8(before.length + 1) | 0x80, before.length + 1);
  file('blockfile_000000', bytes);
  expect(await audit()).toMatchObject(damageAt(5, /byte \d+/));
});

test('where the first block is damaged, the damage is all that is said', async () => {
  file('blockfile_000000', itemAt([bytesOf([firstOf(sealed)])], 0).subarray(0, 100));
  await expect(audit()).rejects.toThrow('blockfile_000000, byte 0: the block is cut off');
});

test('a last block that says to be one of those before it is named, also when only it is new', async () => {
  const last = sealed.length - 1;
  file('blockfile_000000', bytesOf(sealed.slice(0, last)));
  expect((await audit()).report.findings).toEqual([]);
  const { block } = itemAt(sealed, last);
  const header = defined(block.getHeader(), 'header').cloneMessage();
  header.setNumber(3);
  const other = block.cloneMessage();
  other.setHeader(header);
  file('blockfile_000001', stored(other));
  expect((await audit()).report).toMatchObject({
    block: { number: last - 1 },
    findings: [{ rule: 'block.number', block: last, found: 'block 3' }],
    stopped: { rule: 'block.number', block: last },
  });
});
