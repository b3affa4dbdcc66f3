// SPDX-License-Identifier: Apache-2.0
// A card host for tests and for the sample: a real server with accounts and holds, which misbehaves as it is told, and keeps its own record
// of what it did.
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { writeFileAtomic } from '@fabric-offline-pay/node-common';
import type { HostEntry, MovementKind } from '../../core-banking/core-banking.js';
import {
  decodeMessage,
  encodeMessage,
  IsoFormatError,
  type BitmapForm,
  type Fields,
  type IsoMessage,
} from '../../core-banking/iso8583/codec.js';
import { frame, FrameReader } from '../../core-banking/iso8583/frames.js';
import { answerType, currencyOf, NETWORK_CODES } from '../../core-banking/iso8583/messages.js';
import { doesIt, wayOf, type AnswerWay, type Fault } from './faults.js';
import { SimulatedHost, type NewAccount } from './simulated-host.js';

interface HostHold {
  readonly token: string;
  readonly currency: string;
  /** Authorised, less what was released. */
  authorised: bigint;
  completed: bigint;
  refunded: bigint;
  isUndone: boolean;
}

const nameOf = ({ type, fields }: IsoMessage): string =>
  [type.slice(0, 3), fields[11], fields[37]].join(' ');

/** Field 90 says which message is meant: its field 11 and its field 7. */
const originalName = (text = ''): string => text.slice(4, 20);

/** Field 48, part 01. */
const tokenOf = ({ 48: text = '' }: Fields): string => text.slice(5, 5 + Number(text.slice(2, 5)));

/** Octets that are said to come and never do. */
const MORE = 40;

/** @returns the frame with a header that says more than there is */
function longer(framed: Buffer): Buffer {
  framed.writeUInt16BE(framed.readUInt16BE() + MORE);
  return framed;
}

const amountOf = ({ 4: text = '0' }: Fields): bigint => BigInt(text);

const currencyIn = ({ 49: number = '' }: Fields): string => currencyOf(number) ?? number;

/** What changed the host's accounts. The same events in the same order make the same host. */
export type CardEvent =
  | { readonly event: 'opened'; readonly account: NewAccount }
  /** It was carried out for the first time. @property day of UTC */
  | { readonly event: 'done'; readonly message: IsoMessage; readonly day: string };

/** A line of a statement, with its day. */
export interface CardEntry extends HostEntry {
  readonly day: string;
}

export interface CardHostOptions {
  readonly bitmap?: BitmapForm;
  /** Where it listens; any free port unless given. */
  readonly port?: number;
  /** Told of each event before anybody gets an answer. */
  readonly keep?: (event: CardEvent) => void;
  /** PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export class CardHostSimulator extends SimulatedHost {
  /** Minor units by token. */
  readonly accounts = new Map<string, bigint>();
  readonly entries: CardEntry[] = [];
  /** Types of the messages that arrived, network messages left out. */
  readonly heard: string[] = [];
  /** Asked for each message that is about money. */
  faultFor: (message: IsoMessage) => Fault | undefined = () => undefined;
  /** Asked when the bank asks whether anybody is there. */
  faultForLook: () => Fault | undefined = () => undefined;
  /** Response code for whatever is asked next, such as `54`. */
  refusal: string | undefined;
  /** What its answers about money say instead of what it did. */
  says: Fields = {};
  signOnCode = '00';
  /** Told of answers to what {@link say} said. */
  onAnswer: (message: IsoMessage) => void = () => undefined;
  readonly #holds = new Map<string, HostHold>();
  readonly #answers = new Map<string, Fields>();
  readonly #undone = new Set<string>();
  readonly #currencies = new Map<string, string>();
  readonly #bitmap: BitmapForm;
  readonly #keep: (event: CardEvent) => void;
  #day = '';

