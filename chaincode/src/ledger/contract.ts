// SPDX-License-Identifier: Apache-2.0
// Makes a Fabric contract from the transaction table and one handler per transaction. Every call goes the same way:
// authorise → parse → own → perform (handle once, see repetition.ts) → write → announce. The calls of a batch are parsed,
// owned and performed one after the other. Each sees what the earlier ones did.
import { Context, Contract } from 'fabric-contract-api';
import {
  DomainError,
  MAX_BATCH,
  ensure,
  found,
  transactionNamed,
  TRANSACTIONS,
  type BatchAnswer,
  type ContractName,
  type NamedTransaction,
  type ParsedInputOf,
  type ResultOf,
  type TransactionName,
} from '@fabric-offline-pay/domain';
import { authoriseCaller, ensureOwner, type Caller } from './access.js';
import type { Announcement, Call } from './call.js';
import { rememberCertificates } from './certificate-memory.js';
import { proposalTime } from './clock.js';
import type { Fields } from './fields.js';
import { quietShim } from './quiet-shim.js';
import { perform } from './repetition.js';
import { Store } from './store.js';

/** A handler for every transaction of a contract, typed by the table. */
export type Handlers<Name extends ContractName> = {
  readonly [Key in TransactionName<Name>]: (
    call: Call<ParsedInputOf<Name, Key>>,
  ) => Promise<ResultOf<Name, Key>>;
};

type Handler = (call: Call) => Promise<Fields>;

function parseJson(text: string | undefined, field: string): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new DomainError('INPUT_INVALID', { field, reason: 'no JSON' });
  }
}

function parseInput(schema: NamedTransaction['input'], value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new DomainError('INPUT_INVALID', { field: issue?.path.join('.'), reason: issue?.message });
}

/** The transient entry as JSON; undefined for a transaction that takes none. */
function privateValue(ctx: Context, transaction: NamedTransaction): unknown {
  if (transaction.transient === undefined) return undefined;
  const bytes = ctx.stub.getTransient().get('private');
  ensure(bytes !== undefined, 'INPUT_INVALID', {
    field: 'private',
    reason: 'transient data missing',
  });
  return parseJson(Buffer.from(bytes).toString('utf8'), 'private');
}

/** A reason about transient input names only the field, because the value is private. */
function parsePrivate({ transient }: NamedTransaction, value: unknown): unknown {
  if (transient === undefined) return undefined;
  const result = transient.safeParse(value);
  if (result.success) return result.data;
  throw new DomainError('INPUT_INVALID', {
    field: `private.${result.error.issues[0]?.path.join('.') ?? ''}`,
  });
}

/** One transaction, before its calls are parsed. */
interface Frame {
  readonly ctx: Context;
  readonly transaction: NamedTransaction;
  readonly handler: Handler;
  readonly store: Store;
  readonly caller: Caller;
  readonly now: number;
  readonly announced: Announcement[];
}

/** Emits one event per transaction. A batch's event has one part for each call that did something. */
function emit({ ctx, transaction, announced, now }: Frame, isBatch: boolean): void {
  if (announced.length === 0) return;
  const common = { transaction: transaction.fullName, at: now };
  const payload = isBatch ? { ...common, batch: announced } : { ...common, ...announced[0] };
  ctx.stub.setEvent(
    `${transaction.contract}.${transaction.name}`,
    Buffer.from(JSON.stringify(payload)),
  );
}

/** Parses one call, checks the owner of its object, and carries it out. */
async function handle(frame: Frame, value: unknown, privately: unknown): Promise<unknown> {
  const { ctx, transaction, store, caller, now } = frame;
  const input = parseInput(transaction.input, value);
  const privateInput = parsePrivate(transaction, privately);
  await ensureOwner(store, caller, transaction, input);
  let told: Partial<Announcement> = {};
  const call: Call = {
    transaction: transaction.fullName,
    input,
    privateInput,
    caller,
    now,
    channel: ctx.stub.getChannelID(),
    transactionId: ctx.stub.getTxID(),
    store,
    endorser: () => ctx.stub.getMspID(),
    tell: (more) => {
      told = { ...told, ...more };
    },
  };
  if (transaction.kind === 'evaluate') return frame.handler(call);
  const { answer, announcement } = await perform(call, transaction, () => frame.handler(call));
  if (announcement !== undefined) frame.announced.push({ ...announcement, ...told });
  return answer;
}

