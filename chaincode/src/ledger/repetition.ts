// SPDX-License-Identifier: Apache-2.0
// Repetition, as the table declares it. A call with a receipt runs once for its natural key and content. A call that
// describes a state writes only what is not so yet. Handlers do not know about repetition.
import {
  CALLER,
  digestOf,
  ensure,
  found,
  keptIn,
  wholeIn,
  type NamedTransaction,
  type Receipt,
  type ReceiptPlace,
  type Repetition,
  type UnitId,
} from '@fabric-offline-pay/domain';
import type { Announcement, Call } from './call.js';
import { fieldAt, fieldsOf, type Fields } from './fields.js';

/** The answer of a submitted transaction: its result and these fields. */
type Answer = Fields & { readonly replayed: boolean; readonly units: readonly UnitId[] };

export interface Performed {
  readonly answer: Answer;
  /** Undefined when the answer came from a receipt. */
  readonly announcement?: Announcement;
}

/** How the receipt of a call is read and written. */
interface Keeping {
  readonly read: () => Promise<Receipt | undefined>;
  readonly write: (receipt: Receipt) => Promise<void>;
}

/** Takes the place of an absent field in a key. No identifier has this form. */
const NONE = '-';

function partAt(call: Call, path: string): string {
  if (path === CALLER) return call.caller.actor;
  const value = fieldAt(call.input, path);
  return typeof value === 'string' || typeof value === 'number' ? value.toString() : NONE;
}

const partsAt = (call: Call, paths: readonly string[] = []): string[] =>
  paths.map((path) => partAt(call, path));

/** `kind/field/field`: the subject of a call in receipts and events. */
export const subjectOf = (call: Call, { subject }: NamedTransaction): string =>
  [found(subject ?? undefined, 'INTERNAL').kind, ...partsAt(call, subject?.fields)].join('/');

/** Keeps the receipt in its own row, named by the transaction and the fields of the natural key besides the subject. */
function inOwnRow(call: Call, transaction: NamedTransaction): Keeping {
  const subject = subjectOf(call, transaction);
  const name = [transaction.fullName, ...partsAt(call, transaction.repeat?.apart)].join(':');
  return {
    read: () => call.store.get('receipt', subject, name),
    write: (receipt) => {
      call.store.put('receipt', receipt, subject, name);
      return Promise.resolve();
    },
  };
}

/** Keeps the receipt in a row that the call writes anyway. */
function inRowOf(call: Call, transaction: NamedTransaction, place: ReceiptPlace): Keeping {
  const { subject, repeat } = transaction;
  const key = partsAt(call, [...(subject?.fields ?? []), ...(repeat?.apart ?? [])]);
  const get = () => call.store.at(place.row, key);
  const { answers = [] } = place;
  return {
    read: async () => {
      const row = await get();
      if (row === undefined) return undefined;
      const receipt =
        (row as Partial<Record<ReceiptPlace['field'], Receipt | null>>)[place.field] ?? null;
      ensure(receipt !== null || place.begins !== true, 'IDEMPOTENCY_CONFLICT', { row: place.row });
      return receipt === null ? undefined : wholeIn(row, receipt, answers);
    },
    write: async (receipt) => {
      const row = found(await get(), 'INTERNAL', { row: place.row });
      call.store.putAt(place.row, { ...row, [place.field]: keptIn(receipt, answers) }, key);
    },
  };
}

/** A signature proves content but is not content: the customer may sign the same terms twice. */
const unsigned = (input: Fields): Fields =>
  Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'signature'));

const contentDigest = ({ input }: Call, { content = unsigned }: NamedTransaction): string =>
  digestOf(content(fieldsOf(input)));

function replayOf(first: Receipt, digest: string): Performed {
  ensure(first.inputDigest === digest, 'IDEMPOTENCY_CONFLICT', {
    transaction: first.transaction,
    transactionId: first.transactionId,
  });
  return { answer: { ...first.output, replayed: true, units: [] } };
}

interface Done {
  readonly result: Fields;
  readonly units: readonly UnitId[];
}

function doneBy({ units, unitsOf }: NamedTransaction, result: Fields): Done {
  return { result, units: unitsOf?.(result) ?? units };
}

const receiptOf = (call: Call, { result, units }: Done, inputDigest: string): Receipt => ({
  units,
  transaction: call.transaction,
  transactionId: call.transactionId,
  mspId: call.caller.mspId,
  at: call.now,
  inputDigest,
  output: result,
});

const performed = (
  call: Call,
  transaction: NamedTransaction,
  { result, units }: Done,
): Performed => ({
  answer: { ...result, replayed: false, units },
  announcement: {
    subject: subjectOf(call, transaction),
    ...('state' in result && { state: String(result['state']) }),
    units,
  },
});

type Handle = () => Promise<Fields>;

type Performing = (call: Call, transaction: NamedTransaction, handle: Handle) => Promise<Performed>;

async function performOnce(
  call: Call,
  transaction: NamedTransaction,
  handle: Handle,
): Promise<Performed> {
  const place = transaction.repeat?.by === 'receipt' ? transaction.repeat.in : undefined;
  const keeping =
    place === undefined ? inOwnRow(call, transaction) : inRowOf(call, transaction, place);
  const first = await keeping.read();
  const digest = contentDigest(call, transaction);
  if (first !== undefined) return replayOf(first, digest);
  const done = doneBy(transaction, await handle());
  await keeping.write(receiptOf(call, done, digest));
  return performed(call, transaction, done);
}

async function leaveReceipt(
  call: Call,
  transaction: NamedTransaction,
  done: Done,
): Promise<Performed> {
  const keeping = inOwnRow(call, transaction);
  await keeping.write(receiptOf(call, done, contentDigest(call, transaction)));
  return performed(call, transaction, done);
}

/** The answer when there was nothing to do. It has an event, for clients that wait for the transaction. */
const unchanged = (call: Call, transaction: NamedTransaction, result: Fields): Performed => ({
  answer: { ...result, replayed: true, units: [] },
  announcement: { subject: subjectOf(call, transaction), units: [] },
});

async function performForState(
  call: Call,
  transaction: NamedTransaction,
  handle: Handle,
): Promise<Performed> {
  const result = await handle();
  if (!call.store.dropUnchanged()) return unchanged(call, transaction, result);
  const done = doneBy(transaction, result);
  return transaction.repeat?.by === 'state' && transaction.repeat.leavesReceipt === true
    ? leaveReceipt(call, transaction, done)
    : performed(call, transaction, done);
}

const performAlways: Performing = async (call, transaction, handle) =>
  leaveReceipt(call, transaction, doneBy(transaction, await handle()));

const PERFORMING: Readonly<Record<Repetition['by'], Performing>> = {
  receipt: performOnce,
  state: performForState,
  always: performAlways,
};

/**
 * Carries out a submitted call as its entry of the table declares.
 * @throws {DomainError} IDEMPOTENCY_CONFLICT when its natural key was used with different content.
 */
export const perform: Performing = (call, transaction, handle) =>
  PERFORMING[found(transaction.repeat ?? undefined, 'INTERNAL').by](call, transaction, handle);
