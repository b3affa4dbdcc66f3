// SPDX-License-Identifier: Apache-2.0
// SMS by SMPP 3.4: one connection, made again when it is lost, with a limited number of submits under way.
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Undeliverable } from '@fabric-offline-pay/node-common/node';
import { addTLV, types, type Fields, type Pdu } from 'smpp';
import type { Clock } from '../../clock.js';
import { Uncertain, type Message, type MessageSender } from '../message-sender.js';
import { encodeText, partHeader, type EncodedText } from './alphabet.js';
import { inTime } from './in-time.js';
import { receiptOf, type Receipt } from './receipt.js';
import type { SmppConfig } from './smpp-config.js';
import { NoLink, SmppLink, STATUS } from './smpp-link.js';
import { Window } from './window.js';

/** What is kept of a message while the SMSC has it. */
export interface PartStore {
  /** The SMSC's ids of the parts that it has, by their number from 1. */
  accepted(messageId: string): Promise<ReadonlyMap<number, string>>;
  accept(messageId: string, part: number, carrierId: string): Promise<void>;
  /** @returns false when no message has this part. */
  note(receipt: Receipt): Promise<boolean>;
}

/** Told without telephones or texts. */
export interface SmppObserver {
  linkUp(): void;
  /** `status` of SMPP when the SMSC refused the bind, such as 14 for a wrong password. */
  linkDown(facts: { readonly status: number | undefined }): void;
}

/** The SMSC does not take the message now. */
export class NotAccepted extends Error {
  override readonly name = 'NotAccepted';

  /** @param status of SMPP; undefined when it was not even asked, since it failed to take another shortly before */
  constructor(readonly status?: number) {
    super(`The SMSC does not take the message: ${status?.toString() ?? 'not asked'}.`);
  }
}

/** ESME_RINVDSTADR: no such number. Every other refusal may be a fault of the configuration, so that a repetition may succeed. */
const NO_SUCH_NUMBER = 0x0b;

const BUSY: readonly number[] = [STATUS.throttled, STATUS.queueFull];

const TON = { international: 1, network: 3, name: 5 } as const;

const sourceOf = ({ source }: SmppConfig): Fields => {
  if (!/^\+?\d+$/.test(source)) return typed('source', TON.name, 0, source);
  return source.startsWith('+')
    ? typed('source', TON.international, 1, source.slice(1))
    : typed('source', TON.network, 0, source);
};

const typed = (which: 'source' | 'dest', ton: number, npi: number, address: string): Fields => ({
  [`${which}_addr_ton`]: ton,
  [`${which}_addr_npi`]: npi,
  [which === 'source' ? 'source_addr' : 'destination_addr']: address,
});

/** `esm_class`: the text begins with a header. */
const HAS_HEADER = 0x40;
/** `registered_delivery`: tell what became of it, whatever it is. */
const FINAL_RECEIPT = 1;

const digestOf = (messageId: string): Buffer => createHash('sha256').update(messageId).digest();

/** SMPP 3.4, 7.1.1: YYMMDDhhmmsstnnR, from now. */
function validityOf({ validUntil }: Message, now: number): string {
  if (validUntil === undefined) return '';
  const seconds = Math.max(1, Math.ceil((validUntil - now) / 1000));
  const two = (value: number): string => value.toString().padStart(2, '0');
  const [days, hours, minutes] = [seconds / 86_400, (seconds / 3_600) % 24, (seconds / 60) % 60];
  return `0000${two(Math.floor(days))}${[hours, minutes, seconds % 60].map((value) => two(Math.floor(value))).join('')}000R`;
}

const REFERENCE = 'offpay_message_reference';

export class SmppSender implements MessageSender {
  readonly #config: SmppConfig;
  readonly #store: PartStore;
  readonly #observer: SmppObserver;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #closed: Promise<void>;
  readonly #window: Window;
  /** Submits by message and part: a repetition waits for the one that is under way. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #keeping: Promise<void>;
  #link: Promise<SmppLink>;
  #up: (link: SmppLink) => void = () => undefined;
  #isBound = false;
  #isClosing = false;
  /** Of `performance.now()`. */
  #stuckUntil = 0;

  constructor(
    config: SmppConfig,
    store: PartStore,
    observer: SmppObserver,
    clock: Clock = Date.now,
  ) {
    this.#clock = clock;
    this.#config = config;
    this.#store = store;
    this.#observer = observer;
    if (config.referenceTag !== undefined)
      addTLV(REFERENCE, { id: config.referenceTag, type: types.tlv.cstring });
    this.#window = new Window(config.window);
    const { signal } = this.#closing;
    this.#closed = new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    this.#link = this.#nextLink();
    this.#keeping = this.#keepLink();
  }

