// SPDX-License-Identifier: Apache-2.0
// Lets clients ask real peers in rounds, and writes down what was asked and what came of it. All proposals of a round run
// while every peer holds the same blocks, and the next round begins when every peer holds what the round sent: so everything
// a peer saw can be shown to another ledger.
import { gateway as messages } from '@hyperledger/fabric-protos';
import { GatewayError, type Transaction } from '@hyperledger/fabric-gateway';
import { defined, itemAt } from '../support/defined.js';
import { soon, type RawCall, type RawGateway } from '../support/raw-gateway.js';
import { readProposal } from './block-reader.js';
import type { PeerBlocks } from './peer-blocks.js';
import type { Outcome, RecordedProposal, RecordedTransaction, Round } from './recording.js';

type Proposal = ReturnType<RawGateway['proposal']>;

export interface RecordedCall extends Omit<RawCall, 'by'> {
  readonly by: readonly string[];
  /** Asked for its answer only. */
  readonly query?: boolean;
  /** Asked again as it was signed before, with the same transaction id. */
  readonly signedBefore?: Proposal | undefined;
  /** Endorsed now and sent by {@link Recorder.send}. */
  readonly heldBack?: boolean;
}

/** What the client learns. */
export interface Told {
  readonly transactionId: string;
  readonly proposal?: Proposal;
  readonly payload: Uint8Array;
  /** What the gateway threw. */
  readonly error?: GatewayError;
  readonly envelope?: Transaction;
  readonly block?: number;
  readonly validationCode?: string;
}

interface Waiting<Work> {
  readonly work: Work;
  readonly done: (told: Told) => void;
  readonly failed: (reason: unknown) => void;
}

/** A call to endorse, or an envelope that was endorsed before. */
type Work =
  { readonly gateway: RawGateway; readonly call: RecordedCall } | { readonly held: Transaction };

interface Ran {
  readonly told: Told;
  readonly toSend?: Transaction;
  readonly recorded?: RecordedProposal;
}

const NOTHING = new Uint8Array();

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64');

function describe(proposal: Proposal, call: RecordedCall): Omit<RecordedProposal, 'outcome'> {
  const signed = defined(
    messages.ProposedTransaction.deserializeBinary(proposal.getBytes()).getProposal(),
    'signed proposal',
  );
  const { transactionId, timestamp, creator } = readProposal(signed.getProposalBytes_asU8());
  return {
    transactionId,
    name: call.transaction,
    arguments: call.input === undefined ? [] : [call.input],
    transient: call.transient === undefined ? {} : { private: base64(call.transient) },
    mspId: creator.mspid,
    certificate: creator.idBytes as string,
    timestamp,
    endorsers: call.by,
  };
}

/** How a gateway introduces what another peer said of the proposal itself. */
const FROM_AFAR = /^rpc error: code = Unknown desc = /;

/** A failure of the peer that was asked carries no details. */
function refusalOf(error: GatewayError, [asked = '']: readonly string[]): Outcome {
  const details = error.details.map(
    ({ mspId, message }) => [mspId, message.replace(FROM_AFAR, '')] as const,
  );
  return { kind: 'refused', messages: details.length > 0 ? details : [[asked, error.message]] };
}

async function endorse(proposal: Proposal, call: RecordedCall): Promise<[Outcome, Partial<Told>]> {
  if (call.query === true) {
    const payload = await proposal.evaluate(soon());
    return [{ kind: 'answered', payload: base64(payload) }, { payload }];
  }
  const envelope = await proposal.endorse(soon());
  return [{ kind: 'endorsed' }, { payload: envelope.getResult(), envelope }];
}

/**
 * A gateway that another peer answers with a failure, as it answers a transaction id that was used, closes its connection to
 * that peer, under whatever else is being endorsed over it. No peer answered the call then: it is asked anew.
 */
const wasCutOff = (error: GatewayError): boolean =>
  error.details.some(({ message }) => message.includes('the client connection is closing'));

const MOST_CUTS = 5;

async function run(gateway: RawGateway, call: RecordedCall, cuts = 0): Promise<Ran> {
  const proposal = call.signedBefore ?? gateway.proposal(call);
  const described = describe(proposal, call);
  const { transactionId } = described;
  const nothing = { transactionId, proposal, payload: NOTHING };
  try {
    const [outcome, told] = await endorse(proposal, call);
    return {
      recorded: { ...described, outcome },
      told: { ...nothing, ...told },
      ...(told.envelope && call.heldBack !== true && { toSend: told.envelope }),
    };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    if (wasCutOff(error) && cuts < MOST_CUTS) return run(gateway, call, cuts + 1);
    const outcome = refusalOf(error, call.by);
    return { recorded: { ...described, outcome }, told: { ...nothing, error } };
  }
}

export class Recorder {
  readonly #peers: readonly PeerBlocks[];
  readonly #rounds: Round[] = [];
  #waiting: Waiting<Work>[] = [];
  #running = false;
  #sent = 0;

  /** @param peers of every organisation, from the same block on */
  constructor(peers: readonly PeerBlocks[]) {
    this.#peers = peers;
  }

  get rounds(): readonly Round[] {
    return this.#rounds;
  }

  /** Takes part in the next round. What is asked in the same turn of the event loop is asked in the same round. */
  ask(gateway: RawGateway, call: RecordedCall): Promise<Told> {
    return this.#enqueue({ gateway, call });
  }

  /** Sends, in the next round, what was held back; or once more what was sent. */
  send(held: Transaction): Promise<Told> {
    return this.#enqueue({ held });
  }

  #enqueue(work: Work): Promise<Told> {
    return new Promise((done, failed) => {
      this.#waiting.push({ work, done, failed });
      if (this.#running) return;
      this.#running = true;
      setImmediate(() => void this.#runRounds());
    });
  }

  async #runRounds(): Promise<void> {
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      try {
        await this.#round(together);
      } catch (error) {
        for (const { failed } of together) failed(error);
      }
      // The callers that have their answer may now ask for more.
      await new Promise(setImmediate);
    }
    this.#running = false;
  }

  async #round(together: readonly Waiting<Work>[]): Promise<void> {
    const ran = await Promise.all(
      together.map(async ({ work }): Promise<Ran> =>
        'held' in work
          ? {
              told: { transactionId: work.held.getTransactionId(), payload: NOTHING },
              toSend: work.held,
            }
          : run(work.gateway, work.call),
      ),
    );
    const proposals = ran.flatMap(({ recorded }) => recorded ?? []);
    const blocks = await this.#send(ran.flatMap(({ toSend }) => toSend ?? []));
    this.#rounds.push({ proposals, blocks });
    const committed = blocks.flatMap(({ number, transactions }) =>
      transactions.map((transaction) => ({ ...transaction, number })),
    );
    together.forEach(({ done }, index) => done(withCommit(itemAt(ran, index), committed)));
  }

  /** One after the other, so that blocks keep the order of the calls. */
  async #send(envelopes: readonly Transaction[]): Promise<Round['blocks']> {
    for (const envelope of envelopes) await envelope.submit(soon());
    this.#sent += envelopes.length;
    const [blocks = []] = await Promise.all(this.#peers.map((peer) => peer.until(this.#sent)));
    return blocks;
  }
}

/** An envelope that was sent twice in one round learns of the first. */
function withCommit(
  { told, toSend }: Ran,
  committed: readonly (RecordedTransaction & { readonly number: number })[],
): Told {
  const found = committed.find(({ transactionId }) => transactionId === told.transactionId);
  if (toSend === undefined || found === undefined) return told;
  return { ...told, block: found.number, validationCode: found.validationCode };
}
