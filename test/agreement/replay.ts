// SPDX-License-Identifier: Apache-2.0
// Runs a recording again on the ledger in memory, in the order of its blocks, and tells where it comes out otherwise.
import type { ContractClass } from '@fabric-offline-pay/testing';
import {
  DEFAULT_NETWORK,
  MemoryLedger,
  ProposalError,
  type Endorsement,
  type Proposal,
} from '@fabric-offline-pay/testing';
import { firstOf, itemAt, valueFor } from '../support/defined.js';
import { actionOf, readableAction } from '../support/action.js';
import type {
  Outcome,
  RecordedBlock,
  RecordedProposal,
  RecordedTransaction,
  Recording,
  Round,
} from './recording.js';

/** Where the ledger in memory does not do what the peers did. */
export interface Difference {
  /** Which transaction, by name and id. */
  readonly where: string;
  readonly peers: unknown;
  readonly memory: unknown;
}

export interface ReplayOptions {
  readonly contracts: readonly ContractClass[];
  /** Sets the clock that the contracts read, milliseconds since 1970. */
  readonly setClock: (now: number) => void;
  /** Of the contracts' clock against the proposals' timestamps, in milliseconds. */
  readonly clockShift: number;
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

const proposalOf = (recorded: RecordedProposal): Proposal => ({
  creator: { mspId: recorded.mspId, certificate: recorded.certificate },
  function: recorded.name,
  args: recorded.arguments,
  transient: Object.fromEntries(
    Object.entries(recorded.transient).map(([name, value]) => [name, bytesOf(value)]),
  ),
  timestamp: new Date(recorded.timestamp),
  txId: recorded.transactionId,
});

/** What a gateway tells of an endorser that fails. */
function failureOf(result: Endorsement | ProposalError): string | undefined {
  if (result instanceof ProposalError) return result.message;
  const { status, message } = result.response;
  return status < 400 ? undefined : `chaincode response ${status}, ${message}`;
}

/** Peers in memory, from the state before the recording's first block. */
class Replay {
  readonly differences: Difference[] = [];
  readonly #ledger: MemoryLedger;
  readonly #recording: Recording;
  readonly #options: ReplayOptions;
  readonly #endorsements = new Map<string, readonly Endorsement[]>();

  constructor(recording: Recording, options: ReplayOptions) {
    const { channel, chaincode, rounds } = recording;
    const firstBlock = rounds.flatMap(({ blocks }) => blocks)[0]?.number ?? 1;
    this.#ledger = new MemoryLedger({
      ...DEFAULT_NETWORK,
      contracts: options.contracts,
      channel,
      chaincode,
      firstBlock,
    });
    this.#recording = recording;
    this.#options = options;
  }

  async round({ proposals, blocks }: Round): Promise<void> {
    for (const proposal of proposals) await this.#propose(proposal);
    // A transaction with differing endorsements cannot be committed.
    if (this.differences.length > 0) return;
    for (const block of blocks) await this.#commit(block);
  }

  async #propose(recorded: RecordedProposal): Promise<void> {
    this.#options.setClock(recorded.timestamp + this.#options.clockShift);
    const results = new Map<string, Endorsement | ProposalError>();
    for (const mspId of recorded.endorsers)
      results.set(mspId, await this.#endorse(recorded, mspId));
    this.#compare(nameOf(recorded), recorded.outcome, outcomeOf(recorded, results));
    const endorsements = [...results.values()].filter(
      (each): each is Endorsement => !(each instanceof ProposalError),
    );
    if (recorded.outcome.kind === 'endorsed')
      this.#endorsements.set(recorded.transactionId, endorsements);
  }

  async #endorse(recorded: RecordedProposal, mspId: string): Promise<Endorsement | ProposalError> {
    try {
      return await this.#ledger.endorse(proposalOf(recorded), mspId);
    } catch (error) {
      if (error instanceof ProposalError) return error;
      throw error;
    }
  }

  async #commit({ number, transactions }: RecordedBlock): Promise<void> {
    const envelopes = transactions.map((transaction) => this.#envelopeOf(transaction));
    const commits = await this.#ledger.submit(envelopes);
    transactions.forEach(({ transactionId, validationCode }, index) => {
      const where = `${itemAt(envelopes, index).proposal.function} ${transactionId}, committed`;
      this.#compare(
        where,
        { block: number, validationCode },
        {
          block: itemAt(commits, index).blockNumber,
          validationCode: itemAt(commits, index).validationCode,
        },
      );
    });
  }

  #envelopeOf({ transactionId, endorsedBy, action }: RecordedTransaction): Endorsement {
    const endorsements = this.#endorsements.get(transactionId) ?? [];
    const [first] = endorsements;
    if (first === undefined) throw new Error(`nobody proposed transaction ${transactionId}`);
    const where = `${first.proposal.function} ${transactionId}`;
    const endorsers = endorsements.flatMap((each) => each.endorsedBy);
    this.#compare(`${where}, endorsers`, [...endorsedBy].sort(), [...endorsers].sort());
    for (const endorsement of endorsements) {
      const ours = actionOf(endorsement, this.#recording.chaincode, action);
      if (ours !== action) this.#compare(where, readableAction(action), readableAction(ours));
    }
    return { ...first, endorsedBy: endorsers };
  }

  #compare(where: string, peers: unknown, memory: unknown): void {
    if (JSON.stringify(peers) !== JSON.stringify(memory))
      this.differences.push({ where, peers, memory });
  }
}

const nameOf = ({ name, transactionId, mspId }: RecordedProposal): string =>
  `${name} ${transactionId} by ${mspId}`;

/** In the recording's form; only of those endorsers that the gateway waited for. */
function outcomeOf(
  { outcome, endorsers }: RecordedProposal,
  results: ReadonlyMap<string, Endorsement | ProposalError>,
): Outcome {
  const asked = outcome.kind === 'refused' ? outcome.messages.map(([mspId]) => mspId) : endorsers;
  const failures = asked.flatMap((mspId) => {
    const failure = failureOf(valueFor(results, mspId));
    return failure === undefined ? [] : [[mspId, failure] as const];
  });
  if (failures.length > 0) return { kind: 'refused', messages: failures };
  if (outcome.kind === 'endorsed') return { kind: 'endorsed' };
  const answer = results.get(firstOf(asked)) as Endorsement;
  return { kind: 'answered', payload: Buffer.from(answer.response.payload).toString('base64') };
}

/** @returns the differences of the first round that has any: what comes after them builds on them. */
export async function replay(
  recording: Recording,
  options: ReplayOptions,
): Promise<readonly Difference[]> {
  const run = new Replay(recording, options);
  for (const round of recording.rounds) {
    await run.round(round);
    if (run.differences.length > 0) break;
  }
  return run.differences;
}
