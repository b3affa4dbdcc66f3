// SPDX-License-Identifier: Apache-2.0
// Checks how long the certificates in a home are valid.
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { check, type Check } from './check.js';

/** A certificate, and one of its files. */
export interface FoundCertificate {
  readonly file: string;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly validUntil: number;
  /** Whether it issues other certificates. */
  readonly isAuthority: boolean;
}

const DAY_MS = 86_400_000;
const WARNING_DAYS = 30;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const EXTENSIONS = new Set(['.pem', '.crt', '.cert']);
/** Folders of nodes' ledgers and databases, which hold no configured certificates. */
const SKIPPED = new Set(['data', 'database', 'logs', 'outbox', 'run']);

function findPemFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : findPemFiles(path);
    return EXTENSIONS.has(extname(entry.name)) ? [path] : [];
  });
}

const nameIn = (subject: string): string => /^CN=(.+)$/m.exec(subject)?.[1] ?? subject;

function certificatesIn(home: string, path: string): (readonly [string, FoundCertificate])[] {
  return (readFileSync(path, 'utf8').match(PEM) ?? []).flatMap((pem) => {
    const certificate = parsed(pem);
    if (certificate === undefined) return [];
    const { fingerprint256, subject, validTo, ca } = certificate;
    const found = { file: relative(home, path), subject: nameIn(subject), isAuthority: ca };
    return [[fingerprint256, { ...found, validUntil: Date.parse(validTo) }]];
  });
}

/** What is damaged is told by whoever looks at the folder that it lies in. */
function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Every certificate in PEM files under a home, once, even if it was copied to several places. */
export function certificatesUnder(home: string): FoundCertificate[] {
  const all = findPemFiles(home).flatMap((path) => certificatesIn(home, path));
  return [...new Map(all).values()];
}

/** Whole days until a certificate expires; negative when it has expired. */
export const daysLeft = (validUntil: number, now: number): number =>
  Math.floor((validUntil - now) / DAY_MS);

const OF_AUTHORITY =
  'An authority cannot be renewed: found a network with new authorities before that day.';

const renewalAdvice = ({ isAuthority }: FoundCertificate): string =>
  isAuthority
    ? OF_AUTHORITY
    : "It is not renewed automatically: let the organisation's authority issue a new one, and restart the programs that use it.";

function certificateCheck(certificate: FoundCertificate, now: number): Check {
  const { file, subject, validUntil } = certificate;
  const days = daysLeft(validUntil, now);
  const until = new Date(validUntil).toISOString().slice(0, 10);
  const found =
    days < 0 ? `${subject} (${file}) expired ${until}` : `${subject} (${file}) expires ${until}`;
  const left = days < 0 ? found : `${found}, in ${days} days`;
  const outcome = days < 0 ? 'failed' : 'warning';
  return check('certificate', outcome, left, renewalAdvice(certificate));
}

/** One check per certificate that has expired or soon will, or one check for all. @param now milliseconds since 1970 */
export function certificateChecks(
  certificates: readonly FoundCertificate[],
  now: number,
): readonly Check[] {
  const byEnd = [...certificates].sort((left, right) => left.validUntil - right.validUntil);
  const [first] = byEnd;
  if (first === undefined) return [check('certificates', 'not asked', 'there are none yet')];
  const ending = byEnd.filter(({ validUntil }) => daysLeft(validUntil, now) < WARNING_DAYS);
  if (ending.length > 0) return ending.map((each) => certificateCheck(each, now));
  const found = `${byEnd.length} certificates; ${first.subject} expires first, in ${daysLeft(first.validUntil, now)} days`;
  return [check('certificates', 'ok', found)];
}
