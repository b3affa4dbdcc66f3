// SPDX-License-Identifier: Apache-2.0
// A connection to a card host: many requests at a time, each answer found by type, trace number and reference number.
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { elapsed, type Elapsed } from '@fabric-offline-pay/node-common/node';
import type { Clock } from '../../clock.js';
import { decodeMessage, encodeMessage, type BitmapForm, type IsoMessage } from './codec.js';
import { frame, FrameReader } from './frames.js';
import { answerType, networkMessage, NETWORK_CODES } from './messages.js';

/** Nothing left this process. */
export class NotSent extends Error {
  override readonly name = 'NotSent';
}

/** The message may have arrived, and no answer came. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** For the log of whoever runs the node; identifiers only. */
export interface LineObserver {
  /** `answer nobody waits for`: it came late or twice. */
  noted(
    what: 'connected' | 'not connected' | 'connection ended' | 'answer nobody waits for',
    facts: Readonly<Record<string, string>>,
  ): void;
}

export interface LineOptions {
  readonly host: string;
  readonly port: number;
  /** PEM; without it the connection is plain TCP, for a line that is private already. */
  readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string } | undefined;
  readonly bitmap: BitmapForm;
  /** The longest message to accept. */
  readonly mostBytes: number;
  readonly timeoutMs: number;
  /** After a connection that could not be made, the next attempt waits, twice as long each time. */
  readonly backoffMs: { readonly first: number; readonly most: number };
  readonly clock: Clock;
  /** The process's own unless told. */
  readonly elapsed?: Elapsed;
  readonly observer: LineObserver;
}

interface Waiting {
  readonly resolve: (answer: IsoMessage) => void;
  readonly reject: (reason: NoAnswer) => void;
}

const nameOf = (type: string, { fields }: IsoMessage): string =>
  [type, fields[11] ?? '', fields[37] ?? ''].join(' ');

/** One socket, from its sign-on to its end. */
class Connection {
  readonly #options: LineOptions;
  readonly #socket: Socket;
  readonly #frames: FrameReader;
  readonly #waiting = new Map<string, Waiting>();
  #lastStan = 0;
  #received = 0;
  isOpen = true;

  constructor(options: LineOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.#frames = new FrameReader(options.mostBytes);
    socket.setKeepAlive(true, 10_000);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error) => this.end(error.message));
    socket.on('close', () => this.end('closed by the host'));
  }

  async say(purpose: keyof typeof NETWORK_CODES): Promise<IsoMessage> {
    this.#lastStan = (this.#lastStan % 999_999) + 1;
    const stan = this.#lastStan.toString().padStart(6, '0');
    return this.exchange(networkMessage(purpose, stan, this.#options.clock()));
  }

  /** @throws {NotSent | NoAnswer | IsoFormatError} */
  exchange(message: IsoMessage): Promise<IsoMessage> {
    const bytes = frame(encodeMessage(message, this.#options.bitmap));
    const name = nameOf(answerType(message.type), message);
    if (!this.isOpen) return Promise.reject(new NotSent('The connection has ended.'));
    const before = this.#received;
    const timer = setTimeout(() => {
      this.#waiting.get(name)?.reject(new NoAnswer('The host did not answer in time.'));
      // A host that says nothing at all may be gone, although the connection looks open.
      if (this.#received === before) this.end('silent');
    }, this.#options.timeoutMs);
    const answered = new Promise<IsoMessage>((resolve, reject) => {
      this.#waiting.set(name, { resolve, reject });
    });
    this.#socket.write(bytes);
    return answered.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(name);
    });
  }

  end(reason: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#socket.destroy();
    this.#options.observer.noted('connection ended', { reason });
    for (const { reject } of this.#waiting.values())
      reject(new NoAnswer('The connection ended before the answer.'));
  }

  #receive(chunk: Buffer): void {
    this.#received += 1;
    try {
      for (const bytes of this.#frames.push(chunk))
        this.#handle(decodeMessage(bytes, this.#options.bitmap));
    } catch (error) {
      // After bytes that are no message nobody knows where the next one begins.
      this.end(error instanceof Error ? error.message : 'garbage');
    }
  }

  #handle(message: IsoMessage): void {
    if (message.type === '0800') {
      this.#answerNetwork(message);
      return;
    }
    const name = nameOf(message.type, message);
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    if (waiting === undefined)
      this.#options.observer.noted('answer nobody waits for', {
        type: message.type,
        stan: message.fields[11] ?? '',
      });
    else waiting.resolve(message);
  }

  /** The host asks, too, whether somebody is there. */
  #answerNetwork({ type, fields }: IsoMessage): void {
    const answer = { type: answerType(type), fields: { ...fields, 39: '00' } };
    this.#socket.write(frame(encodeMessage(answer, this.#options.bitmap)));
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'the connection could not be made';

function openSocket({ host, port, tls }: LineOptions): readonly [Socket, string] {
  return tls === undefined
    ? [connectTcp({ host, port }), 'connect']
    : [connectTls({ host, port, servername: host, ...tls }), 'secureConnect'];
}

/** Connects when there is something to say, and again after the connection was lost. */
export class HostLine {
  readonly #options: LineOptions;
  #connection: Promise<Connection> | undefined;
  #failures = 0;
  /** By {@link LineOptions.elapsed}. */
  #notBefore = -Infinity;
  #isClosed = false;
  #connecting: Promise<Connection> | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** @throws {NotSent | NoAnswer | IsoFormatError} */
  async exchange(message: IsoMessage): Promise<IsoMessage> {
    return (await this.#connected()).exchange(message);
  }

  /** @throws {NotSent | NoAnswer} */
  async echo(): Promise<void> {
    await (await this.#connected()).say('echo');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const connection = await this.#connection?.catch(() => undefined);
    connection?.end('the node ends');
  }

  #elapsed(): number {
    return (this.#options.elapsed ?? elapsed)();
  }

  async #connected(): Promise<Connection> {
    if (this.#isClosed) throw new NotSent('The node ends.');
    const present = await this.#connection?.catch(() => undefined);
    if (present?.isOpen === true) return present;
    if (this.#elapsed() < this.#notBefore)
      throw new NotSent('The host could not be reached just now.');
    // Several callers may find that there is none: the first one connects for all.
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    return (this.#connection = this.#connecting);
  }

  async #connect(): Promise<Connection> {
    const { observer, backoffMs, timeoutMs } = this.#options;
    const [socket, event] = openSocket(this.#options);
    // An error that comes while nobody listens would end the process.
    socket.on('error', () => undefined);
    try {
      await once(socket, event, { signal: AbortSignal.timeout(timeoutMs) });
      const connection = new Connection(this.#options, socket);
      const { fields } = await connection.say('signOn');
      if (fields[39] !== '00') throw new Error('the host refused the sign-on');
      this.#failures = 0;
      observer.noted('connected', {});
      return connection;
    } catch (error) {
      socket.destroy();
      const wait = Math.min(backoffMs.first * 2 ** this.#failures, backoffMs.most);
      this.#failures += 1;
      this.#notBefore = this.#elapsed() + wait;
      observer.noted('not connected', { reason: reasonOf(error) });
      throw new NotSent('The host could not be reached.', { cause: error });
    }
  }
}
