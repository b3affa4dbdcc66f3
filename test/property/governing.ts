// SPDX-License-Identifier: Apache-2.0
// Who takes part decides together, and no coalition decides alone about a bank's money, nor a bank alone about its payees.
// Most stories run on the pure functions; some on the real contracts too, and there the coalition then tries to get at the
// money with every certificate that it can make.
import {
  ballotDigest,
  found,
  ROWS,
  transactionNamed,
  type MerchantRow,
  type NamedTransaction,
  type Proposal,
  type RegistryRow,
  type Governed,
  licensingOf,
} from '@fabric-offline-pay/domain';
import { BANK, MERCHANT, type MemoryLedger } from '@fabric-offline-pay/testing';
import fc from 'fast-check';
import type { StoppedClock } from './clock.js';
import { alone, coalition, stories, VICTIM, type Ballot, type Story } from './governing-acts.js';
import {
  actOn,
  sparesTheBank,
  sparesThePayees,
  tryWith,
  type Breach,
  type Judge,
  type Target,
} from './governing-ledger.js';
import { act, mustBeRightful, open, proposalsOf, Watch, type Chamber } from './governing-model.js';
import type { Entry, History } from './history.js';
import { must, type Family } from './property.js';
import { Tally } from './tally.js';

/** How a bank that wants to be rid of a merchant words its licence. */
const NARROWER: readonly Partial<MerchantRow>[] = [
  { active: false },
  { licence: null },
  { licence: { number: 'LIC-2', validUntil: 1 } },
  { licence: { number: 'LIC-2', validUntil: 2_000_000_000 } },
  { categories: [] },
  { categories: ['43211500'] },
  { mspId: 'SecondMerchantMSP' },
];

/** Tried in every place: the history licenses but once. */
const LICENSING = found(transactionNamed('goods', 'licenseMerchants'), 'INTERNAL');

/** What nobody asked to be paid out. */
const UNASKED = [{ redeemId: 'never-asked' }, { amount: '11' }];

interface Drawn {
  readonly coalition: readonly string[];
  readonly story: Story;
  /** Participants that are left out in the beginning, of those that nobody needs. */
  readonly without: readonly string[];
  /** On the ledger, as it stood before this transaction of the history; null for the pure functions alone. */
  readonly before: number | null;
}

const SPARE = ['SecondBankMSP', 'SecondMerchantMSP', 'SecondLogisticsMSP', 'AuditorMSP'];

const rowIn = (ledger: MemoryLedger, key: string): unknown => {
  const text = ledger.state().get(key);
  return text === undefined ? undefined : JSON.parse(text);
};

const merchantIn = (ledger: MemoryLedger): MerchantRow | undefined =>
  rowIn(ledger, ROWS.merchant.key(MERCHANT)) as MerchantRow | undefined;

function standingOf(ledger: MemoryLedger): Governed {
  const registry = rowIn(ledger, ROWS.registry.key()) as RegistryRow | undefined;
  return { registry: found(registry, 'INTERNAL'), merchant: merchantIn(ledger) };
}

const leaving = ({ registry, merchant }: Governed, out: readonly string[]): Governed => ({
  registry: {
    ...registry,
    participants: registry.participants.filter(({ mspId }) => !out.includes(mspId)),
  },
  merchant,
});

/** The first entry after which there is a registry and a merchant. */
const isOpen = ({ before }: Entry): boolean =>
  before.state().has(ROWS.registry.key()) && before.state().has(ROWS.merchant.key(MERCHANT));

/** A story, played on the pure functions and, where there is one, on the ledger. */
class Play {
  readonly #start: Governed;
  readonly #chamber: Chamber;
  readonly #watch = new Watch();

  constructor(
    start: Governed,
    readonly clock: StoppedClock,
    readonly tally: Tally,
    readonly ledger: MemoryLedger | null,
  ) {
    this.#start = start;
    this.#chamber = open(start, clock.seconds);
  }

  async play(story: Story): Promise<void> {
    const proposals = proposalsOf(this.#start, story);
    for (const given of story.acts)
      if (given.kind === 'pass') this.#pass(given.seconds);
      else await this.#vote(given, found(proposals[given.draft], 'INTERNAL'));
  }

  #pass(seconds: number): void {
    this.clock.pass(seconds);
    this.#chamber.now += seconds;
  }

