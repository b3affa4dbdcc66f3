// SPDX-License-Identifier: Apache-2.0
// Judges blocks that follow each other under the same rules: each transaction in its turn, on the rows as they stand then.
import type { Call, RawBlock, RawTransaction } from '../blocks/raw-block.js';
import { LIFECYCLE, withDefinitionRow, type Definitions } from '../channel/definitions.js';
import type { Problem } from '../channel/problem.js';
import { checkSettings, type SettingChange } from '../channel/settings-change.js';
import { blockFindings } from '../checks/block-checks.js';
import { outcomeName, VALID, type Outcome } from '../checks/outcomes.js';
import { commitHashOf, metadataFindings } from '../checks/metadata.js';
import { conflictOf, Touched } from '../checks/reads.js';
import type { Finding } from '../findings/finding.js';
import { restsOnPrivateData, unseenProblems } from '../replay/unseen.js';
import type { ReplayedCall } from '../replay/replayed-call.js';
import type { ChangedRows } from '../rows/changed-rows.js';
import type { LedgerState } from '../state/ledger-state.js';
import { applyWrites } from './apply-writes.js';
import { placed, type JudgedBlock, type JudgedTransaction, type Refusal } from './judged.js';
import { replayedCall } from './replaying.js';
import { rulesOf, type RulesInForce } from './rules-in-force.js';

/** A transaction with the outcome that the auditor's rules give. */
export interface AuditedTransaction {
  readonly block: number;
  readonly transaction: RawTransaction;
  readonly outcome: Outcome;
  /** `contract:transaction`, for calls of the audited chaincode; else empty. */
  readonly name: string;
  /** Public rows of the audited chaincode, when the peer noted it as valid. */
  readonly changed: ChangedRows | undefined;
  /** Of the channel, when the peer noted new settings as valid. */
  readonly settings?: readonly SettingChange[];
}

/** What comes of blocks. */
export interface Segment {
  readonly findings: Finding[];
  readonly transactions: AuditedTransaction[];
  /** Calls to run again, with the place of each. */
  readonly replays: {
    readonly call: ReplayedCall;
    readonly finding: Pick<Finding, 'block' | 'index' | 'transactionId'>;
  }[];
  rules: RulesInForce;
  /** From which the next block's commit hash can come. */
  commitHashes: readonly string[];
}

export interface SegmentParts {
  readonly chaincode: string;
  readonly state: LedgerState;
  readonly rules: RulesInForce;
  readonly commitHashes: readonly string[];
  /** Ids of earlier transactions, among those that come. */
  readonly known: ReadonlySet<string>;
}

const isWritten = ({ writes }: { readonly writes: readonly unknown[] }): boolean =>
  writes.length > 0;

/** No chaincode calls another here: whoever writes another's rows does what no call of it does, and what nobody can run again. */
function foreignWrites({ chaincode: called, access }: Call, audited: string): Problem[] {
  const isOurs = called === audited;
  return access
    .filter(({ namespace }) => (namespace === audited) !== isOurs)
    .filter(({ writes, collections }) => writes.length > 0 || collections.some(isWritten))
    .filter(({ namespace }) => isOurs || namespace === audited)
    .map(({ namespace }) => ({
      ...{ rule: 'replay.writes', subject: namespace },
      ...{ expected: `rows of ${called} alone`, found: `rows of ${namespace}` },
    }));
}

const duplicate = (id: string): Refusal => ({
  outcome: 'DUPLICATE_TXID',
  problem: {
    rule: 'transaction.validity',
    ...{ expected: 'DUPLICATE_TXID', found: 'VALID', subject: id },
  },
});

/** Judges one block after the other; {@link result} is what came of them. */
export class SegmentAudit {
  readonly result: Segment;
  readonly #parts: SegmentParts;
  readonly #ids: Set<string>;

  constructor(parts: SegmentParts) {
    this.#parts = parts;
    this.#ids = new Set(parts.known);
    const { rules, commitHashes } = parts;
    this.result = { ...{ findings: [], transactions: [], replays: [] }, rules, commitHashes };
  }

  /** @param judged with signatures verified under the rules of this segment */
  async block(judged: JudgedBlock): Promise<void> {
    const { block, signatures, transactions } = judged;
    const { findings } = this.result;
    findings.push(...blockFindings(block), ...this.#beside(block));
    if (signatures !== undefined) findings.push(placed(signatures, block.number));
    const inBlock = { touched: new Touched(), counted: new Set<string>() };
    for (const transaction of transactions)
      await this.#transaction(block.number, transaction, inBlock);
    for (const { transaction } of transactions) this.#ids.add(transaction.id);
  }

  #beside(block: RawBlock): Finding[] {
    const { hashes, finding } = commitHashOf(this.result.commitHashes, block);
    this.result.commitHashes = hashes;
    const found = metadataFindings(block, this.#parts.rules.settings?.block ?? 0);
    return finding === undefined ? found : [...found, finding];
  }

  async #transaction(block: number, judged: JudgedTransaction, inBlock: InBlock): Promise<void> {
    const { transaction } = judged;
    const isNotedValid = transaction.code === VALID;
    const refusal = await this.#refusalOf(judged, inBlock);
    const outcome = refusal?.outcome ?? 'VALID';
    this.#compare(block, transaction, refusal);
    const name = this.#nameOf(transaction);
    const applied = isNotedValid
      ? await this.#apply(block, transaction, inBlock.touched)
      : { changed: undefined };
    this.result.transactions.push({ block, transaction, outcome, name, ...applied });
  }

