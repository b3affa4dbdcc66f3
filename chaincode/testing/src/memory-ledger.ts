// SPDX-License-Identifier: Apache-2.0
// A channel in memory: endorses, orders, validates and commits real contracts by the rules of Fabric's peers.
import { isDeepStrictEqual } from 'node:util';
import type { ChaincodeInterface } from 'fabric-shim';
import { BlockValidator } from './block-validator';
import { hostChaincode } from './chaincode-host';
import { sha256 } from './digest';
import { ChaincodeError, CommitError, EndorsementMismatchError, ProposalError } from './errors';
import { majority, type Policy } from './policy';
import { DEFAULT_TOTAL_QUERY_LIMIT } from './range-scan';
import { serializedIdentity } from './serialized-identity';
import { ERROR_THRESHOLD, simulate } from './simulation';
import type { SortedRows } from './sorted-rows';
import type {
  Block,
  BlockTransaction,
  CollectionConfig,
  Commit,
  ContractClass,
  Creator,
  Endorsement,
  Member,
  Proposal,
  Simulation,
} from './types';
import { CollectionState, WorldState } from './world-state';

/** The channel: its contracts, members and policies. */
export interface MemoryLedgerOptions {
  readonly contracts: readonly ContractClass[];
  readonly members: readonly Member[];
  readonly collections?: readonly CollectionConfig[];
  /** The chaincode's endorsement policy. Default: a majority of the members. */
  readonly policy?: Policy;
  /** Time of the proposals. Default: the machine's clock. */
  readonly now?: Date | (() => Date);
  readonly channel?: string;
  readonly chaincode?: string;
  /** Number of the first block. Default: 1. Use it to replay a channel's blocks from some block on, with the same versions. */
  readonly firstBlock?: number;
  /** The peers' setting `ledger.state.totalQueryLimit`: they silently end a longer range. Default: 100,000, as Fabric's. */
  readonly totalQueryLimit?: number;
}

/** How a transaction is endorsed and submitted. */
export interface InvokeOptions {
  /** Members that endorse. Default: all. */
  readonly endorsedBy?: readonly string[];
  readonly timestamp?: Date;
}

/** Transient values. Text is sent as UTF-8. */
export type Transient = Readonly<Record<string, Uint8Array | string>>;

/** Called with every block once it is committed. */
export type BlockListener = (block: Block) => void | Promise<void>;

/** What a fork takes over from the original ledger. */
interface Origin {
  readonly chaincodes: ReadonlyMap<string, ChaincodeInterface>;
  readonly world: WorldState;
  readonly blocks: readonly Block[];
  readonly txIds: ReadonlySet<string>;
  readonly proposals: number;
}

function newOrigin({ contracts, members, collections = [] }: MemoryLedgerOptions): Origin {
  const shared = hostChaincode(contracts);
  return {
    chaincodes: new Map(
      members.map((each) => [each.mspId, each.contracts ? hostChaincode(each.contracts) : shared]),
    ),
    world: new WorldState(collections.map((each) => new CollectionState(each))),
    blocks: [],
    txIds: new Set(),
    proposals: 0,
  };
}

const COMPARED = [
  'response',
  'readSet',
  'rangeReads',
  'writeSet',
  'collections',
  'event',
] as const satisfies readonly (keyof Simulation)[];

function transientBytes(transient: Transient): Record<string, Uint8Array> {
  const entries = Object.entries(transient);
  return Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(value)]));
}

function asText(rows: SortedRows): Map<string, string> {
  const entries = [...rows.range('', '')];
  return new Map(entries.map(({ key, value }) => [key, Buffer.from(value).toString()]));
}

// Names each field, because transient and private data must not get into a block.
function toBlockTransaction(endorsement: Endorsement, commit: Commit): BlockTransaction {
  const { response, readSet, rangeReads, writeSet, collections, event, endorsedBy } = endorsement;
  const { creator, function: name, args, timestamp } = endorsement.proposal;
  const simulation = { response, readSet, rangeReads, writeSet, collections, event };
  return { ...simulation, ...commit, creator, function: name, args, timestamp, endorsedBy };
}

function requireSuccess({ response, proposal }: Endorsement): Endorsement['response'] {
  if (response.status < ERROR_THRESHOLD) return response;
  throw new ChaincodeError(response.message, response.status, proposal.txId);
}

/**
 * One channel with one chaincode and a peer for each member. All peers share the state; only a collection's members hold its
 * private data.
 *
 * @example
 * const ledger = new MemoryLedger({ contracts, members: [{ mspId: 'BankMSP' }, { mspId: 'MerchantMSP' }] });
 * const teller = makeCaller({ mspId: 'BankMSP', role: 'teller', actor: 'bank-1' });
 * const payload = await ledger.invoke(teller, 'settlement:issue', [json]);
 */
