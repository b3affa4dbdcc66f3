// SPDX-License-Identifier: Apache-2.0
// The auditor's second line beside the random stories of other families: honest lives have no findings, its totals are the
// chaincode's own after every block, and in the end nothing is owed.
import type { Family } from './property.js';
import { BANK, type MemoryLedger } from '@fabric-offline-pay/testing';
import { totalsByCurrency } from '../../network/nodes/auditor/src/money/index.js';
import { defined } from '../support/defined.js';
import { clientsOf } from '../support/memory-world.js';
import { SecondLine } from '../support/second-line.js';
import type { StoppedClock } from './clock.js';
import { must } from './property.js';
import { mustOweNothing, settleAll } from './settling-all.js';
import { Tally } from './tally.js';

/** A fork of a ledger, and what an auditor says of it. */
interface Watched {
  readonly ledger: MemoryLedger;
  readonly line: SecondLine;
}

const NOTHING = { made: 0n, takenBack: 0n, onLedger: 0n };

/** What the chaincode sums must be what the rows say. */
async function mustAgree({ ledger, line }: Watched): Promise<void> {
  must(line.findings.length === 0, 'an honest life has findings', line.findings);
  const auditor = clientsOf(ledger)('bank', 'auditor', BANK);
  const { currencies } = await auditor.settlement.totals({});
  const totals = totalsByCurrency(line.totals);
  for (const [code, { issued, redeemed, onLedger }] of Object.entries(currencies)) {
    const { made, takenBack, onLedger: found } = totals.get(code) ?? NOTHING;
    const [chaincode, own] = [[issued, redeemed, onLedger].join(), [made, takenBack, found].join()];
    must(chaincode === own, `${code}: the chaincode says ${chaincode}, the auditor ${own}`);
  }
}

/** The running totals are what a new sum over the whole state says. */
function mustBeSummed(line: SecondLine): void {
  const [running, anew] = [line.totals.sums, line.summedAnew.sums].map((sums) =>
    JSON.stringify(Object.entries(sums).sort()),
  );
  must(running === anew, `the running totals are ${running}, and summed anew ${anew}`);
}

/** Watches every fork of the ledger from here on. @returns the newest one */
function watchForks(ledger: MemoryLedger): () => Watched {
  const origin = new SecondLine(ledger);
  const fork = ledger.fork.bind(ledger);
  let newest: Watched | undefined;
  ledger.fork = () => {
    const forked = fork();
    const watched = { ledger: forked, line: new SecondLine(forked, origin) };
    forked.onBlock(() => mustAgree(watched));
    newest = watched;
    return forked;
  };
  return () => defined(newest, 'fork');
}

/**
 * The family, watched.
 * @param ledgers of which each run takes a fork, by what a story names it
 */
export function watched<Name extends string, Drawn>(
  family: Family<Drawn>,
  ledgers: Readonly<Record<Name, MemoryLedger>>,
  nameOf: (drawn: Drawn) => Name,
  clock: StoppedClock,
): Family<Drawn> {
  const tally = new Tally();
  const newest = new Map(
    (Object.entries(ledgers) as [Name, MemoryLedger][]).map(([name, ledger]) => [
      name,
      watchForks(ledger),
    ]),
  );
  return {
    arbitrary: family.arbitrary,
    tally,
    holds: async (drawn) => {
      await family.holds(drawn);
      const { ledger, line } = defined(newest.get(nameOf(drawn)), 'ledger')();
      for (const [kind, times] of await settleAll(ledger, line, clock))
        for (let time = 0; time < times; time += 1) tally.count(kind);
      mustOweNothing(line);
      mustBeSummed(line);
    },
  };
}
