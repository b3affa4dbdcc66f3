// SPDX-License-Identifier: Apache-2.0
// The same stories on the real contracts, and afterwards everything that the coalition's certificates can try: whatever role
// and name its own certificate authorities write into them.
import {
  ensureMerchantMaySell,
  ROWS,
  type MerchantRow,
  type NamedTransaction,
  type OrderRow,
  type PayoutRow,
  type Proposal,
  type RegistryRow,
  type SupplyRow,
  type VoteRow,
} from '@fabric-offline-pay/domain';
import {
  BANK,
  LOGISTICS,
  MERCHANT,
  type Creator,
  type Endorsement,
  type MemoryLedger,
} from '@fabric-offline-pay/testing';
import { callerOf } from '../support/memory-world.js';
import { weightsOf } from '../support/money.js';
import { VICTIM, type Ballot } from './governing-acts.js';
import type { Answer } from './governing-model.js';

/** Together they satisfy every policy, and the victim is one of them. */
const ENDORSERS = [VICTIM, 'LogisticsMSP'] as const;

/** Everything that an organisation's own certificate authority may write. */
const ACTORS = [BANK, 'bank-2', MERCHANT, LOGISTICS, 'logistics-2', 'merchant-org', 'evil'];

const textOf = ({ response }: Endorsement): string => Buffer.from(response.payload).toString();

const refusalOf = ({ response }: Endorsement): string =>
  (JSON.parse(response.message) as { readonly code: string }).code;

/** Does one act on the ledger. @returns what is answered to it. */
export async function actOn(
  ledger: MemoryLedger,
  { kind, by }: Ballot,
  proposal: Proposal,
): Promise<Answer> {
  const name = kind === 'vote' ? 'identity:vote' : 'identity:withdrawVote';
  const sent = ledger.propose(callerOf(by, 'operator', 'whoever'), name, [
    JSON.stringify({ proposal }),
  ]);
  const [endorsement] = await Promise.all(ENDORSERS.map((each) => ledger.endorse(sent, each)));
  if (endorsement === undefined || endorsement.response.status >= 400)
    return endorsement === undefined ? 'unendorsed' : refusalOf(endorsement);
  await ledger.submit({ ...endorsement, endorsedBy: ENDORSERS });
  const { votes, enacted = false } = JSON.parse(textOf(endorsement)) as {
    readonly votes: number;
    readonly enacted?: boolean;
  };
  return `${votes.toString()} ${enacted ? 'enacted' : 'open'}`;
}

/** A transaction, as somebody may try it. */
export interface Target {
  readonly transaction: NamedTransaction;
  readonly input: unknown;
  readonly transient: Readonly<Record<string, Uint8Array | string>>;
}

type State = ReadonlyMap<string, string>;
type Written = Endorsement['writeSet'];

const valueIn = (state: State, key: string): unknown => {
  const text = state.get(key);
  return text === undefined ? undefined : JSON.parse(text);
};

const writtenValue = ({ isDelete, value }: Written[number]): unknown =>
  isDelete ? undefined : JSON.parse(Buffer.from(value).toString());

const weigh = (key: string, value: unknown): bigint =>
  value === undefined ? 0n : weightsOf(key, value).reduce((sum, [, units]) => sum + units, 0n);

/** What must hold of what a call would write; it says what does not. */
export type Judge = (state: State, written: Written) => string | null;

const banksIn = (registry: unknown): string =>
  JSON.stringify((registry as RegistryRow).participants.filter(({ role }) => role === 'bank'));

const policyIn = (registry: unknown): string => JSON.stringify((registry as RegistryRow).policy);

/** Whether the write ends the count of a proposal for which the victim voted. */
const hadVictimsVote = (state: State, { key }: Written[number]): boolean =>
  key.startsWith(ROWS.vote.prefix()) &&
  (valueIn(state, key) as VoteRow | undefined)?.votes.some(({ mspId }) => mspId === VICTIM) ===
    true;

function changesRules(before: unknown, after: unknown): string | null {
  if (policyIn(before) !== policyIn(after)) return 'changes the policy';
  return banksIn(before) === banksIn(after) ? null : 'changes the banks';
}

/** No money appears or vanishes, and the banks and the rules of their money stay as they were, or as the bank agreed. */
export const sparesTheBank: Judge = (state, written) => {
  let missing = 0n;
  const isAgreed = written.some((row) => hadVictimsVote(state, row));
  for (const row of written) {
    const { key } = row;
    const [before, after] = [valueIn(state, key), writtenValue(row)];
    if (key.startsWith(ROWS.supply.prefix())) return `writes ${key}`;
    missing += weigh(key, after) - weigh(key, before);
    if (key !== ROWS.registry.key() || isAgreed) continue;
    const changed = changesRules(before, after);
    if (changed !== null) return changed;
  }
  return missing === 0n ? null : `makes ${missing.toString()} of money`;
};

