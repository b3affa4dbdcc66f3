// SPDX-License-Identifier: Apache-2.0
// A call's whole way through the real gateway library, to a peer that is scripted at the gRPC client's interface.
import { generateKeyPairSync, verify } from 'node:crypto';
import { Metadata, status as grpc, type requestCallback } from '@grpc/grpc-js';
import { connect, hash, StatusCode, type GrpcClient } from '@hyperledger/fabric-gateway';
import { firstOf, itemAt } from '../../../test/support/defined.js';
import { createClient } from '../client/client.js';
import type { EndorserContext } from '../client/endorsers.js';
import { OutcomeUnknownError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import { isInMemory, memoryJournal } from '../journal/memory-journal.js';
import { nativeSigner } from '../signer/native-signer.js';
import { CommitFeed } from './commit-feed.js';
import { commitStatusRequest } from './commit-request.js';
import { askStatus } from './commit-status.js';
import { DEFAULT_DEADLINES, type Deadlines } from './deadlines.js';
import { EnvelopeSender } from './envelope-sender.js';
import { GatewayTransport } from './gateway-transport.js';
import { recover, resume } from './resume.js';
import { Statistics } from './statistics.js';

const CHANNEL = 'settlement';
const OWN = 'MerchantMSP';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const identity = { mspId: OWN, credentials: Buffer.from(`certificate ${'x'.repeat(300)}`) };

/** Encodes protocol buffers: a number becomes a varint field, everything else is length-delimited. */
function message(fields: Readonly<Record<number, number | string | Buffer>>): Buffer {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
  return Buffer.concat(
    Object.entries(fields).map(([number, value]) => {
      if (typeof value === 'number') return Buffer.from([Number(number) << 3, ...varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([
        Buffer.from([(Number(number) << 3) | 2, ...varint(bytes.length)]),
        bytes,
      ]);
    }),
  );
}

/** The nested messages of an endorsed transaction around the chaincode's answer. */
function endorsed(payload: string): Buffer {
  const chaincodeAction = message({ 3: message({ 1: 200, 3: payload }) });
  const endorsedAction = message({ 1: message({ 2: chaincodeAction }) });
  const transaction = message({ 1: message({ 2: message({ 2: endorsedAction }) }) });
  const header = message({ 1: message({ 4: CHANNEL }) });
  const envelope = message({ 1: message({ 1: header, 2: transaction }) });
  return message({ 1: envelope });
}

class Failure {
  constructor(
    readonly code: number,
    readonly text: string,
    readonly peers: readonly { mspId: string; message: string }[] = [],
  ) {}

  toServiceError() {
    const details = this.peers.map((peer) =>
      message({ 1: `${peer.mspId}:7051`, 2: peer.mspId, 3: peer.message }),
    );
    const metadata = new Metadata();
    for (const detail of details) {
      metadata.add(
        'grpc-status-details-bin',
        message({ 1: this.code, 2: this.text, 3: message({ 1: 'x', 2: detail }) }),
      );
    }
    return Object.assign(new Error(`${this.code}: ${this.text}`), {
      code: this.code,
      details: this.text,
      metadata,
    });
  }
}

/** The parts of the library's messages that the tests read. */
interface Request {
  serializeBinary(): Uint8Array;
  getTransactionId(): string;
  getEndorsingOrganizationsList(): string[];
  getTargetOrganizationsList(): string[];
  getPreparedTransaction(): {
    getSignature_asU8(): Uint8Array;
    getPayload_asU8(): Uint8Array;
    serializeBinary(): Uint8Array;
  };
}

type Step = Buffer | Failure | (() => Buffer | Failure);
type Stage = 'Endorse' | 'Submit' | 'CommitStatus' | 'Evaluate';

const committed = (code: keyof typeof StatusCode): Buffer =>
  message({ 1: StatusCode[code], 2: 42 });
const OUTCOME = { replayed: false, units: [], state: 'released' };
const ENDORSED = endorsed(JSON.stringify(OUTCOME));
const TAKEN = Buffer.alloc(0);

/** Each request takes one step of its stage's script. The last step repeats. */
function scriptedPeer(script: Partial<Record<Stage, readonly Step[]>>) {
  const steps = {
    Endorse: [ENDORSED],
    Submit: [TAKEN],
    CommitStatus: [committed('VALID')],
    Evaluate: [],
    ...script,
  };
  const requests: { stage: Stage; request: Request; leftMs: number }[] = [];
  const of = (stage: Stage): Request[] =>
    requests.filter((each) => each.stage === stage).map((each) => each.request);
  const client = {
    makeUnaryRequest: (
      method: string,
      _serialize: unknown,
      deserialize: (bytes: Buffer) => unknown,
      request: Request,
      { deadline }: { readonly deadline?: number },
      callback: requestCallback<unknown>,
    ) => {
      const stage = method.split('/').at(-1) as Stage;
      const step = itemAt(steps[stage], Math.min(of(stage).length, steps[stage].length - 1));
      requests.push({ stage, request, leftMs: (deadline ?? Infinity) - Date.now() });
      const answer = typeof step === 'function' ? step() : step;
      if (answer instanceof Failure) callback(answer.toServiceError());
      else callback(null, deserialize(answer));
    },
  };
  return {
    client: client as unknown as GrpcClient,
    of,
    stages: () => requests.map(({ stage }) => stage),
    leftMs: () => requests.map((each) => each.leftMs),
  };
}

/** Like a journal in files: it takes bytes before anything is sent. */
function lastingJournal(): Journal {
  const journal = memoryJournal();
  return {
    record: (transactionId, envelope) => journal.record(transactionId, envelope),
    settle: (transactionId) => journal.settle(transactionId),
    pending: () => journal.pending(),
  };
}

const unheard = () => Promise.reject(new Error('nobody listens to blocks here'));

function setUp(
  script: Partial<Record<Stage, readonly Step[]>> = {},
  journal: Journal = memoryJournal(),
  endorsers: Partial<EndorserContext> = {},
  given: Partial<Deadlines> = {},
) {
  const peer = scriptedPeer(script);
  const signer = nativeSigner(privateKey);
  const gateway = connect({ client: peer.client, identity, signer, hash: hash.none });
  let now = 0;
  const pace = {
    now: () => now,
    sleep: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
    random: () => 1,
  };
  const deadlines = { ...DEFAULT_DEADLINES, ...given };
  const sender = new EnvelopeSender({
    source: { blocks: unheard, ask: askStatus(gateway, CHANNEL, identity) },
    feed: new CommitFeed(),
    deadlines,
    journal,
    pace,
  });
  const statistics = new Statistics();
  const transport = new GatewayTransport({
    gateway,
    contract: gateway.getNetwork(CHANNEL).getContract('offpay'),
    signer: isInMemory(journal) ? undefined : signer,
    sender,
    deadlines,
    endorsers: {
      mode: 'pinned',
      organisations: { bank: 'BankMSP', merchant: OWN, logistics: 'LogisticsMSP' },
      ownMspId: OWN,
      ...endorsers,
    },
    statistics,
    pace,
  });
  const resumeContext = { gateway, sender, journal };
  return { client: createClient(transport), peer, gateway, statistics, journal, resumeContext };
}

const JOURNALS: readonly (readonly [string, () => Journal])[] = [
  ['in memory', memoryJournal],
  ['that lasts', lastingJournal],
];

const order = { merchantId: 'merchant-1', orderNumber: 'ORD-1001' };
const refusal = (code: string): string =>
  `chaincode response 500, ${JSON.stringify({ code, message: 'no', details: { row: 'order' } })}`;
const COLLECT =
  'failed to collect enough transaction endorsements, see attached details for more info';
const GONE = new Failure(grpc.UNAVAILABLE, 'connect ECONNREFUSED');
const TIMEOUT = new Failure(grpc.DEADLINE_EXCEEDED, 'Deadline exceeded');

describe('a submit', () => {
  test('is endorsed by the pinned pair, signed, sent and committed', async () => {
    const { client, peer, statistics, journal } = setUp();
    const answer = await client.settlement.release(order);
    expect(answer).toMatchObject({ result: OUTCOME, blockNumber: 42n, attempts: 1 });
    expect(peer.stages()).toEqual(['Endorse', 'Submit', 'CommitStatus']);
    expect(firstOf(peer.of('Endorse')).getEndorsingOrganizationsList()).toEqual(['BankMSP', OWN]);
    const submit = firstOf(peer.of('Submit'));
    expect(submit.getTransactionId()).toBe(answer.transactionId);
    const envelope = submit.getPreparedTransaction();
    expect(
      verify('sha256', envelope.getPayload_asU8(), publicKey, envelope.getSignature_asU8()),
    ).toBe(true);
    expect(statistics.snapshot()).toMatchObject({ submitted: 1, committed: 1 });
    await expect(journal.pending()).resolves.toEqual([]);
  });

  test('carries its input as the only argument, and private data outside of it', async () => {
    const answer = endorsed(JSON.stringify({ replayed: false, units: [], addressRefs: [] }));
    const { client, peer } = setUp({ Endorse: [answer] });
    const text = 'Beispielweg 1';
    const transient = {
      salt: 'a'.repeat(64),
      addresses: [{ ref: 'addr-1', latitude: 1, longitude: 2, text }],
    };
    await client.logistics.offerAddresses(order, { transient });
    const proposal = Buffer.from(firstOf(peer.of('Endorse')).serializeBinary()).toString();
    expect(proposal).toContain('logistics:offerAddresses');
    expect(proposal).toContain(JSON.stringify(order));
    expect(proposal).toContain(text);
    expect(Buffer.from(firstOf(peer.of('Submit')).serializeBinary()).toString()).not.toContain(
      text,
    );
    expect(firstOf(peer.of('Endorse')).getEndorsingOrganizationsList()).toEqual([
      'BankMSP',
      'LogisticsMSP',
    ]);
  });

  test('that conflicts is proposed again with the same input', async () => {
    const { client, peer, statistics } = setUp({
      CommitStatus: [
        committed('MVCC_READ_CONFLICT'),
        committed('PHANTOM_READ_CONFLICT'),
        committed('VALID'),
      ],
    });
    await expect(client.settlement.release(order)).resolves.toMatchObject({ attempts: 3 });
    expect(new Set(peer.of('Submit').map((request) => request.getTransactionId())).size).toBe(3);
    expect(statistics.snapshot()).toMatchObject({
      submitted: 1,
      committed: 1,
      conflictsRetried: 2,
    });
  });

  test('that always conflicts ends as a conflict', async () => {
    const { client } = setUp({ CommitStatus: [committed('MVCC_READ_CONFLICT')] });
    await expect(
      client.settlement.release(order, { retries: { attempts: 3 } }),
    ).rejects.toMatchObject({
      name: 'ConflictError',
      details: { validation: 'MVCC_READ_CONFLICT', blockNumber: '42' },
    });
  });

  test('that is refused is neither sent nor repeated', async () => {
    const peers = ['BankMSP', OWN].map((mspId) => ({ mspId, message: refusal('RELEASE_NOT_DUE') }));
    const { client, peer, journal } = setUp({
      Endorse: [new Failure(grpc.ABORTED, COLLECT, peers)],
    });
    await expect(client.settlement.release(order)).rejects.toMatchObject({
      name: 'RefusedError',
      code: 'RELEASE_NOT_DUE',
      details: { row: 'order' },
    });
    expect(peer.stages()).toEqual(['Endorse']);
    await expect(journal.pending()).resolves.toEqual([]);
  });

  test('that one endorser refuses, because it is a block behind, is proposed again', async () => {
    const behind = new Failure(grpc.ABORTED, COLLECT, [
      { mspId: 'BankMSP', message: refusal('NOT_FOUND') },
    ]);
    const { client, statistics } = setUp({ Endorse: [behind, behind, ENDORSED] });
    await expect(client.settlement.release(order)).resolves.toMatchObject({ attempts: 3 });
    expect(statistics.snapshot().divisionsRetried).toBe(2);
  });

  test('leaves the choice to the gateway when a pinned peer cannot be reached', async () => {
    const { client, peer } = setUp({ Endorse: [GONE, ENDORSED] });
    await expect(client.settlement.release(order)).resolves.toMatchObject({ attempts: 1 });
    const asked = peer.of('Endorse').map((request) => request.getEndorsingOrganizationsList());
    expect(asked).toEqual([['BankMSP', OWN], []]);
  });

  test('does not trust its own peer alone, because it may have just started', async () => {
    const behind = new Failure(grpc.ABORTED, COLLECT, [
      { mspId: OWN, message: refusal('LOGIN_NOT_AUTHENTICATED') },
    ]);
    const { client } = setUp({ Endorse: [GONE, behind, ENDORSED] });
    await expect(client.settlement.release(order)).resolves.toMatchObject({ attempts: 2 });
  });

  test('with private data waits for its own endorsers instead', async () => {
    const delivered = endorsed(JSON.stringify({ ...OUTCOME, delivery: 'delivered' }));
    const { client, peer } = setUp({ Endorse: [GONE, GONE, delivered] });
    await expect(client.logistics.deliver(order)).resolves.toMatchObject({ attempts: 3 });
    const asked = peer.of('Endorse').map((request) => request.getEndorsingOrganizationsList());
    expect(asked).toEqual(Array(3).fill(['BankMSP', 'LogisticsMSP']));
  });

  test('waits for peers that restart, and is unavailable when they do not come back', async () => {
    const { client, peer } = setUp({ Endorse: [GONE] });
    await expect(
      client.settlement.release(order, { retries: { deadlineMs: 5_000 } }),
    ).rejects.toMatchObject({
      name: 'UnavailableError',
      details: { grpcCode: grpc.UNAVAILABLE },
    });
    expect(peer.of('Endorse').length).toBeGreaterThan(6);
    expect(peer.of('Submit')).toEqual([]);
  });

  test('whose answer is unreadable is never sent', async () => {
    const { client, peer } = setUp({ Endorse: [endorsed('{"replayed":"perhaps"}')] });
    await expect(client.settlement.release(order)).rejects.toMatchObject({
      code: 'OUTPUT_INVALID',
    });
    expect(peer.of('Submit')).toEqual([]);
  });

  test('that the journal cannot record is never sent', async () => {
    const journal = { ...lastingJournal(), record: () => Promise.reject(new Error('disk full')) };
    const { client, peer } = setUp({}, journal);
    await expect(client.settlement.release(order)).rejects.toThrow('disk full');
    expect(peer.of('Submit')).toEqual([]);
  });

  test.each(JOURNALS)('is in a journal %s before it is sent', async (_, make) => {
    const journal = make();
    let recorded: Promise<readonly unknown[]> | undefined;
    const submit = (): Buffer => {
      recorded = journal.pending();
      return TAKEN;
    };
    await setUp({ Submit: [submit] }, journal).client.settlement.release(order);
    await expect(recorded).resolves.toHaveLength(1);
  });

  test('succeeds even if the journal fails to remove it', async () => {
    const journal = { ...memoryJournal(), settle: () => Promise.reject(new Error('disk full')) };
    await expect(setUp({}, journal).client.settlement.release(order)).resolves.toMatchObject({
      blockNumber: 42n,
    });
  });

  test('that the ordering service refuses has failed for good', async () => {
    const text =
      'received unsuccessful response from orderer: status=FORBIDDEN, info=implicit policy evaluation failed';
    const { client, journal, peer } = setUp({ Submit: [new Failure(grpc.ABORTED, text)] });
    await expect(client.settlement.release(order)).rejects.toMatchObject({
      name: 'OrderingError',
      details: { grpcCode: grpc.ABORTED },
    });
    expect(peer.stages()).toEqual(['Endorse', 'Submit']);
    await expect(journal.pending()).resolves.toEqual([]);
  });

  test('whose answer was lost is sent again, byte for byte the same', async () => {
    const { client, peer } = setUp({
      Submit: [GONE, GONE, TAKEN],
      CommitStatus: [TIMEOUT, TIMEOUT, committed('VALID')],
    });
    await expect(client.settlement.release(order)).resolves.toMatchObject({ attempts: 1 });
    const [first, ...rest] = peer
      .of('Submit')
      .map((request) => Buffer.from(request.serializeBinary()).toString('hex'));
    expect(rest).toEqual([first, first]);
  });

  test('that its caller aborted before it was sent is not sent', async () => {
    const stopped = new AbortController();
    const endorse = (): Buffer => {
      stopped.abort(new Error('enough'));
      return ENDORSED;
    };
    const { client, peer } = setUp({ Endorse: [endorse] });
    await expect(client.settlement.release(order, { signal: stopped.signal })).rejects.toThrow(
      'enough',
    );
    expect(peer.of('Submit')).toEqual([]);
  });

  test('that its caller aborted after it was sent is unknown and stays in the journal', async () => {
    const stopped = new AbortController();
    const submit = (): Buffer => {
      stopped.abort(new Error('enough'));
      return TAKEN;
    };
    const { client, journal } = setUp({ Submit: [submit], CommitStatus: [TIMEOUT] });
    await expect(client.settlement.release(order, { signal: stopped.signal })).rejects.toThrow(
      OutcomeUnknownError,
    );
    await expect(journal.pending()).resolves.toHaveLength(1);
  });
});

describe.each(JOURNALS)('an unknown outcome, with a journal %s,', (_, make) => {
  const lost = { Submit: [GONE], CommitStatus: [TIMEOUT] };
  const unknownOf = async (journal: Journal): Promise<OutcomeUnknownError> => {
    const error: unknown = await setUp(lost, journal)
      .client.settlement.release(order)
      .catch((thrown: unknown) => thrown);
    if (error instanceof OutcomeUnknownError) return error;
    throw new Error('expected an unknown outcome', { cause: error });
  };

  test('carries the envelope, which a later connection resumes', async () => {
    const { envelope, transactionId } = await unknownOf(make());
    const { resumeContext, peer } = setUp({ CommitStatus: [TIMEOUT, committed('VALID')] });
    await expect(resume(resumeContext, envelope)).resolves.toEqual({
      transactionId,
      blockNumber: 42n,
      result: OUTCOME,
    });
    expect(peer.stages()).toEqual(['CommitStatus', 'Submit', 'CommitStatus']);
    const sent = firstOf(peer.of('Submit')).getPreparedTransaction();
    expect(Buffer.from(envelope).includes(Buffer.from(sent.serializeBinary()))).toBe(true);
  });

  test('that turns out to be a conflict throws like a submit', async () => {
    const { envelope } = await unknownOf(make());
    const { resumeContext } = setUp({ CommitStatus: [committed('MVCC_READ_CONFLICT')] });
    await expect(resume(resumeContext, envelope)).rejects.toMatchObject({ name: 'ConflictError' });
  });

  test('is recovered from the journal after a restart', async () => {
    const journal = make();
    const first = await unknownOf(journal);
    const second = await unknownOf(journal);
    const { resumeContext } = setUp(
      { CommitStatus: [committed('VALID'), committed('MVCC_READ_CONFLICT')] },
      journal,
    );
    await expect(recover(resumeContext)).resolves.toMatchObject([
      { outcome: 'committed', transactionId: first.transactionId, result: OUTCOME },
      {
        outcome: 'failed',
        transactionId: second.transactionId,
        error: { code: 'TRANSACTION_CONFLICT' },
      },
    ]);
    await expect(journal.pending()).resolves.toEqual([]);
  });

  test('of bytes that are not an envelope has its own error', async () => {
    const { resumeContext } = setUp();
    await expect(resume(resumeContext, Buffer.from('no envelope'))).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
    });
  });
});

describe('a query', () => {
  const account = { customerId: 'customer-1', currency: 'EUR' };
  const answer = { ...account, available: '5', spent: '0', sinceStepUp: '0' };
  const found = message({ 1: message({ 1: 200, 3: JSON.stringify(answer) }) });

  test('asks only its own organisation, and orders nothing', async () => {
    const { client, peer, statistics } = setUp({ Evaluate: [found] });
    await expect(client.settlement.readAccount(account)).resolves.toEqual(answer);
    expect(peer.stages()).toEqual(['Evaluate']);
    expect(firstOf(peer.of('Evaluate')).getTargetOrganizationsList()).toEqual([OWN]);
    expect(statistics.snapshot().submitted).toBe(0);
  });

  test('that is refused throws the refusal', async () => {
    const peers = [{ mspId: OWN, message: refusal('NOT_FOUND') }];
    const { client } = setUp({
      Evaluate: [new Failure(grpc.UNKNOWN, 'evaluate call to endorser returned error', peers)],
    });
    await expect(client.settlement.readAccount(account)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      number: 106,
    });
  });

  test('ends in time: each attempt gets the rest of the time, but not more than its own limit', async () => {
    const deadlines = { queryMs: 3_000, evaluateMs: 2_500 };
    const { client, peer } = setUp({ Evaluate: [GONE] }, memoryJournal(), {}, deadlines);
    await expect(client.settlement.readAccount(account)).rejects.toMatchObject({
      name: 'UnavailableError',
    });
    // After 0, 200, 600 and 1,400 ms; the next pause would outlast the query.
    const atMost = [2_500, 2_500, 2_400, 1_600];
    expect(peer.leftMs()).toHaveLength(atMost.length);
    for (const [index, most] of atMost.entries())
      expect(peer.leftMs()[index]).toBeLessThanOrEqual(most);
  });

  test('fails when its own peer cannot be reached: no other peer is trusted', async () => {
    const { client, peer } = setUp({ Evaluate: [GONE] });
    const retries = { deadlineMs: 2_000 };
    await expect(client.settlement.readAccount(account, { retries })).rejects.toMatchObject({
      name: 'UnavailableError',
    });
    expect(
      new Set(peer.of('Evaluate').flatMap((request) => request.getTargetOrganizationsList())),
    ).toEqual(new Set([OWN]));
  });

  test('survives a restart of the chaincode', async () => {
    const restarting = new Failure(grpc.ABORTED, 'x', [
      { mspId: OWN, message: 'chaincode stream terminated' },
    ]);
    const { client } = setUp({ Evaluate: [restarting, restarting, found] });
    await expect(client.settlement.readAccount(account)).resolves.toEqual(answer);
  });
});

// Sizes just below and above the points where a length needs another byte.
test.each([10, 100, 150, 1_000, 20_000])(
  "the request for a commit status is the library's own, byte by byte, with a certificate of %i bytes",
  async (size) => {
    const asker = { mspId: OWN, credentials: Buffer.alloc(size, 'x') };
    const { client } = scriptedPeer({});
    const gateway = connect({
      client,
      identity: asker,
      signer: nativeSigner(privateKey),
      hash: hash.none,
    });
    const contract = gateway.getNetwork(CHANNEL).getContract('offpay');
    const transaction = await contract.newProposal('settlement:release').endorse();
    const submitted = await transaction.submit();
    const ours = commitStatusRequest(submitted.getTransactionId(), CHANNEL, asker);
    expect(Buffer.from(ours).equals(submitted.getBytes())).toBe(true);
  },
);