  private constructor({ bitmap = 'hex', tls, port, keep = () => undefined }: CardHostOptions) {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const event = tls === undefined ? 'connection' : 'secureConnection';
    super(server, { event, port });
    this.#bitmap = bitmap;
    this.#keep = keep;
    server.on(event, (socket: Socket) => this.#serve(socket));
  }

  /** @param past events that it kept before */
  static async start(
    options: CardHostOptions = {},
    past: readonly CardEvent[] = [],
  ): Promise<CardHostSimulator> {
    const host = new CardHostSimulator(options);
    for (const event of past) host.#happen(event);
    await host.resume();
    return host;
  }

  /** What is reserved and what was taken, over all holds that stand. */
  get totals(): { readonly reserved: bigint; readonly taken: bigint } {
    const holds = [...this.#holds.values()].filter(({ isUndone }) => !isUndone);
    return {
      reserved: holds.reduce((sum, hold) => sum + hold.authorised - hold.completed, 0n),
      taken: holds.reduce((sum, hold) => sum + hold.completed - hold.refunded, 0n),
    };
  }

  /** Does nothing when it was opened before, whatever its balance is now. */
  open(account: NewAccount): void {
    if (this.accounts.has(account.token)) return;
    const event: CardEvent = { event: 'opened', account };
    this.#keep(event);
    this.#happen(event);
  }

  /** Forgets all accounts and all that happened. */
  reset(): void {
    for (const map of [this.accounts, this.#currencies, this.#holds, this.#answers]) map.clear();
    this.#undone.clear();
    this.entries.length = 0;
    this.heard.length = 0;
    this.forgetLate();
    this.faultFor = () => undefined;
    this.faultForLook = () => undefined;
    this.refusal = undefined;
    this.says = {};
    this.signOnCode = '00';
  }

  /** Sends a message of its own to whoever is connected. */
  say(message: IsoMessage): void {
    for (const socket of this.sockets) this.#send(socket, message);
  }

  /** As the bank reads it. @param entries of the day; all unless given */
  writeStatement(folder: string, day: string, entries: readonly HostEntry[] = this.entries): void {
    const lines = entries.map(({ reference, kind, token, currency, amount }) =>
      [reference, kind, token, currency, amount].join(','),
    );
    const text = ['reference,kind,token,currency,amount', ...lines, ''].join('\n');
    writeFileAtomic(join(folder, `${day}.csv`), text);
  }

  #serve(socket: Socket): void {
    const frames = new FrameReader(0xffff);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const bytes of frames.push(chunk))
          this.#handle(socket, decodeMessage(bytes, this.#bitmap));
      } catch (error) {
        // After octets that are no message nobody knows where the next one begins.
        if (!(error instanceof IsoFormatError)) throw error;
        socket.destroy();
      }
    });
  }

  #handle(socket: Socket, message: IsoMessage): void {
    if (message.type === '0810') {
      this.onAnswer(message);
      return;
    }
    if (message.type === '0800') {
      const isSignOn = message.fields[70] === NETWORK_CODES.signOn;
      const fields = { 39: isSignOn ? this.signOnCode : '00' };
      const fault = isSignOn ? undefined : this.faultForLook();
      // Late answers stay late: that somebody is there is no answer to money.
      if (fault === undefined) this.#answer(socket, message, fields);
      else this.#answerBy(fault, socket, message, fields);
      return;
    }
    this.heard.push(message.type);
    const fault = this.faultFor(message);
    const answer = doesIt(fault) ? { ...this.#once(message), ...this.says } : {};
    this.#answerBy(fault, socket, message, answer);
  }

  #answerBy(fault: Fault | undefined, socket: Socket, message: IsoMessage, fields: Fields): void {
    const answer = (with39?: string): void =>
      this.#answer(socket, message, with39 === undefined ? fields : { 39: with39 });
    const ways: Record<AnswerWay, () => void> = {
      well: () => {
        answer();
        this.answerLate();
      },
      never: () => undefined,
      late: () => this.answerLater(answer),
      twice: () => {
        answer();
        answer();
      },
      garbage: () => socket.write(frame(Buffer.from('0110 this is no message'))),
      'too long': () => socket.write(Buffer.from([0xff, 0xff, 0x30])),
      'too short': () => socket.write(longer(this.#bytes(message, fields))),
      pieces: () => this.#inPieces(socket, message, fields),
      close: () => socket.destroy(),
      reset: () => socket.resetAndDestroy(),
      stop: () => void this.stop(),
      unavailable: () => answer('91'),
      broken: () => answer('96'),
      limited: () => answer('91'),
      undecided: () => answer('09'),
    };
    ways[wayOf(fault)]();
  }

  #inPieces(socket: Socket, message: IsoMessage, fields: Fields): void {
    const bytes = this.#bytes(message, fields);
    const [one, two, three] = [bytes.subarray(0, 1), bytes.subarray(1, 9), bytes.subarray(9)];
    socket.write(one, () => socket.write(two, () => socket.write(three)));
  }

  #bytes({ type, fields }: IsoMessage, answer: Fields): Buffer {
    const message = { type: answerType(type), fields: { ...fields, ...answer } };
    return frame(encodeMessage(message, this.#bitmap));
  }

  #answer(socket: Socket, message: IsoMessage, answer: Fields): void {
    socket.write(this.#bytes(message, answer));
  }

  #send(socket: Socket, message: IsoMessage): void {
    socket.write(frame(encodeMessage(message, this.#bitmap)));
  }

  /** A repetition is recognised by class, trace number and reference number, and gets the first answer. */
  #once(message: IsoMessage): Fields {
    const name = nameOf(message);
    const before = this.#answers.get(name);
    if (before !== undefined) return before;
    const isUndo = message.type.startsWith('042') && message.fields[95] === undefined;
    const { refusal } = this;
    if (refusal !== undefined && !isUndo) {
      const refused = { 39: refusal };
      this.#answers.set(name, refused);
      return refused;
    }
    const event: CardEvent = { event: 'done', message, day: new Date().toISOString().slice(0, 10) };
    this.#keep(event);
    this.#happen(event);
    return this.#answers.get(name) ?? {};
  }

  #happen(event: CardEvent): void {
    if (event.event === 'opened') {
      const { token, currency, balance } = event.account;
      this.#currencies.set(token, currency);
      this.accounts.set(token, BigInt(balance));
      return;
    }
    this.#day = event.day;
    this.#answers.set(nameOf(event.message), this.#do(event.message));
  }

  #do(message: IsoMessage): Fields {
    const { type, fields } = message;
    if (type === '0100') return this.#authorise(fields);
    if (type.startsWith('042')) return this.#reverse(fields);
    const ways: Record<string, () => Fields> = {
      '000000': () => this.#complete(fields),
      '200000': () => this.#refund(fields),
      '210000': () => this.#deposit(fields),
    };
    return (ways[fields[3] ?? ''] ?? (() => ({ 39: '12' })))();
  }

  #authorise(fields: Fields): Fields {
    const name = [fields[11], fields[7]].join('');
    // The reversal came before the authorisation: it must not reserve anything any more.
    if (this.#undone.has(name)) return { 39: '21' };
    const [token, amount] = [tokenOf(fields), amountOf(fields)];
    const balance = this.accounts.get(token);
    if (balance === undefined || !this.#isOf(token, fields)) return { 39: '14' };
    if (balance < amount) return { 39: '51' };
    this.accounts.set(token, balance - amount);
    const empty = { completed: 0n, refunded: 0n, isUndone: false };
    this.#holds.set(name, { token, currency: fields[49] ?? '', authorised: amount, ...empty });
    this.#note('authorise', fields, amount);
    return { 38: 'A1B2C3', 39: '00' };
  }

  #reverse(fields: Fields): Fields {
    const name = originalName(fields[90]);
    const hold = this.#holds.get(name);
    const rest = BigInt((fields[95] ?? '').slice(0, 12));
    if (hold === undefined) {
      this.#undone.add(name);
      return { 39: '25' };
    }
    const released = hold.authorised - rest;
    if (hold.isUndone || released < 0n || rest < hold.completed) return { 39: '12' };
    this.#credit(hold.token, released);
    if (fields[95] === undefined) {
      hold.isUndone = true;
      this.#forget(fields[37]);
    } else this.#note('release', fields, released);
    hold.authorised = rest;
    return { 39: '00' };
  }

  #complete(fields: Fields): Fields {
    const hold = this.#holds.get(originalName(fields[90]));
    const amount = amountOf(fields);
    if (hold === undefined || hold.isUndone) return { 39: '25' };
    if (hold.completed + amount > hold.authorised) return { 39: '61' };
    hold.completed += amount;
    this.#note('complete', fields, amount);
    return { 39: '00' };
  }

  #refund(fields: Fields): Fields {
    const hold = this.#holds.get(originalName(fields[90]));
    const amount = amountOf(fields);
    if (hold === undefined || hold.refunded + amount > hold.completed) return { 39: '12' };
    hold.refunded += amount;
    this.#credit(hold.token, amount);
    this.#note('refund', fields, amount);
    return { 39: '00' };
  }

  #deposit(fields: Fields): Fields {
    if (!this.accounts.has(tokenOf(fields))) return { 39: '14' };
    this.#credit(tokenOf(fields), amountOf(fields));
    this.#note('payOut', fields, amountOf(fields));
    return { 39: '00' };
  }

  /** Accounts that a test sets by itself take every currency. */
  #isOf(token: string, fields: Fields): boolean {
    return [undefined, currencyIn(fields)].includes(this.#currencies.get(token));
  }

  #credit(token: string, amount: bigint): void {
    this.accounts.set(token, (this.accounts.get(token) ?? 0n) + amount);
  }

  #note(kind: MovementKind, fields: Fields, amount: bigint): void {
    this.entries.push({
      reference: fields[37] ?? '',
      kind,
      token: tokenOf(fields),
      currency: currencyIn(fields),
      amount: amount.toString(),
      day: this.#day,
    });
  }

  /** What was undone is not in the statement. */
  #forget(reference = ''): void {
    const at = this.entries.findIndex((entry) => entry.reference === reference);
    if (at >= 0) this.entries.splice(at, 1);
  }
}
