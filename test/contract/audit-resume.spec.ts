// SPDX-License-Identifier: Apache-2.0
// An audit that ends at any step goes on as if nothing had happened; pieces of any size give the same report, and two auditors sign the same.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openAuditorDatabase,
  type AuditorDatabase,
  type RawBlock,
} from '@fabric-offline-pay/auditor-node';
import { parseCose } from '@fabric-offline-pay/domain';
import { MSP_IDS } from '@fabric-offline-pay/testing';
import {
  Crash,
  Life,
  MortalEngine,
} from '../../network/nodes/bank/src/testing/hosts/mortal-engine.js';
import type { SqlEngine } from '@fabric-offline-pay/node-common/node';
import { testEngine } from '../../network/nodes/common/src/testing/test-place.js';
import {
  reportSigner,
  signReport,
  signedReport,
} from '../../network/nodes/auditor/src/report/sign-report.js';
import { TestOrganisation } from '../../network/nodes/auditor/src/testing/test-organisation.js';
import { RUN } from '../support/both-ways.js';
import { eventually } from '../support/eventually.js';
import { PROGRAM } from '../support/command-line.js';
import { EveryTransaction } from '../support/every-transaction.js';
import { AuditRoom, auditInPieces } from '../support/forged-ledger/audit-room.js';
import { ForgedLedger, slowerBlocks } from '../support/forged-ledger/forged-ledger.js';
import { stored, type Sealed } from '../support/forged-ledger/sealing.js';
import { rawOf, sealAll, withoutEndorsement } from '../support/forged-ledger/tampering.js';
import { itemAt } from '../support/defined.js';
import { passSeconds, resumeTime, stopTime } from '../support/passing-time.js';
import { SEED, seeded } from '../support/seeded.js';

let sealed: readonly Sealed[];
let blocks: readonly RawBlock[];
let room: AuditRoom;

/** In which one thing is found, so that findings are among what must come out the same. */
beforeAll(async () => {
  stopTime();
  const forged = await ForgedLedger.found();
  const every = new EveryTransaction({ ...forged.parts, passSeconds });
  await every.open();
  await every.newCustomer();
  await every.liveAllLives(RUN.express, 1);
  await forged.changeSettings(slowerBlocks);
  await forged.upgrade('second');
  await every.loginAgain();
  const last = forged.drafts.length - 3;
  const place = { draft: itemAt(forged.drafts, last), index: 0 };
  const draft = withoutEndorsement(place, forged.channel, MSP_IDS.bank);
  sealed = sealAll(forged.drafts.with(last, draft), forged.channel.orderer(MSP_IDS.bank));
  blocks = sealed.map(rawOf);
  resumeTime();
  room = await AuditRoom.open();
  await auditInPieces(room.auditOf(), blocks, PIECE);
});
afterAll(() => room.close());

const PIECE = 40;

const digestOf = (rows: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(rows)).digest('hex');

/** What every table holds: how many rows, and their digest. Those of the migrations, which note when they ran, are left out. */
async function tablesOf(db: AuditorDatabase): Promise<Readonly<Record<string, string>>> {
  const tables: Record<string, string> = {};
  for (const { name } of await db.introspection.getTables()) {
    const all = await db
      .selectFrom(name as 'findings')
      .selectAll()
      .execute();
    const rows = all.map((row) => JSON.stringify(row)).sort();
    tables[name] = `${rows.length} rows, ${digestOf(rows)}`;
  }
  return tables;
}

test('one thing is found, and every table has something', async () => {
  const { findings, transactions } = await room.report();
  expect(findings.map(({ rule }) => rule)).toEqual(['transaction.endorsements']);
  expect(transactions.valid).toBeGreaterThan(blocks.length);
});

/** A life that may also end before and after a replay; what it leaves open is undone at its end. */
const mortalReplay = (life: Life, engine: SqlEngine) => {
  const step = async (): Promise<void> => {
    try {
      life.step();
    } catch (error) {
      await engine.exec('rollback');
      throw error;
    }
  };
  return {
    run: async (...given: Parameters<AuditRoom['replay']['run']>) => {
      await step();
      const answer = await room.replay.run(...given);
      await step();
      return answer;
    },
  };
};

