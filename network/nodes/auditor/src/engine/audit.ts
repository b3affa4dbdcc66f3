// SPDX-License-Identifier: Apache-2.0
// Audits blocks in the order of the ledger. What blocks say, what was found in them and how far the audit has come are one database
// transaction, so that after any crash everything was judged exactly once; and what it holds in memory grows with the blocks of one
// transaction, not with the ledger.
import type { LedgerPosition } from '@fabric-offline-pay/node-common/node';
import {
  addRows,
  lockPosition,
  writePosition,
  type PositionTables,
} from '@fabric-offline-pay/node-common/node';
import type { Kysely } from 'kysely';
import type { RawBlock } from '../blocks/raw-block.js';
import { chainProblem } from '../checks/block-checks.js';
import type { AuditTables } from '../database/audit-tables.js';
import type { AuditorDatabase, AuditorTransaction } from '../database/schema.js';
import type { StateTables } from '../state/state-tables.js';
import type { ObligationTables } from '../obligations/obligation-tables.js';
import type { FindingTables } from '../findings/finding-tables.js';
import { keepFindings } from '../findings/keep-findings.js';
import type { Finding } from '../findings/finding.js';
import { keepObligations } from '../obligations/keep-obligations.js';
import type { ReplayThread } from '../replay/replay-thread.js';
import { LedgerState } from '../state/ledger-state.js';
import { MOST_OF_NAME, storable } from '../state/storable.js';
import { StateDigest } from '../state/state-digest.js';
import { judgeBlock } from './judged.js';
import { carryMoney, readCarried, writeCarried, type Carried } from './carried.js';
import { partsByRules } from './parts-by-rules.js';
import { rowNames } from './row-names.js';
import { readRules, type RulesInForce } from './rules-in-force.js';
import { SegmentAudit, type AuditedTransaction, type Segment } from './segment.js';

/** Tables that are made from what was audited, in the same database transaction, after the ledger's rows are written. */
export interface AuditProjection {
  /** @returns what is found on the way */
  apply(
    transaction: AuditorTransaction,
    audited: readonly AuditedTransaction[],
    blocks: readonly RawBlock[],
  ): Promise<readonly Finding[]>;
}

export interface AuditParts {
  readonly db: AuditorDatabase;
  /** The name of the audited chaincode. */
  readonly chaincode: string;
  readonly replay: Pick<ReplayThread, 'run'>;
  readonly projections?: readonly AuditProjection[];
  /** Hash of block 0, when it is known otherwise. */
  readonly genesis?: string | undefined;
}

/** What came of some blocks. */
export interface AuditStep {
  /** The first block that was not audited. */
  readonly nextBlock: number;
  readonly findings: readonly Finding[];
  /** The block with which the audit ended: what comes after it says nothing about this ledger. */
  readonly stopped: Finding | undefined;
}

interface Remembered {
  readonly position: LedgerPosition;
  readonly rules: RulesInForce;
}

const isSame = (a: LedgerPosition, b: LedgerPosition): boolean =>
  a.nextBlock === b.nextBlock && a.lastHash === b.lastHash;

const lastOf = ({ nextBlock, lastHash }: LedgerPosition) =>
  nextBlock === 0 ? undefined : { number: nextBlock - 1, hash: lastHash };

const after = (position: LedgerPosition, { number, hash }: RawBlock): LedgerPosition => ({
  nextBlock: number + 1,
  lastHash: hash,
  firstHash: number === 0 ? hash : position.firstHash,
});

/** What came of blocks that continue the ledger. */
interface Run {
  readonly rules: RulesInForce;
  readonly carried: Carried;
  readonly findings: Finding[];
  readonly audited: readonly RawBlock[];
  readonly stopped: Finding | undefined;
}

/** Settings by which nobody can judge, or none, end the audit: whatever came after them would count as right. */
function unjudgeable({ channel }: RulesInForce, blocks: readonly RawBlock[]): Finding | undefined {
  if (channel !== undefined) return undefined;
  return {
    ...{ rule: 'config.content', block: (blocks.at(-1)?.number ?? 0) + 1, subject: 'settings' },
    ...{ expected: 'settings by which blocks can be judged', found: 'others' },
  };
}

