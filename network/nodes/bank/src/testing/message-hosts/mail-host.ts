// SPDX-License-Identifier: Apache-2.0
// A mail server for tests: speaks SMTP with STARTTLS on a real socket, keeps what it took, and fails when it is told to.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { TestCertificate } from '../../../../common/src/testing/certificates.js';

export interface TakenMail {
  readonly to: readonly string[];
  readonly isEncrypted: boolean;
  /** Headers and body as they came. */
  readonly raw: string;
}

export interface MailHostOptions {
  readonly certificate: TestCertificate;
  readonly user: string;
  readonly password: string;
  /** Offers no TLS. */
  readonly isPlain?: boolean;
}

const smtpError = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode });

async function readAll(stream: SMTPServerDataStream): Promise<string> {
  let raw = '';
  for await (const chunk of stream) raw += String(chunk);
  return raw;
}

export class MailHost {
  readonly taken: TakenMail[] = [];
  /** Answers to the next recipients; 250 when there are none. */
  readonly refusals: number[] = [];
  /** Takes the next mail and loses the connection before its answer. */
  dropsNext = false;
  readonly #server: SMTPServer;

  private constructor({ certificate, user, password, isPlain = false }: MailHostOptions) {
    this.#server = new SMTPServer({
      key: certificate.key,
      cert: certificate.cert,
      disabledCommands: isPlain ? ['STARTTLS'] : [],
      onAuth: (given, _, done) =>
        given.username === user && given.password === password
          ? done(null, { user })
          : done(smtpError(535, 'no')),
      onRcptTo: ({ address }, _, done) => {
        const refusal = this.refusals.shift();
        done(refusal === undefined ? undefined : smtpError(refusal, `refused ${address}`));
      },
      onData: (stream, session, done) => {
        // A client that dies in the middle has sent nothing.
        this.#take(stream, session).then(
          (taken) => taken && done(),
          () => undefined,
        );
      },
    });
    this.#server.on('error', () => undefined);
  }

  static async open(options: MailHostOptions): Promise<MailHost> {
    const host = new MailHost(options);
    const { server } = host.#server;
    host.#server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return host;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** @returns whether it answers. */
  async #take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<boolean> {
    const raw = await readAll(stream);
    const to = session.envelope.rcptTo.map(({ address }) => address);
    this.taken.push({ to, isEncrypted: session.secure, raw });
    if (!this.dropsNext) return true;
    this.dropsNext = false;
    for (const connection of this.#server.connections) connection.close();
    return false;
  }
}
