// SPDX-License-Identifier: Apache-2.0
// Hostile input, for every transaction of the table: it is refused with a known code and writes nothing, or done by who may
// do it, with rows and an answer of the declared shape and with the money in order.
import { isDeepStrictEqual } from 'node:util';
import {
  ALL_TRANSACTIONS,
  batchAnswers,
  found,
  isErrorCode,
  ROWS,
  toUnits,
  type MerchantRow,
  type NamedTransaction,
  type ParticipantRow,
  type RegistryRow,
  type WireError,
} from '@fabric-offline-pay/domain';
import { parseRefusal } from '@fabric-offline-pay/sdk';
import {
  makeCaller,
  type Creator,
  type Endorsement,
  type MemoryLedger,
} from '@fabric-offline-pay/testing';
import { leading } from '../support/defined.js';
import type { StoppedClock } from './clock.js';
import {
  hostileRuns,
  type CallerData,
  type HostileCall,
  type HostileRun,
} from './hostile-calls.js';
import type { History } from './history.js';
import { MoneyWatch } from './money-watch.js';
import { must, type Family } from './property.js';
import { Tally } from './tally.js';

/** Both hold the private collection, and together they satisfy every policy. */
const ENDORSERS = ['BankMSP', 'LogisticsMSP'] as const;

/** Answers that mean a fault of ours. */
const FAULTS = ['INTERNAL', 'READ_ONLY'];

type State = ReadonlyMap<string, string>;

const certificates = new Map<string, Creator>();

function creatorOf({ mspId, attribute, actor }: CallerData): Creator {
  const key = JSON.stringify([mspId, attribute, actor]);
  const creator =
    certificates.get(key) ??
    makeCaller({
      mspId,
      ...(attribute === null ? {} : { role: attribute }),
      ...(actor === null ? {} : { actor }),
    });
  certificates.set(key, creator);
  return creator;
}

function row(state: State, key: string): unknown {
  const text = state.get(key);
  return text === undefined ? undefined : JSON.parse(text);
}

const participantRow = (state: State, mspId: string): ParticipantRow | undefined =>
  (row(state, ROWS.registry.key()) as RegistryRow | undefined)?.participants.find(
    (entry) => entry.mspId === mspId,
  );

/** A suspended bank still looks after its customers and payees. */
const isAnswered = (participant: ParticipantRow | undefined): boolean =>
  participant?.status === 'active' || participant?.role === 'bank';

/** The refusal that the table demands for the certificate with every input; null when it may call. */
function barrier(
  state: State,
  transaction: NamedTransaction,
  { mspId, attribute }: CallerData,
): string | null {
  const participant = participantRow(state, mspId);
  const before = transaction.beforeRegistry === true;
  if (!before && !isAnswered(participant)) return 'PARTICIPANT_UNKNOWN';
  const names = ['any', `*.${attribute ?? ''}`];
  if (!before && participant !== undefined) names.push(`${participant.role}.${attribute ?? ''}`);
  return transaction.access.some((access) => names.includes(access)) ? null : 'ACCESS_DENIED';
}

/** Nobody changes the ledger without a role, nor what has an owner as an actor that is not of its organisation. */
function mustBeEntitled(state: State, transaction: NamedTransaction, caller: CallerData): void {
  if (transaction.kind === 'evaluate') return;
  const { access, fullName } = transaction;
  must(!access.includes('any'), `${fullName} changes the ledger and is open to anybody`);
  must((caller.attribute ?? '') !== '', `${fullName} was done for a certificate without a role`);
  if (transaction.owner.of === 'network') return;
  const participant = participantRow(state, caller.mspId);
  const merchant = row(state, `merchant/${caller.actor ?? ''}`) as MerchantRow | undefined;
  const speaks =
    participant?.role === 'merchant'
      ? merchant?.mspId === caller.mspId
      : participant?.actor === caller.actor;
  must(speaks, `${fullName} was done for an actor of another organisation`, caller);
}

/** @returns the code of a refusal. */
function refusalOf(message: string): string {
  let wire: Partial<WireError>;
  try {
    wire = JSON.parse(message) as Partial<WireError>;
  } catch {
    must(false, 'the refusal is none of ours', message);
  }
  must(isErrorCode(wire.code), 'the refusal has an unknown code', message);
  must(!FAULTS.includes(wire.code), `the chaincode failed: ${wire.code}`, message);
  must(typeof wire.message === 'string', 'the refusal has no message', message);
  must(typeof wire.details === 'object', 'the refusal has no details', message);
  return wire.code;
}

const KEY_PART = /^[A-Za-z0-9][A-Za-z0-9._:~-]*$/;

/** A key of a known kind, out of clean parts, and a value that is written as JSON writes it. */
function mustBeRow(key: string, text: string): void {
  const [kind = '', ...parts] = key.split('/');
  must(Object.hasOwn(ROWS, kind), 'a row of an unknown kind', key);
  for (const part of parts) must(KEY_PART.test(part), 'a key with an unclean part', key);
  const value: unknown = JSON.parse(text);
  must(typeof value === 'object' && value !== null, 'a row that is no object', [key, text]);
  must(JSON.stringify(value) === text, 'a row that is not written as it is read', [key, text]);
}

const answerIn = ({ response }: Endorsement): unknown =>
  JSON.parse(Buffer.from(response.payload).toString());

