// SPDX-License-Identifier: Apache-2.0
// One bound connection to an SMSC (SMPP 3.4). The package encodes and decodes; deadlines, and what ends a connection, are here.
import { readFileSync } from 'node:fs';
import { readSecret } from '@fabric-offline-pay/node-common/node';
import { connect, type Fields, type Pdu, type Session } from 'smpp';
import { inTime } from './in-time.js';
import type { SmppConfig } from './smpp-config.js';

/** `command_status`, 5.1.3. */
export const STATUS = { ok: 0, throttled: 0x58, queueFull: 0x14, tryLater: 0x64 } as const;

/** The SMSC is not there, or refuses to speak to us. */
export class NoLink extends Error {
  override readonly name = 'NoLink';

  /** @param status the SMSC's answer to the bind, where there was one */
  constructor(readonly status?: number) {
    super('There is no bound connection to the SMSC.');
  }
}

export interface LinkHandlers {
  /** A message from the SMSC. @returns the status of the answer. */
  readonly delivered: (pdu: Pdu) => Promise<number>;
}

/** Times the usual wait. */
const PATIENCE = 6;

const VERSION_3_4 = 0x34;

const sessionOf = ({ host, port, tls, caFile }: SmppConfig): Session =>
  connect({ host, port, ...(tls && { tls }), ...(caFile && { ca: readFileSync(caFile, 'utf8') }) });

export class SmppLink {
  readonly #session: Session;
  readonly #answerMs: number;
  readonly #waiting = new Set<(error: Error) => void>();
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  #isOpen = true;
  #enquiry: NodeJS.Timeout | undefined;

  private constructor(session: Session, { answerMs }: SmppConfig, handlers: LinkHandlers) {
    this.#session = session;
    this.#answerMs = answerMs;
    this.ended = new Promise((resolve) => session.once('close', resolve));
    session.once('close', () => this.#end());
    // Also for octets that are no protocol: the package then reads no further.
    session.on('error', () => session.destroy());
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unknown', (pdu: Pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('deliver_sm', (pdu: Pdu) => void this.#receive(pdu, handlers));
  }

  /** @throws {NoLink} */
  static async open(config: SmppConfig, handlers: LinkHandlers): Promise<SmppLink> {
    const session = sessionOf(config);
    const link = new SmppLink(session, config, handlers);
    try {
      await link.#connected(config);
      await link.#bind(config);
    } catch (error) {
      session.destroy();
      await link.ended;
      throw error;
    }
    link.#enquiry = setInterval(() => void link.#enquire(), config.enquireMs);
    return link;
  }

  /**
   * Waits long for the answer, since a late one still tells what the SMSC has. An SMSC that answers nothing at all is left.
   * @returns the answer, whatever its status. @throws {NoLink} when the connection ends before it.
   */
  async submit(fields: Fields): Promise<Pdu> {
    const answer = this.#ask<Pdu>((answered) => this.#session.submit_sm(fields, answered));
    try {
      return await inTime(answer, PATIENCE * this.#answerMs, () => new NoLink());
    } catch (error) {
      this.#session.destroy();
      throw error;
    }
  }

  /** Says good-bye, and closes also without an answer. */
  async close(): Promise<void> {
    const answered = this.#ask((done) => this.#session.unbind({}, done));
    await this.#inTime(answered).catch(() => undefined);
    this.#session.destroy();
    await this.ended;
  }

  #connected({ tls }: SmppConfig): Promise<void> {
    const connected = this.#ask<undefined>((done) => {
      this.#session.once(tls ? 'secureConnect' : 'connect', () => done(undefined));
      return true;
    });
    return this.#inTime(connected);
  }

  async #bind({ systemId, passwordFile, systemType }: SmppConfig): Promise<void> {
    const fields = {
      system_id: systemId,
      password: readSecret(passwordFile),
      system_type: systemType,
      interface_version: VERSION_3_4,
    };
    const { command_status: status } = await this.#inTime(
      this.#ask<Pdu>((answered) => this.#session.bind_transceiver(fields, answered)),
    );
    if (status !== STATUS.ok) throw new NoLink(status);
  }

  async #enquire(): Promise<void> {
    const answered = this.#ask<Pdu>((done) => this.#session.enquire_link({}, done));
    await this.#inTime(answered).catch(() => this.#session.destroy());
  }

  async #receive(pdu: Pdu, { delivered }: LinkHandlers): Promise<void> {
    const status = await delivered(pdu).catch(() => STATUS.tryLater);
    this.#session.send(pdu.response({ command_status: status }));
  }

  /** The package forgets whoever waits for an answer when the connection ends. */
  #ask<Answer>(send: (answered: (answer: Answer) => void) => boolean): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) throw new NoLink();
      this.#waiting.add(reject);
      const answered = (answer: Answer): void => {
        this.#waiting.delete(reject);
        resolve(answer);
      };
      if (!send(answered)) reject(new NoLink());
    });
  }

  #inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return inTime(answer, this.#answerMs, () => new NoLink());
  }

  #end(): void {
    this.#isOpen = false;
    clearInterval(this.#enquiry);
    for (const reject of this.#waiting) reject(new NoLink());
    this.#waiting.clear();
  }
}
