// SPDX-License-Identifier: Apache-2.0
// Hostile calls, as data: any transaction of the table, out of a history or out of its schema, then spoilt.
import type { NamedTransaction } from '@fabric-offline-pay/domain';
import { BANK, LOGISTICS, MERCHANT, type Creator } from '@fabric-offline-pay/testing';
import fc from 'fast-check';
import { itemAt } from '../support/defined.js';
import { ORGANISATIONS } from '../support/rivals.js';
import { rightCaller } from './calls.js';
import { STRANGERS, type Entry, type History } from './history.js';
import {
  mutate,
  mutation,
  textMutation,
  write,
  type Mutation,
  type TextMutation,
} from './mutations.js';
import { signAgain, type Devices } from './play-along.js';
import { arbitraryOf } from './schema-arbitrary.js';
import { Words } from './words.js';

/** Of a certificate; null where it lacks the attribute. */
export interface CallerData {
  readonly mspId: string;
  readonly attribute: string | null;
  readonly actor: string | null;
}

/** What is sent, in the end. */
export interface HostileCall {
  readonly transaction: string;
  readonly caller: CallerData;
  readonly arguments: readonly string[];
  /** Null: none. */
  readonly private: string | null;
}

export interface HostileRun {
  /** Number of the history's transaction that the first call takes the place of. */
  readonly instead: number;
  readonly calls: readonly HostileCall[];
}

/** How a call is spoilt. */
interface Spoiling {
  readonly input: readonly Mutation[];
  /** The customer plays along, and signs what the terms have become. */
  readonly signed: boolean;
  readonly text: TextMutation | null;
  readonly private: readonly Mutation[];
  readonly privateText: TextMutation | null;
  readonly sent: 'one' | 'none' | 'two' | 'without private' | 'batch';
  readonly caller: Partial<CallerData>;
}

const ATTRIBUTES = [
  ...['teller', 'auth-service', 'bank-node', 'cashier', 'terminal', 'dispatcher', 'courier'],
  ...['auditor', 'operator', 'any', '*', '', 'TELLER', 'teller ', '__proto__', 'constructor', null],
];
const ACTORS = [
  ...[BANK, MERCHANT, LOGISTICS, 'merchant-org', 'auditor-1', 'bank-2', 'logistics-2'],
  ...['', '__proto__', 'undefined', 'merchant-1/', 'BANK-1', null],
];

const mspId = fc.constantFrom(...Object.values(ORGANISATIONS).flat(), ...STRANGERS);
const attribute = fc.constantFrom(...ATTRIBUTES);
const actor = fc.constantFrom(...ACTORS);

/** What changes in the rightful certificate: often only one thing, so that no other check refuses first. */
const caller: fc.Arbitrary<Partial<CallerData>> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ attribute }) },
  fc.record({ actor }),
  fc.record({ mspId }),
  fc.record({ mspId, attribute, actor }),
);

/** Mostly nothing, so that a call is spoilt in one or two ways and gets deep otherwise. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const spoiling: fc.Arbitrary<Spoiling> = fc.record({
  input: fc.oneof(fc.constant([]), fc.array(mutation, { maxLength: 3 })),
  signed: fc.boolean(),
  text: rarely(textMutation),
  private: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.array(mutation, { maxLength: 2 }),
  ),
  privateText: rarely(textMutation),
  sent: fc.oneof(
    { weight: 12, arbitrary: fc.constant('one' as const) },
    fc.constantFrom('none', 'two', 'without private', 'batch'),
  ),
  caller,
});

/** A good call, before it is spoilt. */
interface Base {
  readonly transaction: NamedTransaction;
  readonly input: unknown;
  readonly private: unknown;
  readonly caller: CallerData;
}

const together = (spoilt: string, good: unknown): string => `[${JSON.stringify(good)},${spoilt}]`;

