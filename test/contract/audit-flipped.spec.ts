// SPDX-License-Identifier: Apache-2.0
// One byte of a block file is another, whichever it is: the block is named, or the file as damaged in its place. No audit of it is clean,
// and none ends in any other way.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  archiveBlocks,
  ArchiveDamaged,
  DamagedBlockFile,
  type Finding,
  type RawBlock,
} from '@fabric-offline-pay/auditor-node';
import { runExpress } from '@fabric-offline-pay/sdk';
import { MSP_IDS } from '@fabric-offline-pay/testing';
import { defined, itemAt } from '../support/defined.js';
import { AuditRoom } from '../support/forged-ledger/audit-room.js';
import { ForgedLedger, slowerBlocks } from '../support/forged-ledger/forged-ledger.js';
import { stored } from '../support/forged-ledger/sealing.js';
import { sealAll } from '../support/forged-ledger/tampering.js';
import { SEED } from '../support/seeded.js';

const RUNS = 60;

let room: AuditRoom;
let folder: string;
/** Each block as it stands in the file. */
let blocks: readonly Buffer[];

beforeAll(async () => {
  const forged = await ForgedLedger.found();
  const { world } = forged;
  const device = await world.customer('customer-1', '1000000');
  const loginId = await world.login(device);
  await forged.changeSettings(slowerBlocks);
  await runExpress(
    await world.parties(),
    world.purchase(device, loginId, { orderNumber: 'ORD-1' }),
  );
  const sealed = sealAll(forged.drafts, forged.channel.orderer(MSP_IDS.bank));
  blocks = sealed.map(({ block }) => stored(block));
  room = await AuditRoom.open();
  folder = mkdtempSync(join(tmpdir(), 'offpay-flipped-'));
});
afterAll(async () => {
  await room.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly findings: readonly Finding[];
  /** Blocks that were read before the file is damaged. */
  readonly damagedAfter: number | undefined;
}

/** @returns the blocks of a file, until it is damaged */
async function readOf(bytes: Buffer) {
  writeFileSync(join(folder, 'blockfile_000000'), bytes);
  const read: RawBlock[] = [];
  try {
    for await (const block of archiveBlocks(folder)) read.push(block);
  } catch (error) {
    if (!(error instanceof DamagedBlockFile || error instanceof ArchiveDamaged)) throw error;
    return { read, isDamaged: true };
  }
  return { read, isDamaged: false };
}

async function audited(bytes: Buffer): Promise<Outcome> {
  const { read, isDamaged } = await readOf(bytes);
  const damagedAfter = isDamaged ? read.length : undefined;
  return { findings: await room.findingsIn(read), damagedAfter };
}

const isNamed = ({ findings, damagedAfter }: Outcome, block: number): boolean =>
  damagedAfter === block || findings.some((finding) => finding.block === block);

test('the file as it was written is clean', async () => {
  expect(await audited(Buffer.concat(blocks))).toEqual({ findings: [], damagedAfter: undefined });
});

test('whichever byte is another, its block is named', async () => {
  const place = fc.nat(blocks.length - 1).chain((block) =>
    fc.record({
      block: fc.constant(block),
      // What stands beside a block is a small part of it, and no part of its hash.
      at: fc.oneof(
        fc.nat(itemAt(blocks, block).length - 1),
        fc.integer({
          min: Math.max(0, itemAt(blocks, block).length - 1_000),
          max: itemAt(blocks, block).length - 1,
        }),
        fc.nat(80),
      ),
      by: fc.integer({ min: 1, max: 255 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(place, async ({ block, at, by }) => {
      const bytes = Buffer.from(itemAt(blocks, block));
      bytes.writeUInt8(bytes.readUInt8(at) ^ by, at);
      const outcome = await audited(Buffer.concat(blocks.with(block, bytes)));
      expect([isNamed(outcome, block), outcome]).toEqual([true, outcome]);
      expect(outcome.findings.filter((finding) => finding.block < block)).toEqual([]);
    }),
    { numRuns: RUNS, seed: SEED },
  );
});

test('every byte beside the last block is judged', async () => {
  const before = blocks.length - 1;
  const near = await AuditRoom.open();
  await near.auditOf().apply((await readOf(Buffer.concat(blocks.slice(0, before)))).read);
  const last = defined(blocks.at(-1), 'block');
  for (let at = last.length - 60; at < last.length; at += 1) {
    const bytes = Buffer.from(last);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const { read, isDamaged } = await readOf(bytes);
    const findings = await near.findingsIn(read);
    expect([at, isDamaged || findings.some(({ block }) => block === before)]).toEqual([at, true]);
  }
  await near.close();
});
