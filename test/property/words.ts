// SPDX-License-Identifier: Apache-2.0
// The texts and numbers that a history used, by the name of their field: what a generated call can speak of and be understood.
import { ALL_TRANSACTIONS } from '@fabric-offline-pay/domain';
import type { Entry } from './history.js';

type Leaf = string | number;

/** Amounts and currencies at the edges, which no history uses. */
const EDGES = ['0', '1', '999999999999999999', 'JPY', 'BHD', 'EUR', '1250'];

/** Enough to choose from; a history holds thousands of digests. */
const MOST_OF_A_FIELD = 60;
const MOST_OF_ALL = 12;

export class Words {
  readonly #byField = new Map<string, Set<Leaf>>();

  constructor(entries: readonly Entry[]) {
    for (const { example } of ALL_TRANSACTIONS) this.#collect('', example);
    for (const { proposal } of entries) {
      for (const text of proposal.args) this.#collect('', JSON.parse(text));
      for (const bytes of Object.values(proposal.transient))
        this.#collect('', JSON.parse(Buffer.from(bytes).toString()));
    }
    for (const edge of EDGES) this.#add('', edge);
  }

  /** What the field was given, and then anything, as far as it is accepted. */
  candidates(field: string, accepts: (word: Leaf) => boolean): Leaf[] {
    const own = [...(this.#byField.get(field) ?? [])].filter(accepts).slice(-MOST_OF_A_FIELD);
    if (own.length > 0) return own;
    const all = [...this.#byField.values()].flatMap((words) =>
      [...words].filter(accepts).slice(-MOST_OF_ALL),
    );
    return [...new Set(all)];
  }

  #collect(field: string, value: unknown): void {
    if (typeof value === 'string' || typeof value === 'number') this.#add(field, value);
    else if (Array.isArray(value)) for (const each of value) this.#collect(field, each);
    else if (typeof value === 'object' && value !== null)
      for (const [name, each] of Object.entries(value)) {
        this.#add('', name);
        this.#collect(name, each);
      }
  }

  #add(field: string, word: Leaf): void {
    const words = this.#byField.get(field) ?? new Set();
    this.#byField.set(field, words.add(word));
  }
}
