// SPDX-License-Identifier: Apache-2.0
import { MAX_BATCH, transactionNamed } from '@fabric-offline-pay/domain';
import { defined } from '../../../test/support/defined.js';
import { ConflictError, EndorsementError, RefusedError, UnavailableError } from '../errors.js';
import { realPace } from '../retry/pace.js';
import { BatchingTransport } from './batching.js';
import type { Call, Decode, SubmitOptions, TransactionResult, Transport } from './transport.js';

const settle = defined(transactionNamed('express', 'settle'), 'express:settle');
const refusal = { code: 'NOT_FOUND' as const, message: 'none', details: {} };

type Answer = (inputs: readonly number[]) => readonly unknown[];

/** No call is refused. */
const outputs: Answer = (inputs) => inputs.map((input) => ({ output: { was: input } }));

/** A network that notes what is submitted, and answers or fails as the test says. */
class Scripted implements Transport {
  readonly submitted: { readonly inputs: readonly number[]; readonly options: SubmitOptions }[] =
    [];
  readonly sent: (readonly number[])[] = [];
  /** Endorsing waits for this promise. */
  gate: Promise<void> = Promise.resolve();
  fails: (inputs: readonly number[]) => Error | undefined = () => undefined;
  answers: Answer = outputs;

  async submit(
    { argument }: Call,
    decode: Decode,
    options: SubmitOptions,
  ): Promise<TransactionResult<unknown>> {
    const parsed = JSON.parse(argument) as number | number[];
    const inputs = [parsed].flat();
    this.submitted.push({ inputs, options });
    await this.gate;
    const failure = this.fails(inputs);
    if (failure !== undefined) throw failure;
    const answer = Array.isArray(parsed) ? this.answers(inputs) : { was: parsed };
    const result = decode(Buffer.from(JSON.stringify(answer)));
    this.sent.push(inputs);
    const transactionId = `tx-${this.sent.length.toString()}`;
    return { result, transactionId, blockNumber: 1n, attempts: 1, durationMs: 0 };
  }

  evaluate(): Promise<unknown> {
    return Promise.resolve('asked');
  }
}

const decode: Decode = (payload) => JSON.parse(Buffer.from(payload).toString()) as unknown;

let network: Scripted;
let batching: BatchingTransport;

beforeEach(() => {
  network = new Scripted();
  batching = new BatchingTransport(network, realPace);
});

const submit = (input: number, options: SubmitOptions = {}) =>
  batching.submit({ transaction: settle, argument: JSON.stringify(input) }, decode, options);

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

test('every call gets its own answer, in as few transactions as possible', async () => {
  const results = await Promise.all(numbers(MAX_BATCH + 1).map((each) => submit(each)));
  expect(results.map(({ result }) => result)).toEqual(
    numbers(MAX_BATCH + 1).map((was) => ({ was })),
  );
  expect(network.sent).toEqual([numbers(MAX_BATCH), [MAX_BATCH]]);
});

test('calls that come while a batch is endorsed form the next batch', async () => {
  let open: () => void = () => undefined;
  network.gate = new Promise((resolve) => (open = resolve));
  const first = submit(0);
  await new Promise((resolve) => setImmediate(resolve));
  const later = [submit(1), submit(2)];
  await new Promise((resolve) => setImmediate(resolve));
  expect(network.submitted.map(({ inputs }) => inputs)).toEqual([[0]]);
  open();
  await Promise.all([first, ...later]);
  expect(network.sent).toEqual([[0], [1, 2]]);
});

test('a batch that nobody endorses delays the next one only for a moment', async () => {
  let open: () => void = () => undefined;
  network.gate = new Promise((resolve) => (open = resolve));
  const first = submit(0);
  await new Promise((resolve) => setImmediate(resolve));
  const second = submit(1);
  const bothAsked = async (): Promise<void> => {
    while (network.submitted.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await bothAsked();
  open();
  await Promise.all([first, second]);
  expect(network.sent).toEqual([[0], [1]]);
});

test.each([
  ['others', () => new ConflictError('tx', {})],
  ['endorsers that disagree', () => new EndorsementError('ENDORSEMENT_MISMATCH', {})],
])('a call that meets %s does not make the others fail', async (_, failure) => {
  network.fails = (inputs) => (inputs.includes(5) ? failure() : undefined);
  const ends = await Promise.allSettled(numbers(8).map((each) => submit(each)));
  expect(ends.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([5]);
  expect(network.sent.flat().sort()).toEqual([0, 1, 2, 3, 4, 6, 7]);
});

test('a batch with a conflict is not repeated as a whole, a single call is', async () => {
  await Promise.all([submit(0), submit(1)]);
  await submit(2);
  expect(network.submitted.map(({ options }) => options)).toEqual([
    { retries: { conflicts: false } },
    {},
  ]);
});

test('when the network is unavailable, all calls fail', async () => {
  network.fails = () => new UnavailableError({}, undefined);
  const ends = await Promise.allSettled([submit(0), submit(1)]);
  expect(ends).toMatchObject([
    { reason: { code: 'NETWORK_UNAVAILABLE' } },
    { reason: { code: 'NETWORK_UNAVAILABLE' } },
  ]);
  expect(network.submitted).toHaveLength(1);
});

test('a refusal affects only its own call; if all calls are refused, nothing is sent', async () => {
  network.answers = (inputs) =>
    inputs.map((input) => (input % 2 === 1 ? { refusal } : { output: { was: input } }));
  const [even, odd] = await Promise.allSettled([submit(2), submit(3)]);
  expect(even).toMatchObject({ value: { result: { was: 2 } } });
  expect(odd).toMatchObject({ reason: new RefusedError(refusal) });
  await Promise.allSettled([submit(5), submit(7)]);
  expect(network.sent).toEqual([[2, 3]]);
});

test.each([
  ['no answers', () => []],
  ['another shape', () => [{ result: 1 }, { result: 2 }]],
])('a batch whose answer is %s is not sent', async (_, answers) => {
  network.answers = answers;
  const ends = await Promise.allSettled([submit(0), submit(1)]);
  expect(ends).toMatchObject([
    { reason: { code: 'OUTPUT_INVALID' } },
    { reason: { code: 'OUTPUT_INVALID' } },
  ]);
  expect(network.sent).toEqual([]);
});

test.each<[string, SubmitOptions]>([
  ['endorsers', { endorsers: ['BankMSP'] }],
  ['a signal', { signal: new AbortController().signal }],
  ['retries', { retries: { attempts: 1 } }],
])('a call with its own %s is sent alone', async (_, options) => {
  await Promise.all([submit(0), submit(1, options), submit(2)]);
  expect(network.sent.toSorted((a, b) => a.length - b.length)).toEqual([[1], [0, 2]]);
});

test('other transactions and queries are sent alone', async () => {
  const release = defined(transactionNamed('settlement', 'release'), 'settlement:release');
  const call = { transaction: release, argument: '1' };
  await Promise.all([batching.submit(call, decode, {}), batching.submit(call, decode, {})]);
  expect(network.sent).toEqual([[1], [1]]);
  expect(await batching.evaluate(call, decode, {})).toBe('asked');
});