test('an audit that ends at any step goes on, and its tables are those of one that did not', async () => {
  const life = new Life();
  const engine = await testEngine();
  const db = await openAuditorDatabase({ engine: new MortalEngine(engine, life) });
  let deaths = 0;
  for (let start = 0; start < blocks.length; start += PIECE) {
    const piece = blocks.slice(start, start + PIECE);
    const before = await tablesOf(db);
    for (let steps = 0, isDone = false; !isDone; steps += 1) {
      const audit = room.auditOf(db, mortalReplay(life, engine));
      life.endAfter(steps);
      try {
        await audit.apply(piece);
        isDone = true;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        deaths += 1;
      }
      life.endAfter();
      if (!isDone) expect(await tablesOf(db)).toEqual(before);
    }
    // It did not hear that its work was done.
    await room.auditOf(db).apply(piece);
  }
  expect(deaths).toBeGreaterThan(100);
  expect(await tablesOf(db)).toEqual(await tablesOf(room.db));
  await engine.close();
});

test('a replay that fails leaves nothing of what was being written beside it', async () => {
  const other = await AuditRoom.open();
  await other.auditOf().apply(blocks.slice(0, PIECE));
  const before = await tablesOf(other.db);
  const replay = { run: () => Promise.reject(new Error('no memory')) };
  const audit = other.auditOf(other.db, replay);
  await expect(audit.apply(blocks.slice(PIECE, 2 * PIECE))).rejects.toThrow('no memory');
  expect(await tablesOf(other.db)).toEqual(before);
  await auditInPieces(other.auditOf(), blocks, PIECE);
  expect(await tablesOf(other.db)).toEqual(await tablesOf(room.db));
  await other.close();
});

test.each([1, 7, 1000])('pieces of %i blocks give the same report', async (size) => {
  const other = await AuditRoom.open();
  await auditInPieces(other.auditOf(), blocks, size);
  expect((await other.reportBytes()).toString()).toBe((await room.reportBytes()).toString());
  // Of states between, there is a digest after each piece.
  const others = expect.any(String) as string;
  expect(await tablesOf(other.db)).toEqual({
    ...(await tablesOf(room.db)),
    state_digests: others,
  });
  await other.close();
});

test('two auditors sign the same', async () => {
  const report = await room.report();
  const payloads = await Promise.all(
    ['OneMSP', 'OtherMSP'].map(async (mspId) => {
      const { certificate, key } = new TestOrganisation(mspId).member('client');
      const pem = key.export({ type: 'pkcs8', format: 'pem' }) as string;
      const bytes = await signReport(report, reportSigner(certificate, pem));
      expect(signedReport(bytes, certificate)).toEqual(report);
      return parseCose('offpay/audit-report', bytes).payload.toString();
    }),
  );
  expect(payloads).toEqual(Array(2).fill((await room.reportBytes()).toString()));
});

describe('a real process', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'offpay-killed-'));
    const bytes = Buffer.concat(sealed.map(({ block }) => stored(block)));
    writeFileSync(join(folder, 'blockfile_000000'), bytes);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const reportFile = () => join(folder, 'report');

  const tables = () => join(folder, 'tables');

  /** @param killAfter ms from when it has begun its tables; undefined: it runs to its end @returns its exit code */
  async function run(killAfter: number | undefined): Promise<number | null> {
    const options = ['--blocks', folder, '--database', tables(), '--report', reportFile()];
    const child = spawn(process.execPath, [PROGRAM, 'audit', ...options], { stdio: 'ignore' });
    const ended = once(child, 'close') as Promise<[number | null]>;
    if (killAfter !== undefined) {
      await eventually('tables', () => Promise.resolve(existsSync(tables()) || undefined));
      setTimeout(() => child.kill('SIGKILL'), killAfter).unref();
    }
    const [code] = await ended;
    return code;
  }

  test('is killed at random moments, and the next one ends with the same report', async () => {
    const random = seeded();
    let kills = 0;
    // The first one dies as soon as it has tables, the others when chance will have it.
    for (const longest of [1, 1_000, 2_000, 3_000])
      if ((await run(random(longest))) === null) kills += 1;
    expect([SEED, await run(undefined)]).toEqual([SEED, 1]);
    expect(kills).toBeGreaterThan(0);
    expect(readFileSync(reportFile(), 'utf8')).toBe((await room.reportBytes()).toString());
  });
});
