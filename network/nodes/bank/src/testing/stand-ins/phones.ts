// SPDX-License-Identifier: Apache-2.0
// The telephones behind the message centre: each puts the parts of a long text together and keeps what it got.
import type { Taken } from '../message-hosts/smsc.js';

/** Which texts to show. */
export interface TextQuery {
  /** E.164; of all telephones unless given. */
  readonly to?: string | undefined;
  /** Only texts that contain this. */
  readonly containing?: string | undefined;
}

export class Phones {
  readonly #texts = new Map<string, string[]>();
  /** By telephone and reference of the concatenated message: what has come of it. */
  readonly #incomplete = new Map<string, Map<number, string>>();

  receive({ to, part, text }: Pick<Taken, 'to' | 'part' | 'text'>): void {
    const phone = `+${to}`;
    if (part === undefined) {
      this.#keep(phone, text);
      return;
    }
    const [reference, count, number] = part;
    const key = `${phone}/${reference.toString()}/${count.toString()}`;
    const parts = this.#incomplete.get(key) ?? new Map<number, string>();
    this.#incomplete.set(key, parts.set(number, text));
    if (parts.size < count) return;
    // The next message may have the same reference: it has eight bits.
    this.#incomplete.delete(key);
    this.#keep(
      phone,
      [...parts]
        .sort(([a], [b]) => a - b)
        .map(([, each]) => each)
        .join(''),
    );
  }

  /** @returns the oldest first */
  texts({ to, containing = '' }: TextQuery): readonly string[] {
    const all = to === undefined ? [...this.#texts.values()].flat() : (this.#texts.get(to) ?? []);
    return all.filter((text) => text.includes(containing));
  }

  #keep(phone: string, text: string): void {
    const texts = this.#texts.get(phone);
    if (texts === undefined) this.#texts.set(phone, [text]);
    else texts.push(text);
  }
}