  async #vote({ kind, by }: Ballot, proposal: Proposal): Promise<void> {
    const { standing, now } = this.#chamber;
    const voting = { kind, by, about: ballotDigest(standing, proposal) };
    const answer = act(this.#chamber, voting, proposal);
    const voices = this.#watch.voicesAfter(voting, now, standing);
    mustBeRightful(standing, this.#chamber.standing, voices);
    if (/^\d/.test(answer)) this.#watch.follow(voting, voices, answer.endsWith('enacted'));
    this.tally.count(`${kind} ${answer.replace(/^\d+ /, '')}`);
    if (this.ledger === null) return;
    const answered = await actOn(this.ledger, { kind, by }, proposal);
    must(answered === answer, `the ledger answers ${answered} instead of ${answer}`, voting);
  }

  /** The ledger holds what the pure functions made. */
  mustAgree(): void {
    if (this.ledger === null) return;
    const { registry, merchant } = standingOf(this.ledger);
    const { standing } = this.#chamber;
    must(JSON.stringify(registry) === JSON.stringify(standing.registry), 'another registry');
    must(JSON.stringify(merchant) === JSON.stringify(standing.merchant), 'another merchant');
  }
}

const targetOf = ({ transaction, proposal }: Entry): Target => ({
  transaction,
  input: JSON.parse(proposal.args[0] ?? '{}'),
  transient: proposal.transient,
});

const exampleOf = (transaction: NamedTransaction): Target => ({
  transaction,
  input: transaction.example,
  transient:
    transaction.transientExample === undefined
      ? {}
      : { private: JSON.stringify(transaction.transientExample) },
});

function narrowed(ledger: MemoryLedger): object[] {
  const merchant = merchantIn(ledger);
  if (merchant === undefined) return [];
  return NARROWER.map((change) => ({
    bankId: BANK,
    merchants: [{ ...licensingOf(merchant), ...change }],
  }));
}

/** Inputs that are worse than what was sent. */
function worseThan(ledger: MemoryLedger, { transaction, input }: Target): object[] {
  if (transaction.fullName === 'goods:licenseMerchants') return narrowed(ledger);
  if (transaction.fullName !== 'settlement:redeem') return [];
  return UNASKED.map((change) => ({ ...(input as object), ...change }));
}

/** Everything that one may try in the place of a transaction. */
function targetsIn(ledger: MemoryLedger, entry: Entry | NamedTransaction): Target[] {
  const target = 'proposal' in entry ? targetOf(entry) : exampleOf(entry);
  return [target, ...worseThan(ledger, target).map((input) => ({ ...target, input }))];
}

const isAlone = (mspIds: readonly string[]): boolean => mspIds.every((mspId) => mspId === VICTIM);

/** Who acts against whom, and what must stay safe. */
const judgeOf = (mspIds: readonly string[], now: number): Judge =>
  isAlone(mspIds) ? sparesThePayees(now) : sparesTheBank;

/** @returns what the organisations found a way to do, in the place of the transaction. */
export async function breachesOf(
  ledger: MemoryLedger,
  entry: Entry | NamedTransaction,
  mspIds: readonly string[],
  now: number,
  tally: Tally,
): Promise<Breach[]> {
  const judge = judgeOf(mspIds, now);
  const breaches: Breach[] = [];
  for (const target of targetsIn(ledger, entry)) {
    const tried = await tryWith(ledger, target, mspIds, judge);
    if (tried.done > 0) tally.count(`done ${target.transaction.fullName}`);
    breaches.push(...tried.breaches);
  }
  return breaches;
}

/** The family; a story in fifteen runs on the ledger. */
export function governing(history: History, clock: StoppedClock): Family<Drawn> {
  const tally = new Tally();
  const entries = history.entries.filter(isOpen);
  const onLedger = fc.nat({ max: entries.length - 1 });
  const arbitrary = fc.oneof({ weight: 3, arbitrary: coalition }, alone).chain((mspIds) =>
    fc.record({
      coalition: fc.constant(mspIds),
      story: stories(mspIds),
      without: fc.subarray(SPARE),
      before: fc.oneof({ weight: 14, arbitrary: fc.constant(null) }, onLedger),
    }),
  );
  return {
    arbitrary,
    tally,
    holds: async ({ coalition: mspIds, story, without, before }) => {
      const entry = entries[before ?? 0];
      must(entry !== undefined, 'the history is empty');
      clock.set(entry.proposal.timestamp.getTime() / 1000);
      const ledger = before === null ? null : entry.before.fork();
      const start = standingOf(entry.before);
      const play = new Play(
        ledger === null ? leaving(start, without) : start,
        clock,
        tally,
        ledger,
      );
      await play.play(story);
      if (ledger === null) return;
      play.mustAgree();
      tally.count('on the ledger');
      const thieves = isAlone(mspIds) ? mspIds : mspIds.filter((mspId) => mspId !== VICTIM);
      const breaches: Breach[] = [];
      for (const place of [entry, LICENSING])
        breaches.push(...(await breachesOf(ledger, place, thieves, clock.seconds, tally)));
      must(breaches.length === 0, 'somebody found a way', breaches);
    },
  };
}