  /** What the peer noted against what the rules give. */
  #compare(block: number, transaction: RawTransaction, refusal: Refusal | undefined): void {
    const noted = outcomeName(transaction.code);
    const { findings } = this.result;
    if (noted === 'VALID' && refusal !== undefined)
      findings.push(placed(refusal.problem, block, transaction));
    if (noted === 'VALID' || refusal !== undefined) return;
    findings.push(
      placed({ rule: 'transaction.validity', expected: 'VALID', found: noted }, block, transaction),
    );
  }

  async #refusalOf(judged: JudgedTransaction, inBlock: InBlock): Promise<Refusal | undefined> {
    const { transaction, form, endorsements } = judged;
    if (form !== undefined) return form;
    const { content, id } = transaction;
    if (content.kind !== 'call') return undefined;
    if (this.#ids.has(id)) return duplicate(id);
    if (endorsements !== undefined) return endorsements;
    if (inBlock.counted.has(id)) return duplicate(id);
    inBlock.counted.add(id);
    const reading = { state: this.#parts.state, touched: inBlock.touched };
    const conflict = await conflictOf(content.access, reading);
    if (conflict === undefined) return undefined;
    const { outcome, subject } = conflict;
    return {
      outcome,
      problem: { rule: 'transaction.reads', subject, expected: outcome, found: 'VALID' },
    };
  }

  #nameOf({ content }: RawTransaction): string {
    if (content.kind !== 'call' || content.chaincode !== this.#parts.chaincode) return '';
    return Buffer.from(content.arguments[0] ?? []).toString('utf8');
  }

  async #apply(block: number, transaction: RawTransaction, touched: Touched): Promise<Applied> {
    const { content, index, id, at } = transaction;
    if (content.kind === 'settings')
      return {
        changed: undefined,
        settings: await this.#settings(block, transaction, content.envelope),
      };
    if (content.kind !== 'call') return { changed: undefined };
    const { chaincode, state, rules } = this.#parts;
    const isAudited = content.chaincode === chaincode;
    const name = this.#nameOf(transaction);
    // Put together before the call's own rows are written.
    const call =
      isAudited && !restsOnPrivateData(name)
        ? await replayedCall(transaction, content, state, rules.definitions)
        : undefined;
    const changes = applyWrites(content, chaincode, { state, touched, at: { block, tx: index } });
    this.#define(content);
    const finding = { block, index, transactionId: id };
    for (const problem of foreignWrites(content, chaincode))
      this.result.findings.push({ ...problem, ...finding });
    if (call !== undefined) this.result.replays.push({ call, finding });
    else if (isAudited) this.#unseen(content, changes, finding);
    return { changed: { ...finding, at, changes } };
  }

  #unseen(
    call: Call,
    changes: ChangedRows['changes'],
    place: Pick<Finding, 'block' | 'index' | 'transactionId'>,
  ): void {
    const access = call.access.find(({ namespace }) => namespace === this.#parts.chaincode);
    for (const problem of unseenProblems(changes, access))
      this.result.findings.push({ rule: 'replay.private', ...problem, ...place });
  }

  /** A definition counts from the block after its own. */
  #define({ access }: Call): void {
    const writes = access.flatMap(({ namespace, writes }) =>
      namespace === LIFECYCLE ? writes : [],
    );
    const { rules } = this.result;
    this.result.rules = {
      ...rules,
      definitions: writes.reduce<Definitions>(
        (definitions, { key, value }) => withDefinitionRow(definitions, key, value),
        rules.definitions,
      ),
    };
  }

  /** Settings count whether they came about rightly or not: peers and orderers follow them. */
  async #settings(
    block: number,
    transaction: RawTransaction,
    envelope: Uint8Array,
  ): Promise<readonly SettingChange[]> {
    const { channel } = this.#parts.rules;
    const checked = channel && (await checkSettings(channel, envelope));
    for (const problem of checked?.problems ?? [])
      this.result.findings.push(placed(problem, block, transaction));
    this.result.rules = {
      ...this.result.rules,
      channel: checked === undefined ? rulesOf(envelope, transaction.channel) : checked.next,
      settings: { envelope, block },
    };
    return checked?.changes ?? [];
  }
}

/** What a valid transaction changed. */
type Applied = Pick<AuditedTransaction, 'changed' | 'settings'>;

/** What is remembered within one block. */
interface InBlock {
  readonly touched: Touched;
  /** Ids that count as used in this block. */
  readonly counted: Set<string>;
}
