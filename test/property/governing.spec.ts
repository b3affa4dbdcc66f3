// SPDX-License-Identifier: Apache-2.0
// Coalitions without the bank, and the bank alone. The seed is printed; OFFPAY_SEED=<seed> runs the same again.
import { ALL_TRANSACTIONS, type NamedTransaction } from '@fabric-offline-pay/domain';
import type { MemoryLedger } from '@fabric-offline-pay/testing';
import { StoppedClock } from './clock.js';
import { checkFamily, LONGEST } from './check-family.js';
import { breachesOf, governing } from './governing.js';
import { MEMBERS, VICTIM } from './governing-acts.js';
import { actOn } from './governing-ledger.js';
import { liveHistory, type Entry, type History } from './history.js';
import { Tally } from './tally.js';

const clock = new StoppedClock();
let history: History;

beforeAll(async () => {
  clock.install();
  history = await liveHistory(clock);
}, LONGEST);
afterAll(() => clock.restore());

test(
  'no story of votes enacts a change without the votes of those concerned',
  async () => {
    const family = governing(history, clock);
    await checkFamily('governing', family, 600);
    const { tally } = family;
    expect(tally.of('vote enacted')).toBeGreaterThan(50);
    expect(tally.of('on the ledger')).toBeGreaterThan(5);
    for (const code of ['PARTICIPANT_FIXED', 'REGISTRY_INVALID', 'ACTOR_TAKEN'])
      expect(tally.of(`vote ${code}`)).toBeGreaterThan(0);
  },
  LONGEST,
);

describe('every transaction of the table, with every certificate that they can make', () => {
  const SUBMITTED = ALL_TRANSACTIONS.filter(({ kind }) => kind === 'submit');

  /** So many of a kind are tried, the latest ones. */
  const MOST = 4;

  /** Of its kind in the history, and the table's example at its end. */
  function placesOf(transaction: NamedTransaction): readonly (Entry | NamedTransaction)[] {
    const lived = history.entries.filter((entry) => entry.transaction === transaction);
    return [...lived.slice(-MOST), transaction];
  }

  function worldAt(place: Entry | NamedTransaction): MemoryLedger {
    const isLived = 'before' in place;
    clock.set(isLived ? place.proposal.timestamp.getTime() / 1000 : history.seconds);
    return (isLived ? place.before : history.after).fork();
  }

  async function tryAll(
    mspIds: readonly string[],
    first: (ledger: MemoryLedger) => Promise<void>,
  ): Promise<{ breached: unknown[]; done: string[] }> {
    const tally = new Tally();
    const breached: unknown[] = [];
    for (const place of SUBMITTED.flatMap(placesOf)) {
      const ledger = worldAt(place);
      await first(ledger);
      breached.push(...(await breachesOf(ledger, place, mspIds, clock.seconds, tally)));
    }
    return { breached, done: Object.keys(tally.counts) };
  }

  const others = MEMBERS.filter((mspId) => mspId !== VICTIM);

  /** All but the bank vote two of them into its place. */
  async function takeOver(ledger: MemoryLedger): Promise<void> {
    for (const [mspId, actor] of [
      ['MerchantMSP', 'bank-evil'],
      ['LogisticsMSP', 'bank-1'],
    ] as const) {
      const participant = { mspId, role: 'bank', actor, bankId: null, status: 'active' } as const;
      for (const by of others)
        await actOn(ledger, { kind: 'vote', by }, { kind: 'participant', participant });
    }
  }

  test(
    'by merchant and logistics company, after they voted to be the bank',
    async () => {
      const { breached, done } = await tryAll(['MerchantMSP', 'LogisticsMSP'], takeOver);
      expect(breached).toEqual([]);
      expect(done).toEqual(
        expect.arrayContaining(['done express:order', 'done settlement:refund']),
      );
    },
    LONGEST,
  );

  test(
    'by the bank alone: it takes from its payees only money that they asked for or customers disputed',
    async () => {
      const { breached, done } = await tryAll([VICTIM], () => Promise.resolve());
      expect(breached).toEqual([]);
      expect(done).toEqual(
        expect.arrayContaining([
          'done goods:licenseMerchants',
          'done settlement:capture',
          'done settlement:redeem',
          'done settlement:resolveDispute',
        ]),
      );
    },
    LONGEST,
  );
});
