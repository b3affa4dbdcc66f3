// SPDX-License-Identifier: Apache-2.0
// Mails over real connections to a mail server. (The certificates for it are this package's.)
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathIn, SmtpMail, smtpSchema } from '@fabric-offline-pay/node-common/node';
import { TestAuthority } from '../../../common/src/testing/certificates.js';
import { MailHost } from '../testing/message-hosts/mail-host.js';
import { mailContent } from './mail-content.js';

const [USER, PASSWORD] = ['bank', 'mail-secret'];
const TO = 'kunde5680@example.org';

let folder: string;
let host: MailHost;
let plain: MailHost;
let mails: SmtpMail[] = [];

const mailBy = (port: number, changes: object = {}): SmtpMail => {
  const config = {
    adapter: 'smtp',
    host: '127.0.0.1',
    port,
    caFile: join(folder, 'root.pem'),
    user: USER,
    passwordFile: join(folder, 'password'),
    from: 'notices@bank.example',
    fromName: 'My Bank',
    listId: 'notices.bank.example',
    timeoutMs: 2_000,
    ...changes,
  };
  const mail = new SmtpMail(smtpSchema(pathIn(folder)).parse(config));
  mails.push(mail);
  return mail;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-smtp-'));
  const authority = new TestAuthority('mail ca');
  const certificate = authority.issue({ commonName: 'mail' });
  writeFileSync(join(folder, 'root.pem'), authority.root);
  writeFileSync(join(folder, 'other.pem'), new TestAuthority('other').root);
  writeFileSync(join(folder, 'password'), PASSWORD, { mode: 0o600 });
  const access = { certificate, user: USER, password: PASSWORD };
  host = await MailHost.open(access);
  plain = await MailHost.open({ ...access, isPlain: true });
});

afterEach(() => {
  for (const mail of mails) mail.close();
  mails = [];
  for (const { taken, refusals } of [host, plain]) {
    taken.length = 0;
    refusals.length = 0;
  }
});

afterAll(async () => {
  await Promise.all([host.close(), plain.close()]);
  rmSync(folder, { recursive: true });
});

const mailOf = (id: string) => ({ id, to: TO, ...mailContent('zh', '您的订单已送达。') });

const header = (raw: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'mi').exec(raw)?.[1]?.trim();

it('sends plain text and HTML over TLS, as the bank, to a list', async () => {
  await mailBy(host.port).send(mailOf('~m~1~mail'));
  const [taken] = host.taken;
  const raw = taken?.raw ?? '';
  expect(taken).toMatchObject({ to: [TO], isEncrypted: true });
  expect(header(raw, 'From')).toBe('My Bank <notices@bank.example>');
  expect(header(raw, 'List-ID')).toContain('<notices.bank.example>');
  expect(header(raw, 'Message-ID')).toMatch(/^<[0-9a-f]{32}@bank\.example>$/);
  expect(raw).toMatch(/text\/plain; charset=utf-8[\s\S]*text\/html; charset=utf-8/);
  expect(raw).not.toMatch(/https?:|src=|~m~1/);
});

it('gives a repetition the same Message-ID after an answer that was lost, and another mail another one', async () => {
  const mail = mailBy(host.port);
  host.dropsNext = true;
  await expect(mail.send(mailOf('a'))).rejects.toMatchObject({ name: 'MailNotSent' });
  await mail.send(mailOf('a'));
  await mail.send(mailOf('b'));
  const ids = host.taken.map(({ raw }) => header(raw, 'Message-ID'));
  expect(ids).toHaveLength(3);
  expect([ids[0] === ids[1], ids[1] === ids[2]]).toEqual([true, false]);
});

it.each([
  [550, 'Undeliverable'],
  [451, 'MailNotSent'],
])('tells a refusal %i of the address as %s, without naming it', async (status, name) => {
  host.refusals.push(status);
  const failure: unknown = await mailBy(host.port)
    .send(mailOf('r'))
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ name });
  expect(`${String(failure)} ${(failure as Error).stack ?? ''}`).not.toContain(TO);
});

it('sends nothing without TLS, to a stranger, or with a wrong password', async () => {
  writeFileSync(join(folder, 'wrong'), 'wrong', { mode: 0o600 });
  for (const mail of [
    mailBy(plain.port),
    mailBy(host.port, { caFile: join(folder, 'other.pem') }),
    mailBy(host.port, { passwordFile: join(folder, 'wrong') }),
  ])
    await expect(mail.send(mailOf('s'))).rejects.toMatchObject({ name: 'MailNotSent' });
  expect([...host.taken, ...plain.taken]).toEqual([]);
});

it('says whether the server is there, and knows the bank', async () => {
  await mailBy(host.port).ready();
  const wrong = { passwordFile: join(folder, 'unknown') };
  writeFileSync(wrong.passwordFile, 'unknown', { mode: 0o600 });
  for (const mail of [mailBy(host.port, wrong), mailBy(1)])
    await expect(mail.ready()).rejects.toMatchObject({ name: 'MailNotSent' });
});

it('goes without TLS on this machine only', () => {
  const config = { adapter: 'smtp', tls: 'none', from: 'a@bank.example', listId: 'x' };
  expect(smtpSchema(pathIn(folder)).safeParse({ ...config, host: 'mail.example' }).success).toBe(
    false,
  );
  expect(smtpSchema(pathIn(folder)).safeParse({ ...config, host: '127.0.0.1' }).success).toBe(true);
});
