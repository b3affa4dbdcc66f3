// SPDX-License-Identifier: Apache-2.0
// An SMSC for tests and for the sample: speaks SMPP 3.4 on a real socket, keeps what it took, and fails when it is told to.
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { addTLV, createServer, gsmCoder, types, type Fields, type Pdu, type Session } from 'smpp';

/** What it does with the next submit; without one it takes it and answers. */
export type Fault =
  | 'busy'
  | 'no such number'
  | 'refuse'
  /** Takes it, and the connection is lost before its answer. */
  | 'take and drop'
  /** Takes it and answers when {@link Smsc.answerLate} is called. */
  | 'late'
  /** Sends octets that are no protocol. */
  | 'garbage';

const STATUS: Partial<Record<Fault, number>> = { busy: 0x58, 'no such number': 0x0b, refuse: 0x08 };

/** ESME_RBINDFAIL, ESME_RINVPASWD. */
const [BIND_FAILED, WRONG_PASSWORD] = [0x0d, 0x0e];

/** One short message that was taken. */
export interface Taken {
  readonly carrierId: string;
  readonly to: string;
  readonly reference: number;
  readonly tag?: unknown;
  readonly dataCoding: number;
  readonly text: string;
  /** Of the concatenated message: reference, number of parts, this part. */
  readonly part?: readonly [number, number, number] | undefined;
  readonly hasValidity: boolean;
  readonly wantsReceipt: boolean;
}

/** What the vendor tag says; by it the SMSC recognises a message that comes again. */
const tagOf = ({ tag }: Taken): string | undefined => (typeof tag === 'string' ? tag : undefined);

const headerOf = ({ short_message: content }: Pdu): Taken['part'] => {
  const header = content?.udh?.[0];
  return header?.[0] === 0
    ? [header.readUInt8(2), header.readUInt8(3), header.readUInt8(4)]
    : undefined;
};

const field = (pdu: Pdu, name: string): unknown =>
  (pdu as unknown as Record<string, unknown>)[name];

/** @returns the text of octets in the default alphabet, as the package reads them. */
export const decodeGsm = (octets: Buffer): string => gsmCoder.decode(octets, 0);

export interface SmscOptions {
  readonly key?: string;
  readonly cert?: string;
  /** The vendor tag by which it recognises messages that come from another process. */
  readonly referenceTag?: number;
  /** Takes a message with a known tag once, and answers alike when it comes again. Without it, it notes each. */
  readonly recognises?: boolean;
  /** Where it listens; any free port unless given. */
  readonly port?: number;
  /** Told of each short message before the bank gets its answer. */
  readonly keep?: (taken: Taken) => void;
  /** Told when the bank has its answer. */
  readonly onAnswered?: (taken: Taken) => void;
  /** Told when the bank has bound. */
  readonly onBound?: () => void;
}

/** The part of {@link SmscOptions} that is about the connection. */
type TlsOptions = Pick<SmscOptions, 'key' | 'cert'>;

export class Smsc {
  readonly taken: Taken[] = [];
  /** Also of refused binds. */
  binds = 0;
  isOpen = true;
  /** Answers nothing. */
  isDeaf = false;
  mostUnanswered = 0;
  readonly #faults: Fault[] = [];
  readonly #password: string;
  readonly #sessions = new Set<Session>();
  readonly #bound = new Set<Session>();
  readonly #late: (() => void)[] = [];
  readonly #options: SmscOptions;
  readonly #known = new Map<string, Taken>();
  #unanswered = 0;
  #server: Server | undefined;
  port: number;

  private constructor(password: string, options: SmscOptions) {
    this.#password = password;
    this.#options = options;
    this.port = options.port ?? 0;
  }

  /** @param past what it kept before */
  static async open(
    password: string,
    options: SmscOptions = {},
    past: readonly Taken[] = [],
  ): Promise<Smsc> {
    const { referenceTag } = options;
    if (referenceTag !== undefined)
      addTLV('offpay_message_reference', { id: referenceTag, type: types.tlv.cstring });
    const smsc = new Smsc(password, options);
    for (const taken of past) smsc.#note(taken);
    await smsc.on();
    return smsc;
  }

