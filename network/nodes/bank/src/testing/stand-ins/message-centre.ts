// SPDX-License-Identifier: Apache-2.0
// The message centre of the sample: an SMSC whose telephones are all switched on. It tells the bank of each delivery until the bank has
// noted it.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import { Smsc, type Taken } from '../message-hosts/smsc.js';
import { Journal } from './journal.js';
import { Phones, type TextQuery } from './phones.js';

const taken = z.object({
  carrierId: z.string(),
  to: z.string(),
  reference: z.int(),
  tag: z.string().optional(),
  dataCoding: z.int(),
  text: z.string(),
  part: z.tuple([z.int(), z.int(), z.int()]).readonly().optional(),
  hasValidity: z.boolean(),
  wantsReceipt: z.boolean(),
});

const line = z.union([z.object({ taken }), z.object({ receipted: z.string() })]);

type Line = { readonly taken: Taken } | { readonly receipted: string };

/** `message_state` of SMPP 3.4, 5.2.28. */
const DELIVERED = 2;
/** A telephone takes its time; by then the bank has noted that the message was taken. */
const DELIVERY_MS = 500;
/** The bank has not noted that yet, and wants the receipt again. */
const RETRY_MS = 200;

export interface MessageCentreOptions {
  readonly folder: string;
  readonly port: number;
  readonly password: string;
  readonly referenceTag: number;
}

const takenIn = (lines: readonly Line[]): readonly Taken[] =>
  lines.flatMap((each) => ('taken' in each ? [each.taken] : []));

export class MessageCentre {
  readonly #phones = new Phones();
  readonly #journal: Journal<Line>;
  /** Of short messages whose receipt the bank has not taken, the oldest first. */
  readonly #waiting = new Set<string>();
  #smsc: Smsc | undefined;
  #texts = 0;
  #receipts = 0;
  #isTelling = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(journal: Journal<Line>) {
    this.#journal = journal;
  }

  static async open({ folder, port, password, referenceTag }: MessageCentreOptions) {
    const journal = new Journal<Line>(join(folder, 'texts.jsonl'), line);
    const centre = new MessageCentre(journal);
    for (const each of journal.past) centre.#happen(each);
    const options = {
      ...{ port, referenceTag, recognises: true },
      keep: (each: Taken) => centre.#keep({ taken: each }),
      onAnswered: () => centre.#tellSoon(),
      onBound: () => centre.#tellSoon(),
    };
    centre.#smsc = await Smsc.open(password, options, takenIn(journal.past));
    return centre;
  }

  get figures() {
    return { texts: this.#texts, receipts: this.#receipts };
  }

  texts(query: TextQuery): readonly string[] {
    return this.#phones.texts(query);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#smsc?.off();
  }

  #keep(each: Line): void {
    this.#journal.keep(each);
    this.#happen(each);
  }

  #happen(each: Line): void {
    if ('taken' in each) {
      this.#texts += 1;
      this.#phones.receive(each.taken);
      if (each.taken.wantsReceipt) this.#waiting.add(each.taken.carrierId);
    } else {
      this.#receipts += 1;
      this.#waiting.delete(each.receipted);
    }
  }

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#tell();
    }, DELIVERY_MS);
  }

  /** One receipt after the other, until all are taken or the bank is not there; then again when it has bound. */
  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const receipt = { receipted_message_id: next, message_state: DELIVERED };
      const status = await this.#smsc?.receipt(receipt);
      if (status === undefined) break;
      if (status === 0) this.#keep({ receipted: next });
      else await pause(RETRY_MS);
    }
    this.#isTelling = false;
  }
}
