// SPDX-License-Identifier: Apache-2.0
// A contract of the test's own: runs a list of raw operations of the shim, so that a test can ask a peer anything. It is put
// beside the real contracts as text, so this file imports nothing but Fabric's own package.
import { Context, Contract } from 'fabric-contract-api';

/** The name of an operation below, then its arguments. */
export type Operation = readonly [name: string, ...args: unknown[]];

type Row = readonly [key: string, value: string];
type Stub = Context['stub'];
type Iterator = Awaited<ReturnType<Stub['getStateByRange']>>;
type Run = (ctx: Context, ...args: never[]) => unknown;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** What a private value is made of: what the client sent beside the arguments, and a suffix to tell values apart. */
const privateValue = (stub: Stub, suffix: string): Buffer =>
  Buffer.from(`${text(stub.getTransient().get('private') ?? Buffer.alloc(0))}${suffix}`);

/** The shim answers private ranges with an object around the iterator, which its types leave out. */
const iteratorIn = (answer: Iterator): Iterator =>
  (answer as unknown as { readonly iterator: Iterator }).iterator;

/** Reads the iterator to its end, or closes it after `limit` rows. */
async function rowsOf(iterator: Iterator, limit = Infinity): Promise<Row[]> {
  const rows: Row[] = [];
  while (rows.length < limit) {
    const { value, done } = await iterator.next();
    if (done) return rows;
    rows.push([value.key, text(value.value)]);
  }
  await iterator.close();
  return rows;
}

const OPERATIONS: Readonly<Record<string, Run>> = {
  get: async ({ stub }, key: string) => text(await stub.getState(key)),
  put: ({ stub }, key: string, value: string) => stub.putState(key, Buffer.from(value)),
  putMany: async ({ stub }, prefix: string, count: number) => {
    for (let index = 0; index < count; index += 1)
      await stub.putState(prefix + String(index).padStart(4, '0'), Buffer.from(`row ${index}`));
  },
  delete: ({ stub }, key: string) => stub.deleteState(key),
  range: async ({ stub }, start: string, end: string, limit?: number) =>
    rowsOf(await stub.getStateByRange(start, end), limit),
  page: async ({ stub }, start: string, end: string, size: number, bookmark = '') => {
    const { iterator, metadata } = await stub.getStateByRangeWithPagination(
      start,
      end,
      size,
      bookmark,
    );
    const { fetchedRecordsCount, bookmark: next } = metadata;
    return { rows: await rowsOf(iterator), fetchedRecordsCount, next };
  },
  privateGet: async ({ stub }, collection: string, key: string) =>
    text(await stub.getPrivateData(collection, key)),
  privateHash: async ({ stub }, collection: string, key: string) =>
    Buffer.from(await stub.getPrivateDataHash(collection, key)).toString('hex'),
  privatePut: ({ stub }, collection: string, key: string, suffix = '') =>
    stub.putPrivateData(collection, key, privateValue(stub, suffix)),
  privateDelete: ({ stub }, collection: string, key: string) =>
    stub.deletePrivateData(collection, key),
  privatePurge: ({ stub }, collection: string, key: string) =>
    stub.purgePrivateData(collection, key),
  privateRange: async ({ stub }, collection: string, start: string, end: string) =>
    rowsOf(iteratorIn(await stub.getPrivateDataByRange(collection, start, end))),
  event: ({ stub }, name: string, payload: string) => {
    stub.setEvent(name, Buffer.from(payload));
  },
  fail: (_, message: string) => {
    throw new Error(message);
  },
  /** What the endorser tells of the proposal. */
  context: ({ stub, clientIdentity }) => {
    const { seconds, nanos } = stub.getTxTimestamp();
    return {
      transaction: [stub.getTxID(), stub.getChannelID(), Number(seconds), nanos],
      arguments: stub.getArgs().length,
      transient: [...stub.getTransient()].map(([name, value]) => [name, text(value)]),
      creator: [clientIdentity.getMSPID(), clientIdentity.getID()],
      attributes: ['role', 'actor', 'none'].map((name) => clientIdentity.getAttributeValue(name)),
    };
  },
  /** The message of a failed operation; the transaction answers it and continues. */
  attempt: async (ctx, operation: Operation) => {
    try {
      return { answer: await run(ctx, operation) };
    } catch (error) {
      return { failed: (error as Error).message };
    }
  },
};

async function run(ctx: Context, [name, ...args]: Operation): Promise<unknown> {
  return (await OPERATIONS[name]?.(ctx, ...(args as never[]))) ?? null;
}

export class ProbeContract extends Contract {
  constructor() {
    super('probe');
  }

  /** One after the other; answers what each of them answered. */
  async run(ctx: Context, json: string): Promise<string> {
    const answers: unknown[] = [];
    for (const operation of JSON.parse(json) as Operation[])
      answers.push(await run(ctx, operation));
    return JSON.stringify(answers);
  }
}
