// SPDX-License-Identifier: Apache-2.0
// The files that a node's configuration names, and what each must hold. All are looked at before the node starts, so that a damaged one is
// named with its setting, and not by the library that stumbles over it.
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { lstatSync, statSync } from 'node:fs';
import { NetworkError } from '../network-error.js';
import { readBounded } from '../system/files.js';
import { systemCodeOf } from '../system/system-code.js';
import { isEndpointUrl } from '../webhooks/addresses.js';
import { checkSecret } from '../webhooks/signed.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** @throws when it holds none, or one that cannot be read */
function certificatesIn(text: string): readonly X509Certificate[] {
  const found = text.match(CERTIFICATE);
  if (found === null) throw new Error('No certificate.');
  return found.map((pem) => new X509Certificate(pem));
}

/** Bytes of a key that seals or digests. */
const KEY_BYTES = 32;

function demand(isRight: boolean): void {
  if (!isRight) throw new Error('The content has another form.');
}

/** Control characters, and whatever else ends a line. */
const NOT_IN_A_LINE = /[\p{Cc}\u2028\u2029]/u;

const demandLine = (text: string): void => demand(!NOT_IN_A_LINE.test(text));

interface Content {
  readonly what: string;
  /** @throws when the text is something else. Its error may quote the text, so that nobody is told of it. */
  readonly check: (text: string) => unknown;
}

/** What a file may have to hold. */
const CONTENTS = {
  text: { what: 'a text', check: () => undefined },
  line: { what: 'one line of text', check: demandLine },
  alertUrl: {
    what: 'one https address, or an http address of this machine',
    check: (text) => {
      demandLine(text);
      demand(isEndpointUrl('organisation', text));
    },
  },
  certificates: { what: 'certificates, PEM', check: certificatesIn },
  privateKey: { what: 'a private key, PEM', check: (text) => createPrivateKey(text) },
  ed25519Key: {
    what: 'an Ed25519 key, PEM (PKCS #8)',
    check: (text) => demand(createPrivateKey(text).asymmetricKeyType === 'ed25519'),
  },
  sealingKey: {
    what: `a key of ${KEY_BYTES} bytes, base64`,
    check: (text) => demand(Buffer.from(text, 'base64').length === KEY_BYTES),
  },
  webhookSecret: {
    what: 'whsec_ and base64 of 24 to 64 bytes',
    check: (text) => {
      demandLine(text);
      checkSecret(text);
    },
  },
} as const satisfies Readonly<Record<string, Content>>;

/** A file that a setting names. */
export interface SettingFile {
  /** Its place in the configuration, such as `tls.cert`; without it, the message names the file alone. */
  readonly setting?: string;
  readonly file: string;
  readonly content: keyof typeof CONTENTS;
  /** Nobody else may read it. */
  readonly isSecret?: boolean;
  /** The node makes it when it is missing. */
  readonly isMade?: boolean;
  /** The file of the certificate to which the key belongs. */
  readonly certificate?: string;
}

/** What the system says of a file, in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'cannot be there: a part of its path is no folder',
  EISDIR: 'is a folder',
  EINVAL: 'is no file',
  EFBIG: 'is too large',
  EACCES: 'may not be read by the user of this process',
  EPERM: 'may not be read by the user of this process',
};

const MOST_BYTES = 1024 * 1024;

const UNUSABLE = 'SETTING_FILE_UNUSABLE';

const nameOf = ({ setting, file }: Pick<SettingFile, 'setting' | 'file'>): string =>
  setting === undefined ? file : `${setting}: ${file}`;

/** Names a file that is there, or should be, and what is wrong with it. */
export function unusable(named: SettingFile, why: string): NetworkError {
  const { setting, file, content, isMade } = named;
  const message = `${nameOf(named)} ${why}. It must hold ${CONTENTS[content].what}.`;
  return new NetworkError(UNUSABLE, message, {
    details: { file, ...(setting !== undefined && { setting }) },
    ...(isMade === true && {
      advice: 'Restore it from a backup: a new key would not fit what was made with the old one.',
    }),
  });
}

/** Names a file or folder that cannot be written. @param error what the system said */
export const unwritable = (setting: string, file: string, error: unknown): NetworkError =>
  new NetworkError(
    UNUSABLE,
    `${setting}: ${file} cannot be written (${systemCodeOf(error) ?? 'unknown'}).`,
    {
      advice: 'Let this user write there and make room, or name another place.',
      details: { file, setting },
      cause: error,
    },
  );

const OTHERS_MAY_READ = 0o077;

function refuseOpen(file: string): void {
  if ((statSync(file).mode & OTHERS_MAY_READ) !== 0)
    throw new NetworkError('HOME_UNUSABLE', `Others may read the secret in ${file}.`, {
      advice: `Run chmod 600 ${file}.`,
    });
}

/** @throws NetworkError `SETTING_FILE_UNUSABLE` for what the system refuses */
function ask<Answer>(named: SettingFile, system: () => Answer): Answer {
  try {
    return system();
  } catch (error) {
    const code = systemCodeOf(error) ?? '';
    // Where nothing can be, nothing was: no backup helps.
    const about = code === 'ENOTDIR' ? { ...named, isMade: false } : named;
    throw unusable(about, REASONS[code] ?? `cannot be read (${code})`);
  }
}

const readText = (named: SettingFile): string =>
  ask(named, () => readBounded(named.file, MOST_BYTES).toString('utf8'));

/** @returns whether anything has this name, also a link that leads nowhere now */
export const isThere = (named: SettingFile): boolean =>
  ask(named, () => lstatSync(named.file, { throwIfNoEntry: false }) !== undefined);

/** Whether a key fits a certificate; a certificate that cannot be read is told of by itself. */
function fits(key: string, certificate: string): boolean {
  const [own] = certificatesIn(readBounded(certificate, MOST_BYTES).toString('utf8'));
  const spki = { format: 'der', type: 'spki' } as const;
  return own?.publicKey.export(spki).equals(createPublicKey(key).export(spki)) ?? false;
}

/** A pipe gives its content once, and whoever reads it again waits for ever. */
function refusePipe(named: SettingFile): void {
  if (ask(named, () => statSync(named.file)).isFIFO())
    throw unusable(named, 'is a pipe, and the node reads it more than once');
}

/**
 * @returns the file's text without the end of its last line, which is what it must be: what is used is what was checked
 * @throws NetworkError `SETTING_FILE_UNUSABLE`; `HOME_UNUSABLE` when others may read a secret. The content is not quoted.
 */
export function readSettingFile(named: SettingFile): string {
  const text = readText(named).replace(/\r?\n$/, '');
  if (text.trim() === '') throw unusable(named, 'is empty');
  if (named.isSecret === true) refuseOpen(named.file);
  try {
    CONTENTS[named.content].check(text);
  } catch {
    throw unusable(named, 'is damaged, or another file');
  }
  return text;
}

function checkOne(named: SettingFile): void {
  if (named.isMade === true && !isThere(named)) return;
  refusePipe(named);
  const text = readSettingFile(named);
  const { certificate } = named;
  if (certificate !== undefined && !fits(text, certificate))
    throw unusable(named, `does not belong to the certificate ${certificate}`);
}

/** @throws NetworkError for the first file that the node cannot use, see {@link readSettingFile} */
export function checkSettingFiles(files: readonly SettingFile[]): void {
  for (const file of files) checkOne(file);
}