  /** Listens on the port that it had before. */
  async on(): Promise<void> {
    const { key, cert } = this.#options;
    const tls: TlsOptions = {
      ...(key !== undefined && { key }),
      ...(cert !== undefined && { cert }),
    };
    this.#server = createServer(tls, (session) => this.#serve(session));
    this.#server.on('tlsClientError', () => undefined);
    this.#server.listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.port = (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections and listens no longer. */
  async off(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    this.drop();
    await closed;
    this.#server = undefined;
  }

  /** Loses all connections. */
  drop(): void {
    for (const session of this.#sessions) session.destroy();
  }

  fail(...faults: readonly Fault[]): void {
    this.#faults.push(...faults);
  }

  forget(): void {
    this.#faults.length = 0;
    this.taken.length = 0;
    this.#known.clear();
    this.mostUnanswered = 0;
  }

  answerLate(): void {
    for (const answer of this.#late.splice(0)) answer();
  }

  /** Sends a receipt. @returns the status of its answer; undefined when the bank is not there. */
  receipt(fields: Fields): Promise<number | undefined> {
    const [session] = this.#bound;
    return new Promise((resolve) => {
      if (session === undefined) {
        resolve(undefined);
        return;
      }
      const ended = (): void => resolve(undefined);
      session.once('close', ended);
      session.deliver_sm({ esm_class: 4, source_addr: '1', ...fields }, (pdu) => {
        session.off('close', ended);
        resolve(pdu.command_status);
      });
    });
  }

  /** @returns whole texts, put together from their parts as a telephone does, each once. */
  texts(): readonly string[] {
    const whole = new Map<string, string[]>();
    for (const { to, part, reference, text } of this.taken) {
      const [joint = `alone ${reference.toString()}`, , number = 1] = part ?? [];
      const key = `${to}/${joint.toString()}`;
      const parts = whole.get(key) ?? [];
      parts[number - 1] = text;
      whole.set(key, parts);
    }
    return [...whole.values()].map((parts) => parts.join(''));
  }

  #serve(session: Session): void {
    this.#sessions.add(session);
    session.on('close', () => {
      this.#sessions.delete(session);
      this.#bound.delete(session);
    });
    session.on('error', () => session.destroy());
    session.on('bind_transceiver', (pdu: Pdu) => this.#bind(session, pdu));
    session.on('enquire_link', (pdu: Pdu) => this.isDeaf || session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu: Pdu) => this.#submit(session, pdu));
  }

  #bind(session: Session, pdu: Pdu): void {
    this.binds += 1;
    const refusal = pdu.password === this.#password ? BIND_FAILED : WRONG_PASSWORD;
    const isBound = this.isOpen && pdu.password === this.#password;
    session.send(pdu.response(isBound ? {} : { command_status: refusal }));
    if (!isBound) {
      session.close();
      return;
    }
    this.#bound.add(session);
    this.#options.onBound?.();
  }

  #submit(session: Session, pdu: Pdu): void {
    this.#unanswered += 1;
    this.mostUnanswered = Math.max(this.mostUnanswered, this.#unanswered);
    const fault = this.#faults.shift();
    const status = fault === undefined ? undefined : STATUS[fault];
    const answer = (fields: Fields): void => {
      this.#unanswered -= 1;
      session.send(pdu.response(fields));
    };
    // Not at once, so that others may be under way.
    if (status !== undefined) setImmediate(() => answer({ command_status: status }));
    else this.#handle(session, pdu, fault, answer);
  }

  #handle(
    session: Session,
    pdu: Pdu,
    fault: Fault | undefined,
    answer: (fields: Fields) => void,
  ): void {
    if (fault === 'garbage') {
      this.#unanswered -= 1;
      rawSocketOf(session).write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'));
      return;
    }
    const taken = this.#take(pdu);
    const { carrierId: message_id } = taken;
    if (fault === 'take and drop') {
      this.#unanswered -= 1;
      session.destroy();
    } else if (fault === 'late') this.#late.push(() => answer({ message_id }));
    else
      setImmediate(() => {
        answer({ message_id });
        this.#options.onAnswered?.(taken);
      });
  }

  #take(pdu: Pdu): Taken {
    const taken = this.#read(pdu);
    const known =
      this.#options.recognises === true ? this.#known.get(tagOf(taken) ?? '') : undefined;
    if (known !== undefined) return known;
    this.#options.keep?.(taken);
    this.#note(taken);
    return taken;
  }

  #note(taken: Taken): void {
    const tag = tagOf(taken);
    if (tag !== undefined) this.#known.set(tag, taken);
    this.taken.push(taken);
  }

  #read(pdu: Pdu): Taken {
    return {
      carrierId: `c${this.taken.length.toString()}-${this.port.toString()}`,
      to: pdu.destination_addr ?? '',
      reference: pdu.user_message_reference ?? -1,
      tag: field(pdu, 'offpay_message_reference'),
      dataCoding: pdu.data_coding ?? -1,
      text: pdu.short_message?.message.toString() ?? '',
      part: headerOf(pdu),
      hasValidity: field(pdu, 'validity_period') instanceof Date,
      wantsReceipt: field(pdu, 'registered_delivery') === 1,
    };
  }
}

const rawSocketOf = (session: Session): NodeJS.WritableStream =>
  (session as unknown as { readonly socket: NodeJS.WritableStream }).socket;