  /** After a crash, parts that the SMSC has are not sent again. */
  async send(message: Message): Promise<void> {
    const encoded = encodeText(message.text, this.#config.alphabet);
    const accepted = await this.#store.accepted(message.id);
    for (const index of encoded.parts.keys())
      if (!accepted.has(index + 1)) await this.#sendPart(message, encoded, index + 1);
  }

  /** Fails while there is no link, and shortly after a submit failed: another would probably fail, too. */
  async ready(): Promise<void> {
    await this.#bound();
    if (performance.now() < this.#stuckUntil) throw new NotAccepted();
  }

  /** Takes up nothing more, and waits for answers that are under way, so that they need not be asked for again. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const answers = Promise.allSettled(this.#underWay.values());
    await inTime(answers, this.#config.answerMs, () => new Uncertain()).catch(() => undefined);
    this.#closing.abort();
    await this.#keeping;
  }

  async #sendPart(message: Message, encoded: EncodedText, part: number): Promise<void> {
    if (this.#isClosing) throw new NoLink();
    const key = `${message.id}/${part.toString()}`;
    const submitted = this.#underWay.get(key) ?? this.#begin(key, message, encoded, part);
    try {
      await inTime(submitted, this.#config.answerMs, () => this.#late());
      this.#stuckUntil = 0;
    } catch (error) {
      if (!(error instanceof Undeliverable))
        this.#stuckUntil = performance.now() + this.#config.answerMs;
      throw error;
    }
  }

  #begin(key: string, message: Message, encoded: EncodedText, part: number): Promise<void> {
    const giveUpAt = performance.now() + this.#config.answerMs;
    const fields = this.#fieldsOf(message, encoded, part);
    const submitted = this.#window
      .run(() => this.#submit(message.id, part, fields, giveUpAt))
      .finally(() => this.#underWay.delete(key));
    // Whoever waits for it may have given up.
    submitted.catch(() => undefined);
    this.#underWay.set(key, submitted);
    return submitted;
  }

  /** Submits until the SMSC is no longer busy. Nothing is submitted when its time is over: whoever asked for it has given up. */
  async #submit(messageId: string, part: number, fields: Fields, giveUpAt: number): Promise<void> {
    for (let pause = this.#config.throttleMs; ; pause *= 2) {
      const link = await this.#bound();
      if (performance.now() >= giveUpAt) throw new NotAccepted();
      const answer = await link.submit(fields).catch(() => {
        throw new Uncertain();
      });
      const status = answer.command_status;
      if (!BUSY.includes(status)) return this.#conclude(messageId, part, answer);
      if (performance.now() + pause >= giveUpAt) throw new NotAccepted(status);
      await delay(pause);
    }
  }

  async #conclude(messageId: string, part: number, answer: Pdu): Promise<void> {
    const { command_status: status, message_id: carrierId = '' } = answer;
    if (status === NO_SUCH_NUMBER) throw new Undeliverable(`ESME ${status.toString()}`);
    if (status !== STATUS.ok) throw new NotAccepted(status);
    await this.#store.accept(messageId, part, carrierId);
  }

  #fieldsOf(message: Message, { dataCoding, parts }: EncodedText, part: number): Fields {
    const digest = digestOf(message.id);
    const content = parts[part - 1] ?? Buffer.alloc(0);
    const header = partHeader(digest.readUInt8(2), parts.length, part);
    const { referenceTag } = this.#config;
    return {
      ...sourceOf(this.#config),
      ...typed('dest', TON.international, 1, message.to.replace('+', '')),
      esm_class: parts.length > 1 ? HAS_HEADER : 0,
      validity_period: validityOf(message, this.#clock()),
      registered_delivery: FINAL_RECEIPT,
      data_coding: dataCoding,
      short_message: parts.length > 1 ? Buffer.concat([header, content]) : content,
      user_message_reference: (digest.readUInt16BE(0) + part) & 0xffff,
      ...(referenceTag !== undefined && {
        [REFERENCE]: `${digest.toString('hex', 0, 16)}-${part.toString()}`,
      }),
    };
  }

  /** A receipt may come before we have noted the answer to its submit: the SMSC sends it again then. */
  async #receive(pdu: Pdu): Promise<number> {
    const receipt = receiptOf(pdu);
    // Before the look: what ends during it was perhaps not seen.
    const mayBeNoted = this.#underWay.size > 0;
    if (receipt === undefined || (await this.#store.note(receipt))) return STATUS.ok;
    return mayBeNoted ? STATUS.tryLater : STATUS.ok;
  }

  #bound(): Promise<SmppLink> {
    return inTime(this.#link, this.#config.answerMs, () => new NoLink());
  }

  #late(): Error {
    return this.#isBound ? new Uncertain() : new NoLink();
  }

  #nextLink(): Promise<SmppLink> {
    return new Promise((resolve) => (this.#up = resolve));
  }

  async #keepLink(): Promise<void> {
    const { least, most } = this.#config.reconnectMs;
    const { signal } = this.#closing;
    let pause = least;
    while (!signal.aborted) {
      if (await this.#holdLink()) pause = least;
      const jittered = pause * (0.5 + Math.random() / 2);
      await delay(jittered, undefined, { signal }).catch(() => undefined);
      pause = Math.min(2 * pause, most);
    }
  }

  /** Resolves when the connection has ended. @returns whether there was one. */
  async #holdLink(): Promise<boolean> {
    try {
      const link = await SmppLink.open(this.#config, { delivered: (pdu) => this.#receive(pdu) });
      this.#observer.linkUp();
      this.#stuckUntil = 0;
      this.#isBound = true;
      this.#up(link);
      await Promise.race([link.ended, this.#closed]);
      this.#isBound = false;
      this.#link = this.#nextLink();
      await link.close();
      return true;
    } catch (error) {
      this.#observer.linkDown({ status: error instanceof NoLink ? error.status : undefined });
      return false;
    }
  }
}