/** Handles one call of a batch. A refusal is its answer. Any other error fails the whole transaction. */
async function answer(frame: Frame, value: unknown, privately: unknown): Promise<BatchAnswer> {
  try {
    return { output: await frame.store.atomically(() => handle(frame, value, privately)) };
  } catch (error) {
    if (error instanceof DomainError) return { refusal: error.toWire() };
    throw error;
  }
}

async function handleBatch(
  frame: Frame,
  values: readonly unknown[],
  privately: unknown,
): Promise<BatchAnswer[]> {
  ensure(values.length > 0 && values.length <= MAX_BATCH, 'INPUT_INVALID', {
    field: '',
    reason: `a batch holds 1 to ${MAX_BATCH.toString()} calls`,
  });
  const privates: readonly unknown[] = Array.isArray(privately) ? privately : [];
  const answers: BatchAnswer[] = [];
  for (const [index, value] of values.entries())
    answers.push(await answer(frame, value, privates[index]));
  return answers;
}

async function run(
  ctx: Context,
  transaction: NamedTransaction,
  handler: Handler,
  text: string | undefined,
): Promise<string> {
  const store = new Store(ctx.stub);
  const caller = await authoriseCaller(store, ctx.clientIdentity, transaction);
  const value = parseJson(text, '');
  const privately = privateValue(ctx, transaction);
  const now = proposalTime(ctx.stub, transaction.kind);
  const frame = { ctx, transaction, handler, store, caller, now, announced: [] };
  const isBatch = transaction.batch === true && Array.isArray(value);
  const output = await (isBatch
    ? handleBatch(frame, value, privately)
    : handle(frame, value, privately));
  await store.flush(transaction.kind);
  emit(frame, isBatch);
  return JSON.stringify(output);
}

/** A refusal keeps its code. Any other error is our own fault. Its text may contain input, so it stays in the log. */
function toWire(error: unknown): Error {
  if (error instanceof DomainError) return new Error(JSON.stringify(error.toWire()));
  console.error(error);
  return new Error(JSON.stringify(new DomainError('INTERNAL').toWire()));
}

const method =
  (transaction: NamedTransaction, handler: Handler) =>
  async (ctx: Context, ...parameters: string[]): Promise<string> => {
    try {
      return await run(ctx, transaction, handler, parameters[0]);
    } catch (error) {
      throw toWire(error);
    }
  };

/** @returns the contract class for Fabric, with one method per transaction of the table. */
export function contractOf<Name extends ContractName>(
  name: Name,
  handlers: Handlers<Name>,
): new () => Contract {
  class LedgerContract extends Contract {
    constructor() {
      super(name);
      quietShim();
      rememberCertificates();
    }

    override unknownTransaction(ctx: Context): Promise<void> {
      const called = ctx.stub.getFunctionAndParameters().fcn;
      throw new Error(
        JSON.stringify(new DomainError('NOT_FOUND', { transaction: called }).toWire()),
      );
    }
  }
  for (const [key, handler] of Object.entries(handlers)) {
    const transaction = found(transactionNamed(name, key), 'INTERNAL', {
      transaction: `${name}:${key}`,
    });
    Object.defineProperty(LedgerContract.prototype, key, {
      value: method(transaction, handler as Handler),
    });
  }
  ensure(Object.keys(handlers).length === Object.keys(TRANSACTIONS[name]).length, 'INTERNAL', {
    contract: name,
  });
  return LedgerContract;
}