/** In a batch the spoilt call comes after the good one. */
function argumentsOf({ sent, text }: Spoiling, input: unknown, good: unknown): string[] {
  if (sent === 'none') return [];
  const written = write(input, text);
  if (sent === 'batch') return [together(written, good)];
  return sent === 'two' ? [written, written] : [written];
}

function privateOf({ sent, ...spoilt }: Spoiling, good: unknown): string | null {
  if (sent === 'without private' || good === undefined) return null;
  const written = write(mutate(good, spoilt.private), spoilt.privateText);
  return sent === 'batch' ? together(written, good) : written;
}

function spoil(devices: Devices, base: Base, spoilt: Spoiling): HostileCall {
  const input = mutate(base.input, spoilt.input);
  return {
    transaction: base.transaction.fullName,
    caller: { ...base.caller, ...spoilt.caller },
    arguments: argumentsOf(spoilt, spoilt.signed ? signAgain(devices, input) : input, base.input),
    private: privateOf(spoilt, base.private),
  };
}

const json = (bytes: Uint8Array | string | undefined): unknown =>
  bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString());

/** Role and actor of a certificate. */
function callerIn({ mspId: organisation, certificate }: Creator): CallerData {
  const body = Buffer.from(certificate.replaceAll(/-----.*?-----/g, ''), 'base64');
  const attributes = /\{"attrs":(\{.*?\})\}/.exec(body.toString('latin1'))?.[1] ?? '{}';
  const { role = null, actor: name = null } = JSON.parse(attributes) as Record<string, string>;
  return { mspId: organisation, attribute: role, actor: name };
}

const ofHistory = ({ transaction, proposal }: Entry): Base => ({
  transaction,
  input: json(proposal.args[0]),
  private: json(proposal.transient['private']),
  caller: callerIn(proposal.creator),
});

/** Inputs of the transaction's schema, in the mouth of a rightful caller. */
function ofSchema(transaction: NamedTransaction, words: Words): fc.Arbitrary<Base> {
  const { access, input, transient } = transaction;
  return fc.record({
    transaction: fc.constant(transaction),
    input: arbitraryOf(input, words),
    private: transient === undefined ? fc.constant(undefined) : arbitraryOf(transient, words),
    caller: fc.constantFrom(...access.map((each) => rightCaller(each))),
  });
}

interface First {
  readonly instead: number;
  readonly base: Base;
}

/** The first call: instead of a transaction of this kind in the history, or drawn from its schema anywhere in it. */
function first(transaction: NamedTransaction, entries: readonly Entry[], words: Words) {
  const drawn: fc.Arbitrary<First> = fc.record({
    instead: fc.nat({ max: entries.length }),
    base: ofSchema(transaction, words),
  });
  const own = [...entries.keys()].filter((index) => entries[index]?.transaction === transaction);
  if (own.length === 0) return drawn;
  const known = fc
    .constantFrom(...own)
    .map((instead): First => ({ instead, base: ofHistory(itemAt(entries, instead)) }));
  return fc.oneof({ weight: 3, arbitrary: known }, { weight: 2, arbitrary: drawn });
}

/** @returns runs of one to three calls, every transaction given as often as any other. */
export function hostileRuns(
  { entries, devices }: History,
  transactions: readonly NamedTransaction[],
): fc.Arbitrary<HostileRun> {
  const words = new Words(entries);
  const anything = fc.oneof(...transactions.map((each) => ofSchema(each, words)));
  const further = fc.array(fc.tuple(anything, spoiling), { maxLength: 2 });
  const runOf = (transaction: NamedTransaction): fc.Arbitrary<HostileRun> =>
    fc
      .tuple(first(transaction, entries, words), spoiling, further)
      .map(([{ instead, base }, spoilt, others]) => ({
        instead,
        calls: [[base, spoilt] as const, ...others].map(([each, how]) => spoil(devices, each, how)),
      }));
  return fc.oneof(...transactions.map(runOf));
}
