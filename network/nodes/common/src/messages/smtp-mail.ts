// SPDX-License-Identifier: Apache-2.0
// Mails by SMTP (RFC 5321), over TLS. A mail's Message-ID follows from its id, so that a repetition can be recognised.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import * as z from 'zod';
import { readSecret, type pathIn } from '../program/node-config.js';
import type { Mail, MailSender } from './mail-sender.js';
import { Undeliverable } from './undeliverable.js';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/** Where mails go, and from whom they come. */
export const smtpSchema = (path: ReturnType<typeof pathIn>) =>
  z
    .strictObject({
      adapter: z.literal('smtp'),
      host: z.string().min(1),
      port: z.int().min(1).max(65_535).default(587),
      tls: z
        .enum(['required', 'implicit', 'none'])
        .default('required')
        .describe('required: STARTTLS or nothing; implicit: port 465; none: on this machine only'),
      caFile: path.exactOptional().describe("root certificates, PEM; the system's unless given"),
      user: z.string().exactOptional(),
      passwordFile: path.exactOptional(),
      from: z.email().describe('the address of the bank; its domain is that of Message-ID'),
      fromName: z.string().max(100).exactOptional(),
      listId: z
        .string()
        .regex(/^[a-z0-9.-]+$/)
        .describe('RFC 2919, such as notices.bank.example'),
      timeoutMs: z.int().min(10).max(120_000).default(10_000).describe('for each answer'),
    })
    .refine(({ tls, host }) => tls !== 'none' || LOOPBACK.includes(host), { path: ['tls'] })
    .refine(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), {
      path: ['passwordFile'],
    });

export type SmtpConfig = z.output<ReturnType<typeof smtpSchema>>;

/** @returns the same Message-ID for the same id, without what the id says. */
export const messageIdOf = (id: string, from: string): string =>
  `<${createHash('sha256').update(id).digest('hex').slice(0, 32)}@${from.slice(from.lastIndexOf('@') + 1)}>`;

function transportOf({ host, port, tls, caFile, user, passwordFile, timeoutMs }: SmtpConfig) {
  return createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'none',
    tls: {
      minVersion: 'TLSv1.2',
      ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    },
    ...(user !== undefined &&
      passwordFile !== undefined && { auth: { user, pass: readSecret(passwordFile) } }),
    pool: true,
    maxConnections: 2,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A mail holds nothing but its own text.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** Permanent refusals of RFC 5321: they concern the address or the mail, unless the server refuses us as its client. */
const OF_MAIL = ['EENVELOPE', 'EMESSAGE'];

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error && 'code' in error && 'responseCode' in error)) return undefined;
  const { code, responseCode } = error;
  return OF_MAIL.includes(String(code)) && typeof responseCode === 'number'
    ? responseCode
    : undefined;
}

/** What may be told of a failure: the server's words may name the address. */
export class MailNotSent extends Error {
  override readonly name = 'MailNotSent';

  constructor() {
    super('The mail server did not take over the mail.');
  }
}

const PERMANENT = 500;

export class SmtpMail implements MailSender {
  readonly #config: SmtpConfig;
  readonly #transport: ReturnType<typeof transportOf>;

  constructor(config: SmtpConfig) {
    this.#config = config;
    this.#transport = transportOf(config);
  }

  async send({ id, to, subject, text, html }: Mail): Promise<void> {
    const { from, fromName = '', listId } = this.#config;
    try {
      await this.#transport.sendMail({
        messageId: messageIdOf(id, from),
        from: { name: fromName, address: from },
        to: { name: '', address: to },
        list: { id: { url: listId, comment: fromName } },
        headers: { 'Auto-Submitted': 'auto-generated' },
        subject,
        text,
        html,
      });
    } catch (error) {
      const status = statusOf(error);
      if (status !== undefined && status >= PERMANENT)
        throw new Undeliverable(`SMTP ${status.toString()}`);
      throw new MailNotSent();
    }
  }

  /** @throws {MailNotSent} when the server does not answer, or does not know us */
  async ready(): Promise<void> {
    await this.#transport.verify().catch(() => {
      throw new MailNotSent();
    });
  }

  close(): void {
    this.#transport.close();
  }
}