/** What a payee has for certain: credits, checkpoint, and what was captured of delivered goods. */
function dueOf(key: string, value: unknown): bigint {
  const [kind = ''] = key.split('/');
  if (value === undefined) return 0n;
  if (kind === 'credit' || kind === 'checkpoint') return -weigh(key, value);
  if (kind !== 'order') return 0n;
  const { delivery, hold } = value as OrderRow;
  if (delivery !== 'delivered' || hold === null) return 0n;
  return BigInt(hold.captured) - BigInt(hold.released) - BigInt(hold.refundedHeld);
}

const SEGMENTS = ['43211503', '43211500', '26111704', '14000000'];

/** Whether a merchant may sell one of these categories at one of these times, by the rule that sales follow. */
function salesOf(merchant: MerchantRow, times: readonly number[]): string[] {
  return times.flatMap((now) =>
    SEGMENTS.filter((category) => {
      try {
        ensureMerchantMaySell(merchant, [category], now);
        return true;
      } catch {
        return false;
      }
    }).map((category) => `${category}@${now.toString()}`),
  );
}

function narrows(before: MerchantRow, after: MerchantRow, now: number): boolean {
  const times = [now, now + 3600, (before.licence?.validUntil ?? now + 1) - 1];
  const could = salesOf(before, times);
  const can = salesOf(after, times);
  return before.mspId !== after.mspId || !could.every((sale) => can.includes(sale));
}

/** What the payee itself asked to be paid out, and asked before. */
function askedFor(state: State, key: string, { kind, amount }: SupplyRow): bigint {
  const [, , currency = '', , id = ''] = key.split('/');
  const [payeeId = '', redeemId = ''] = id.split('~');
  const payout = valueIn(state, ROWS.payout.key(payeeId, currency, redeemId));
  const isAsked = kind === 'redeem' && (payout as PayoutRow | undefined)?.amount === amount;
  return isAsked ? BigInt(amount) : 0n;
}

/** What the customer's signature put into dispute before. */
const disputed = (key: string, order: OrderRow): bigint =>
  order.dispute === null ? 0n : BigInt(order.dispute.withheld) + dueOf(key, order);

/** What somebody other than the bank put up for the taking. */
function openToTake(state: State, row: Written[number]): bigint {
  const { key } = row;
  const before = valueIn(state, key);
  if (key.startsWith(ROWS.supply.prefix()))
    return askedFor(state, key, writtenValue(row) as SupplyRow);
  return key.startsWith(ROWS.order.prefix()) && before !== undefined
    ? disputed(key, before as OrderRow)
    : 0n;
}

/** A bank takes nothing from its payees that was not asked for or disputed: neither what they may do nor what is theirs. */
export const sparesThePayees =
  (now: number): Judge =>
  (state, written) => {
    let gained = 0n;
    for (const row of written) {
      const { key } = row;
      const [before, after] = [valueIn(state, key), writtenValue(row)];
      gained += dueOf(key, after) - dueOf(key, before) + openToTake(state, row);
      if (key.startsWith(ROWS.merchant.prefix()) && before !== undefined)
        if (narrows(before as MerchantRow, after as MerchantRow, now)) return `narrows ${key}`;
    }
    return gained < 0n ? `takes ${(-gained).toString()} from a payee` : null;
  };

/** The roles that open the transaction to somebody, and one that opens it to nobody here. */
const attributesFor = ({ access }: NamedTransaction): string[] => [
  ...new Set([...access.map((entry) => entry.split('.')[1] ?? 'auditor'), 'operator']),
];

const certificatesOf = (mspIds: readonly string[], transaction: NamedTransaction): Creator[] =>
  mspIds.flatMap((mspId) =>
    attributesFor(transaction).flatMap((attribute) =>
      ACTORS.map((actor) => callerOf(mspId, attribute, actor)),
    ),
  );

/** What somebody found a way to do. */
export interface Breach {
  readonly transaction: string;
  readonly mspId: string;
  readonly why: string;
}

/** Tries it with every certificate that these organisations can make. @returns how many were done, and what must not be. */
export async function tryWith(
  ledger: MemoryLedger,
  { transaction, input, transient }: Target,
  mspIds: readonly string[],
  judge: Judge,
): Promise<{ done: number; breaches: Breach[] }> {
  const state = ledger.state();
  const breaches: Breach[] = [];
  let done = 0;
  for (const creator of certificatesOf(mspIds, transaction)) {
    const sent = [JSON.stringify(input)];
    const proposal = ledger.propose(creator, transaction.fullName, sent, transient);
    const { response, writeSet } = await ledger.endorse(proposal, VICTIM);
    if (response.status >= 400) continue;
    done += 1;
    const why = judge(state, writeSet);
    if (why !== null)
      breaches.push({ transaction: transaction.fullName, mspId: creator.mspId, why });
  }
  return { done, breaches };
}