export class MemoryLedger {
  readonly #options: MemoryLedgerOptions;
  readonly #chaincodes: ReadonlyMap<string, ChaincodeInterface>;
  readonly #world: WorldState;
  readonly #policy: Policy;
  readonly #now: () => Date;
  readonly #channel: string;
  readonly #chaincode: string;
  readonly #firstBlock: number;
  readonly #blocks: Block[];
  readonly #txIds: Set<string>;
  readonly #listeners = new Set<BlockListener>();
  readonly #simulations = new Set<Promise<unknown>>();
  #proposals: number;

  /** @param origin only for {@link MemoryLedger.fork} */
  constructor(options: MemoryLedgerOptions, origin: Origin = newOrigin(options)) {
    const { members, now = () => new Date() } = options;
    this.#options = options;
    this.#chaincodes = origin.chaincodes;
    this.#world = origin.world;
    this.#blocks = [...origin.blocks];
    this.#txIds = new Set(origin.txIds);
    this.#proposals = origin.proposals;
    this.#policy = options.policy ?? majority(members.map(({ mspId }) => mspId));
    this.#now = now instanceof Date ? () => now : now;
    this.#channel = options.channel ?? 'payments';
    this.#chaincode = options.chaincode ?? 'offline-pay';
    this.#firstBlock = options.firstBlock ?? 1;
  }