async function readStop(db: AuditorTransaction): Promise<Finding | undefined> {
  const row = await db.selectFrom('audit_stops').select('finding').executeTakeFirst();
  return row && (JSON.parse(row.finding) as Finding);
}

/** @returns the blocks that continue the ledger, and what is wrong with the one after them */
function continuing(
  position: LedgerPosition,
  blocks: readonly RawBlock[],
  genesis: string | undefined,
) {
  let now = position;
  const sound: RawBlock[] = [];
  for (const block of blocks) {
    const stopped = chainProblem(lastOf(now), block, genesis);
    if (stopped !== undefined) return { sound, stopped, position: now };
    sound.push(block);
    now = after(now, block);
  }
  return { sound, stopped: undefined, position: now };
}

async function knownIds(
  db: AuditorTransaction,
  blocks: readonly RawBlock[],
): Promise<ReadonlySet<string>> {
  const ids = blocks.flatMap(({ transactions }) => transactions.map(({ id }) => text(id)));
  if (ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('audited_transactions')
    .select('id')
    .where('id', 'in', ids)
    .execute();
  return new Set(rows.map(({ id }) => id).filter((id) => id !== ''));
}

const text = (content: string): string => storable(content, MOST_OF_NAME);

const kept = ({ block, transaction, outcome, name }: AuditedTransaction) =>
  ({
    block,
    ...{ place: transaction.index, id: text(transaction.id), kind: transaction.content.kind },
    chaincode: transaction.content.kind === 'call' ? text(transaction.content.chaincode) : '',
    name: text(name),
    msp_id: text(transaction.creator?.identity.mspId ?? ''),
    ...{ at: transaction.at, noted: transaction.code, outcome },
  }) satisfies AuditTables['audited_transactions'];

/** Kysely cannot know that a database with more tables is one with fewer. */
const only = <Tables>(db: AuditorTransaction): Kysely<Tables> => db as unknown as Kysely<Tables>;

export class Audit {
  readonly #parts: AuditParts;
  #remembered: Remembered | undefined;

  constructor(parts: AuditParts) {
    this.#parts = parts;
  }

  /**
   * @param blocks that follow each other
   * @param how whether the tables may have the first of them already, which are left out then; default: yes
   * @throws what database and replay throw; then nothing of it has happened
   */
  async apply(
    blocks: readonly RawBlock[],
    how: { readonly mayRepeat: boolean } = { mayRepeat: true },
  ): Promise<AuditStep> {
    const { step, remembered } = await this.#parts.db
      .transaction()
      .execute((transaction) => this.#applyIn(transaction, blocks, how));
    this.#remembered = remembered;
    return step;
  }

  async #applyIn(
    db: AuditorTransaction,
    all: readonly RawBlock[],
    { mayRepeat }: { readonly mayRepeat: boolean },
  ): Promise<{ readonly step: AuditStep; readonly remembered: Remembered | undefined }> {
    const position = await lockPosition(only<PositionTables>(db));
    const before = await readStop(db);
    if (before !== undefined)
      return {
        step: { nextBlock: position.nextBlock, findings: [], stopped: before },
        remembered: undefined,
      };
    const blocks = mayRepeat ? all.filter(({ number }) => number >= position.nextBlock) : all;
    const { sound, stopped } = continuing(position, blocks, this.#parts.genesis);
    const run = await this.#run(db, sound, await this.#rulesAt(db, position));
    const end = run.audited.reduce(after, position);
    const findings = [...run.findings];
    const stop = run.stopped ?? stopped;
    if (stop !== undefined) {
      findings.push(stop);
      await this.#stop(db, stop);
    }
    await keepFindings(only<FindingTables>(db), findings);
    if (run.audited.length > 0) await this.#carryOn(db, end, run.rules, run.carried);
    return {
      step: { nextBlock: end.nextBlock, findings, stopped: stop },
      remembered: { position: end, rules: run.rules },
    };
  }

  /** Audits one part after the other, until rules come by which nobody can judge. */
  async #run(
    db: AuditorTransaction,
    blocks: readonly RawBlock[],
    before: RulesInForce,
  ): Promise<Run> {
    const run = {
      ...{ rules: before, carried: await readCarried(db) },
      ...{ findings: [] as Finding[], audited: [] as RawBlock[] },
      stopped: undefined as Finding | undefined,
    };
    for (const part of partsByRules(blocks)) {
      const segment = await this.#segment(db, part, run);
      run.rules = segment.rules;
      run.carried = await this.#carry(db, run, segment, part);
      run.findings.push(...segment.findings);
      run.audited.push(...part);
      run.stopped = unjudgeable(run.rules, part);
      if (run.stopped !== undefined) break;
    }
    return run;
  }

  async #carry(
    db: AuditorTransaction,
    { carried, findings }: Pick<Run, 'carried' | 'findings'>,
    { transactions, commitHashes }: Segment,
    blocks: readonly RawBlock[],
  ): Promise<Carried> {
    const { money, history, ...found } = carryMoney(carried.money, transactions, blocks);
    findings.push(...found.findings);
    await addRows(db, 'money_history', history, 'block');
    const changed = transactions.flatMap((each) => each.changed ?? []);
    const spans = await keepObligations(only<ObligationTables>(db), changed, carried.spans);
    return { money, spans, commitHashes };
  }

  async #segment(
    db: AuditorTransaction,
    blocks: readonly RawBlock[],
    { rules, carried: { commitHashes } }: Pick<Run, 'rules' | 'carried'>,
  ): Promise<Segment> {
    const judging = blocks.map((block) => judgeBlock(block, rules));
    // One may fail before its turn comes.
    for (const each of judging) each.catch(() => undefined);
    const state = new LedgerState(only<StateTables>(db));
    await state.load(
      blocks.flatMap(({ transactions }) => transactions.flatMap((each) => [...rowNames(each)])),
    );
    const known = await knownIds(db, blocks);
    const { chaincode } = this.#parts;
    const audit = new SegmentAudit({ chaincode, state, rules, commitHashes, known });
    for (const judged of judging) await audit.block(await judged);
    const { result } = audit;
    // Runs elsewhere while the rows are written here. Both come to their end before one that failed undoes the transaction: what is written
    // after that is written outside of it.
    const work = [this.#replay(result), this.#save(db, state, result, blocks)];
    for (const each of await Promise.allSettled(work))
      if (each.status === 'rejected') throw each.reason;
    return result;
  }

  async #replay({ replays, findings }: Segment): Promise<void> {
    const all = await this.#parts.replay.run(replays.map(({ call }) => call));
    all.forEach((differences, index) => {
      const place = replays[index]?.finding;
      if (place !== undefined)
        findings.push(...differences.map((difference) => ({ ...difference, ...place })));
    });
  }

  async #save(
    db: AuditorTransaction,
    state: LedgerState,
    { transactions, findings }: Segment,
    blocks: readonly RawBlock[],
  ): Promise<void> {
    const row = await db.selectFrom('ledger_digest').select('sum').executeTakeFirst();
    const digest = new StateDigest(row?.sum);
    await state.save(digest);
    const digested = { id: 1, sum: digest.bytes() };
    await db
      .insertInto('ledger_digest')
      .values(digested)
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ sum: digested.sum }))
      .execute();
    const block = blocks.at(-1)?.number ?? 0;
    await db.insertInto('state_digests').values({ block, digest: digest.hex() }).execute();
    await addRows(db, 'audited_transactions', transactions.map(kept), 'block');
    for (const projection of this.#parts.projections ?? [])
      findings.push(...(await projection.apply(db, transactions, blocks)));
  }

  async #carryOn(
    db: AuditorTransaction,
    position: LedgerPosition,
    rules: RulesInForce,
    carried: Carried,
  ): Promise<void> {
    await writeCarried(db, rules, carried);
    await writePosition(only<PositionTables>(db), position);
  }

  async #stop(db: AuditorTransaction, finding: Finding): Promise<void> {
    await db
      .insertInto('audit_stops')
      .values({ block: finding.block, finding: JSON.stringify(finding) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** Another process may have gone on. */
  async #rulesAt(db: AuditorTransaction, position: LedgerPosition): Promise<RulesInForce> {
    const remembered = this.#remembered;
    if (remembered !== undefined && isSame(remembered.position, position)) return remembered.rules;
    return readRules(db);
  }
}