/** The outputs that the answer holds: of a batch, those of the calls that were not refused. */
function outputsIn(transaction: NamedTransaction, endorsement: Endorsement): readonly unknown[] {
  const answer = answerIn(endorsement);
  if (transaction.batch !== true || !Array.isArray(answer)) return [answer];
  return batchAnswers.parse(answer).flatMap((each) => {
    if ('output' in each) return [each.output];
    refusalOf(JSON.stringify(each.refusal));
    return [];
  });
}

function mustAnswer(transaction: NamedTransaction, answer: unknown): void {
  const checked = transaction.output.safeParse(answer);
  must(checked.success, `${transaction.fullName} answers what the table does not say`, {
    answer,
    issues: checked.error?.issues,
  });
}

const writesNothing = ({ writeSet, collections }: Endorsement): boolean =>
  writeSet.length === 0 && collections.every(({ writes }) => writes.length === 0);

async function commit(
  ledger: MemoryLedger,
  transaction: NamedTransaction,
  endorsement: Endorsement,
): Promise<void> {
  for (const output of outputsIn(transaction, endorsement)) mustAnswer(transaction, output);
  if (transaction.kind === 'evaluate') {
    must(writesNothing(endorsement), `${transaction.fullName} is a query and writes`);
    return;
  }
  for (const { key, isDelete, value } of endorsement.writeSet)
    if (!isDelete) mustBeRow(key, Buffer.from(value).toString());
  const { validationCode } = await ledger.submit({ ...endorsement, endorsedBy: ENDORSERS });
  must(validationCode === 'VALID', `${transaction.fullName} ended ${validationCode}`);
}

const isRefusal = ({ response }: Endorsement): boolean => response.status >= 400;

/** An organisation endorses no registry in which it does not stand: it alone may answer otherwise, and says so by its name. */
const isOwnRefusal = ({ fullName }: NamedTransaction, answer: Endorsement, mspId: string) =>
  fullName === 'identity:bootstrap' &&
  isRefusal(answer) &&
  isDeepStrictEqual(parseRefusal(answer.response.message)?.details, {
    reason: 'founderMissing',
    mspId,
  });

/**
 * Both endorsers must say the same: a difference would stop the payment.
 * @returns what they say; where one may refuse alone, its refusal, for what was asked ends there.
 */
async function endorse(
  ledger: MemoryLedger,
  transaction: NamedTransaction,
  call: HostileCall,
): Promise<Endorsement> {
  const transient = call.private === null ? {} : { private: call.private };
  const creator = creatorOf(call.caller);
  const proposal = ledger.propose(creator, call.transaction, call.arguments, transient);
  const answers = await Promise.all(
    ENDORSERS.map(async (mspId) => ({ mspId, answer: await ledger.endorse(proposal, mspId) })),
  );
  const own = answers.find(({ mspId, answer }) => isOwnRefusal(transaction, answer, mspId));
  if (own !== undefined) return own.answer;
  const [one, other] = leading(
    answers.map(({ answer }) => answer),
    2,
  );
  must(isDeepStrictEqual(one.response, other.response), 'endorsers answer differently', [
    one.response.message,
    other.response.message,
  ]);
  must(isDeepStrictEqual(one.writeSet, other.writeSet), 'endorsers write differently');
  return one;
}

const CANONICAL = /^(?:0|[1-9][0-9]{0,17})$/;

/** Every text that was sent, asked as an amount: accepted exactly when it is the one way to write its number. */
function mustReadAmounts(texts: readonly string[]): void {
  for (const text of texts.flatMap((each) => each.match(/-?[0-9.]+/g) ?? [])) {
    let accepted = true;
    try {
      toUnits(text);
    } catch {
      accepted = false;
    }
    must(
      accepted === CANONICAL.test(text),
      `${text} is ${accepted ? '' : 'not '}taken as an amount`,
    );
  }
}

async function hold(ledger: MemoryLedger, call: HostileCall, tally: Tally) {
  const { caller } = call;
  const transaction = found(
    ALL_TRANSACTIONS.find(({ fullName }) => fullName === call.transaction),
    'INTERNAL',
  );
  const before = ledger.state();
  const endorsement = await endorse(ledger, transaction, call);
  const expected = barrier(before, transaction, caller);
  const { status, message } = endorsement.response;
  const answer = status < 400 ? 'done' : refusalOf(message);
  tally.count(`${call.transaction} ${answer}`);
  must(expected === null || answer === expected, `${answer}, and should be ${expected ?? ''}`);
  if (answer !== 'done') {
    must(isDeepStrictEqual(ledger.state(), before), 'a refusal wrote');
    return;
  }
  if (outputsIn(transaction, endorsement).length === 0) {
    must(writesNothing(endorsement), `${call.transaction} refused a whole batch and writes`);
    return;
  }
  mustBeEntitled(before, transaction, caller);
  await commit(ledger, transaction, endorsement);
}

/** The family: hostile calls of the transactions given, in the history. */
export function hostile(
  history: History,
  clock: StoppedClock,
  transactions: readonly NamedTransaction[] = ALL_TRANSACTIONS,
): Family<HostileRun> {
  const tally = new Tally();
  return {
    arbitrary: hostileRuns(history, transactions),
    tally,
    holds: async ({ instead, calls }) => {
      const entry = history.entries[instead];
      const ledger = (entry?.before ?? history.after).fork();
      clock.set(entry === undefined ? history.seconds : entry.proposal.timestamp.getTime() / 1000);
      new MoneyWatch(ledger);
      for (const call of calls) {
        mustReadAmounts(call.arguments);
        await hold(ledger, call, tally);
      }
    },
  };
}
