// SPDX-License-Identifier: Apache-2.0
// A ledger in memory that makes every call a second time, on a fork of itself: with the same content, and with other
// content under the same natural key. It notes what the table's promise says of both.
import {
  canonicalJson,
  naturalKeyOf,
  transactionNamed,
  type NamedTransaction,
} from '@fabric-offline-pay/domain';
import { parseRefusal } from '@fabric-offline-pay/sdk';
import type { Commit, Endorsement, MemoryLedger } from '@fabric-offline-pay/testing';
import { WatchedLedger } from './watched-ledger.js';

type Json = Readonly<Record<string, unknown>>;

/** What became of one repetition. */
export interface Repeated {
  readonly transaction: string;
  /** `same`, or the field whose content was another. */
  readonly content: string;
  /** `replayed`, `done`, or the code of the refusal. */
  readonly answer: string;
  readonly writes: number;
  /** Whether result fields were those of the first answer. */
  readonly sameResult: boolean;
}

const resultOf = (answer: Json): string => canonicalJson({ ...answer, replayed: false, units: [] });

/** Fields that say whose object it is: another value is refused before the natural key is looked at. */
const OWNERS = ['customerId', 'bankId', 'merchantId', 'payeeId'];

/** Another value of the same kind, where the kind is known. */
function otherOf(value: unknown): unknown {
  if (typeof value === 'string' && /^[0-9]+$/.test(value) && value.length < 13)
    return (BigInt(value) + 1n).toString();
  if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9._-]{0,60}$/.test(value)) return `${value}x`;
  if (typeof value === 'number') return value + 1;
  return undefined;
}

interface Change {
  readonly field: string;
  readonly input: Json;
}

/** Every input that differs in one leaf which is no part of the natural key, and that the schema still takes. */
function changesOf(transaction: NamedTransaction, input: Json): Change[] {
  const fixed = new Set([...naturalKeyOf(transaction), ...OWNERS]);
  const walk = (value: unknown, path: readonly string[]): Change[] => {
    const field = path.filter((part) => Number.isNaN(Number(part))).join('.');
    if (fixed.has(field)) return [];
    if (value !== null && typeof value === 'object')
      return Object.entries(value).flatMap(([name, inner]) => walk(inner, [...path, name]));
    const other = otherOf(value);
    return other === undefined ? [] : [{ field, input: withAt(input, path, other) as Json }];
  };
  return walk(input, []).filter((change) => transaction.input.safeParse(change.input).success);
}

function withAt(value: unknown, [name, ...rest]: readonly string[], leaf: unknown): unknown {
  if (name === undefined) return leaf;
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as Json) };
  (copy as Record<string, unknown>)[name] = withAt((value as Json)[name], rest, leaf);
  return copy;
}

export class RepeatingLedger extends WatchedLedger {
  readonly repeated: Repeated[] = [];
  readonly #tried = new Map<string, number>();

  override submit(envelope: Endorsement): Promise<Commit>;
  override submit(envelopes: readonly Endorsement[]): Promise<Commit[]>;
  override async submit(
    envelopes: Endorsement | readonly Endorsement[],
  ): Promise<Commit | Commit[]> {
    const single = !Array.isArray(envelopes);
    const all = (single ? [envelopes] : envelopes) as readonly Endorsement[];
    const commits = await super.submit(all);
    for (const envelope of all) await this.#repeat(envelope);
    return single ? (commits[0] as Commit) : commits;
  }

  async #repeat(first: Endorsement): Promise<void> {
    const { proposal, response } = first;
    const [contract = '', name = ''] = proposal.function.split(':');
    const transaction = transactionNamed(contract, name);
    const input = JSON.parse(proposal.args[0] ?? '') as Json;
    const answer = JSON.parse(Buffer.from(response.payload).toString('utf8')) as Json;
    if (transaction === undefined || Array.isArray(input) || answer['replayed'] === true) return;
    const before = resultOf(answer);
    const fork = this.fork();
    await this.#try(fork, first, { field: 'same', input }, before);
    const field = changesOf(transaction, input)[0];
    const tries = this.#tried.get(transaction.fullName) ?? 0;
    this.#tried.set(transaction.fullName, tries + 1);
    if (field !== undefined && tries < 3) await this.#try(fork, first, field, before);
  }

  async #try(
    fork: MemoryLedger,
    { proposal, endorsedBy }: Endorsement,
    { field, input }: Change,
    before: string,
  ): Promise<void> {
    const again = fork.propose(proposal.creator, proposal.function, [JSON.stringify(input)], {
      ...proposal.transient,
    });
    const { response, writeSet } = await fork.endorse(again, endorsedBy[0]);
    const refusal = parseRefusal(response.message);
    const text = Buffer.from(response.payload).toString('utf8');
    const answer = refusal === undefined ? (JSON.parse(text) as Json) : {};
    this.repeated.push({
      transaction: proposal.function,
      content: field,
      answer: refusal?.code ?? (answer['replayed'] === true ? 'replayed' : 'done'),
      writes: writeSet.length,
      sameResult: refusal === undefined && resultOf(answer) === before,
    });
  }
}