  /**
   * Makes a ledger with the same members, blocks and state, private data included. From here on, the two are independent:
   * neither sees what is submitted to the other. It costs a copy of the keys, so a test can build a world once and try many
   * things in it. Listeners are not copied.
   *
   * @example
   * const attempt = world.fork();
   * await attempt.invoke(cashier, 'settlement:void', [json]); // `world` still holds the money
   */
  fork(): MemoryLedger {
    return new MemoryLedger(this.#options, {
      chaincodes: this.#chaincodes,
      world: this.#world.clone(),
      blocks: this.#blocks,
      txIds: this.#txIds,
      proposals: this.#proposals,
    });
  }

  /** MSP ids of the organisations with a peer, in the order in which they were given. */
  get memberIds(): readonly string[] {
    return [...this.#chaincodes.keys()];
  }

  /**
   * Makes a proposal. Its transaction id depends on the caller and the number of proposals so far, so a run with the same
   * callers has the same ids.
   */
  propose(
    caller: Creator,
    name: string,
    args: readonly string[] = [],
    transient: Transient = {},
    timestamp: Date = this.#now(),
  ): Proposal {
    const { mspId, certificate } = caller;
    const txId = sha256(`${this.#channel}/${this.#proposals++}/${certificate}`);
    return {
      creator: { mspId, certificate },
      function: name,
      args: [...args],
      transient: transientBytes(transient),
      timestamp,
      txId,
    };
  }

  /**
   * Runs the proposal on one member's peer. If the transaction fails, the response has status 500.
   * @throws ProposalError when the caller's or the endorser's organisation is no member, or the id was used before
   * @throws ContractDefectError when the transaction did not await a request, or left an iterator open
   */
  endorse(
    proposal: Proposal,
    endorserMspId: string = this.#memberIds()[0] ?? '',
  ): Promise<Endorsement> {
    const simulation = this.#simulate(proposal, endorserMspId);
    this.#simulations.add(simulation);
    const done = () => void this.#simulations.delete(simulation);
    simulation.then(done, done);
    return simulation;
  }

  /**
   * Endorses on several members' peers and compares their results, like a gateway.
   * @throws ChaincodeError when a peer's chaincode refuses; EndorsementMismatchError when the results differ
   */
  async endorseBy(proposal: Proposal, mspIds: readonly string[]): Promise<Endorsement> {
    const endorsements = await Promise.all(mspIds.map((mspId) => this.endorse(proposal, mspId)));
    for (const each of endorsements) requireSuccess(each);
    const [first, ...others] = endorsements;
    if (!first) throw new ProposalError('name at least one endorsing member');
    const differing = COMPARED.filter(
      (part) => !others.every((other) => isDeepStrictEqual(first[part], other[part])),
    );
    if (differing.length > 0) throw new EndorsementMismatchError(differing);
    return { ...first, endorsedBy: [...mspIds] };
  }

  /**
   * Runs the proposal and returns its result. Commits nothing.
   * @throws ChaincodeError when the chaincode refuses
   */
  async evaluate(proposal: Proposal, endorserMspId?: string): Promise<Uint8Array> {
    return requireSuccess(await this.endorse(proposal, endorserMspId)).payload;
  }

  /** Commits a block with one transaction, or with several in the given order. Waits for running simulations. */
  submit(envelope: Endorsement): Promise<Commit>;
  submit(envelopes: readonly Endorsement[]): Promise<Commit[]>;
  async submit(envelopes: Endorsement | readonly Endorsement[]): Promise<Commit | Commit[]> {
    const isOne = 'proposal' in envelopes;
    const transactions = isOne ? [envelopes] : envelopes;
    for (const each of transactions) requireSuccess(each);
    // A peer locks its state during a simulation. A commit in between would show the simulation two states.
    while (this.#simulations.size > 0) await Promise.allSettled(this.#simulations);
    const block = this.#commit(transactions);
    for (const listener of this.#listeners) await listener(block);
    const commits = block.transactions.map(({ txId, blockNumber, validationCode }) => ({
      txId,
      blockNumber,
      validationCode,
    }));
    if (!isOne) return commits;
    const [commit] = commits;
    if (commit === undefined) throw new Error('The block is empty.');
    return commit;
  }

  /**
   * Endorses, submits in a block of its own, and returns the payload.
   * @throws ChaincodeError with the chaincode's message; EndorsementMismatchError; CommitError when the transaction is invalid
   */
  async invoke(
    caller: Creator,
    name: string,
    args: readonly string[] = [],
    transient: Transient = {},
    { endorsedBy = this.#memberIds(), timestamp }: InvokeOptions = {},
  ): Promise<Uint8Array> {
    const proposal = this.propose(caller, name, args, transient, timestamp);
    const envelope = await this.endorseBy(proposal, endorsedBy);
    const commit = await this.submit(envelope);
    if (commit.validationCode !== 'VALID') throw new CommitError(commit);
    return envelope.response.payload;
  }

  /** Public state in key order. Values are UTF-8 text. */
  state(): Map<string, string> {
    return asText(this.#world.rows);
  }

  /** Public rows whose keys begin with `prefix`, in key order. */
  range(prefix: string): [key: string, value: string][] {
    return [...this.state()].filter(([key]) => key.startsWith(prefix));
  }

  /** A collection's rows, as its members hold them. @throws Error for an unknown collection */
  privateState(collection: string): Map<string, string> {
    const state = this.#world.collection(collection);
    if (!state) throw new Error(`There is no collection ${collection}.`);
    return asText(state.rows);
  }

  /** All blocks, as every member can read them. The first has the number `firstBlock`. */
  blocks(): readonly Block[] {
    return [...this.#blocks];
  }

  /** Calls `listener` after each block. If it throws, the submit fails. @returns a function that removes the listener */
  onBlock(listener: BlockListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #memberIds(): string[] {
    return [...this.#chaincodes.keys()];
  }

  async #simulate(proposal: Proposal, endorserMspId: string): Promise<Endorsement> {
    return simulate(
      {
        chaincode: this.#accept(proposal, endorserMspId),
        world: this.#world,
        mspId: endorserMspId,
        channel: this.#channel,
        chaincodeName: this.#chaincode,
        totalQueryLimit: this.#options.totalQueryLimit ?? DEFAULT_TOTAL_QUERY_LIMIT,
      },
      proposal,
    );
  }

  #accept({ creator, txId }: Proposal, endorserMspId: string): ChaincodeInterface {
    const chaincode = this.#chaincodes.get(endorserMspId);
    if (!chaincode)
      throw new ProposalError(`no peer of ${endorserMspId} on channel ${this.#channel}`);
    if (!this.#chaincodes.has(creator.mspId)) {
      throw new ProposalError(
        `error validating proposal: access denied: channel [${this.#channel}] creator org unknown, creator is malformed`,
      );
    }
    if (this.#txIds.has(txId)) {
      const by = serializedIdentity(creator).toString('hex');
      throw new ProposalError(`duplicate transaction found [${txId}]. Creator [${by}]`);
    }
    return chaincode;
  }

  #commit(envelopes: readonly Endorsement[]): Block {
    const number = this.#firstBlock + this.#blocks.length;
    const validator = new BlockValidator(this.#world, this.#policy, (txId) =>
      this.#txIds.has(txId),
    );
    const transactions = envelopes.map((envelope, tx) => {
      const { txId } = envelope.proposal;
      const validationCode = validator.commit(envelope, { block: number, tx });
      return toBlockTransaction(envelope, { txId, blockNumber: number, validationCode });
    });
    for (const { txId } of transactions) this.#txIds.add(txId);
    this.#world.expire(number);
    const block = { number, transactions };
    this.#blocks.push(block);
    return block;
  }
}
