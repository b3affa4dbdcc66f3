// SPDX-License-Identifier: Apache-2.0
// Clients at the same time: endorsed on one state, ordered as chance wills. What is valid equals the same transactions one
// after the other, and no money is lost.
import {
  ChaincodeError,
  type Commit,
  type Endorsement,
  type MemoryLedger,
} from '@fabric-offline-pay/testing';
import { MSP } from '../support/memory-world.js';
import { propose } from './calls.js';
import type { StoppedClock } from './clock.js';
import { openMarket, type Market } from './market.js';
import { MoneyWatch } from './money-watch.js';
import { must, type Family } from './property.js';
import { rounds, type Client, type Round } from './rounds.js';
import type { Shop } from './shop.js';
import { Tally } from './tally.js';

const ENDORSERS = [MSP.bank, MSP.logistics];
const EXPECTED = ['VALID', 'MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT'];

interface Envelope {
  readonly client: Client;
  readonly endorsement: Endorsement;
  /** The round in which it arrives. */
  readonly due: number;
}

/** The envelope, unless the endorsers refuse: then the client has nothing to send. */
async function ask(ledger: MemoryLedger, client: Client, round: number, tally: Tally) {
  const { contract, name } = client.call;
  try {
    const proposal = propose(ledger, client.call);
    const endorsement = await ledger.endorseBy(proposal, ENDORSERS);
    return [{ client, endorsement, due: round + client.late }];
  } catch (error) {
    if (!(error instanceof ChaincodeError)) throw error;
    tally.count(`${contract}:${name} refused`);
    return [];
  }
}

/** In the order of arrival, cut into blocks. */
function blocksOf(arrived: readonly Envelope[]): Envelope[][] {
  const blocks: Envelope[][] = [];
  for (const envelope of [...arrived].sort((a, b) => a.client.rank - b.client.rank)) {
    const last = blocks.at(-1);
    if (last === undefined || envelope.client.newBlock) blocks.push([envelope]);
    else last.push(envelope);
  }
  return blocks;
}

async function order(
  ledger: MemoryLedger,
  block: readonly Envelope[],
  tally: Tally,
): Promise<Endorsement[]> {
  const commits: Commit[] = await ledger.submit(block.map(({ endorsement }) => endorsement));
  return block.flatMap(({ client: { call }, endorsement }, index) => {
    const code = commits[index]?.validationCode ?? 'none';
    must(EXPECTED.includes(code), `${call.contract}:${call.name} ended ${code}`);
    tally.count(`${call.contract}:${call.name} ${code}`);
    return code === 'VALID' ? [endorsement] : [];
  });
}

const NOBODY: Round = { pass: 0, clients: [] };

/** Runs the rounds; what is held back beyond the last arrives after it. @returns what was valid, in its order */
async function meet(
  ledger: MemoryLedger,
  drawn: readonly Round[],
  clock: StoppedClock,
  tally: Tally,
): Promise<Endorsement[]> {
  const valid: Endorsement[] = [];
  let waiting: Envelope[] = [];
  for (let round = 0; round < drawn.length || waiting.length > 0; round += 1) {
    const { pass, clients } = drawn[round] ?? NOBODY;
    clock.pass(pass);
    const asked = clients.map((client) => ask(ledger, client, round, tally));
    waiting = [...waiting, ...(await Promise.all(asked)).flat()];
    const arrived = waiting.filter(({ due }) => due <= round);
    waiting = waiting.filter(({ due }) => due > round);
    for (const block of blocksOf(arrived)) valid.push(...(await order(ledger, block, tally)));
  }
  return valid;
}

/** The same proposals one after the other, each at its time, on what the one before left. */
async function replay(
  ledger: MemoryLedger,
  valid: readonly Endorsement[],
  clock: StoppedClock,
): Promise<void> {
  for (const { proposal, response } of valid) {
    clock.set(proposal.timestamp.getTime() / 1000);
    const again = await ledger.endorseBy(proposal, ENDORSERS);
    must(
      Buffer.compare(again.response.payload, response.payload) === 0,
      `${proposal.function} answers otherwise when it runs alone`,
      [Buffer.from(response.payload).toString(), Buffer.from(again.response.payload).toString()],
    );
    const { validationCode } = await ledger.submit(again);
    must(validationCode === 'VALID', `${proposal.function} alone ended ${validationCode}`);
  }
}

function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) {
  const keys = new Set([...one.keys(), ...other.keys()]);
  return [...keys]
    .filter((key) => one.get(key) !== other.get(key))
    .map((key) => [key, one.get(key), other.get(key)]);
}

async function check(
  market: Market,
  drawn: readonly Round[],
  clock: StoppedClock,
  tally: Tally,
): Promise<void> {
  clock.set(market.seconds);
  const [together, alone] = [market.counter.ledger.fork(), market.counter.ledger.fork()];
  new MoneyWatch(together);
  const valid = await meet(together, drawn, clock, tally);
  await replay(alone, valid, clock);
  const found = differences(together.state(), alone.state());
  must(found.length === 0, 'one after the other, the same transactions leave another state', found);
}

/** The family: rounds of clients in the market. */
export async function interleavings(shop: Shop): Promise<Family<Round[]>> {
  const market = await openMarket(shop);
  const tally = new Tally();
  return {
    arbitrary: rounds(market),
    tally,
    holds: (drawn) => check(market, drawn, shop.clock, tally),
  };
}
