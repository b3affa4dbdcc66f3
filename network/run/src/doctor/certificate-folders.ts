// SPDX-License-Identifier: Apache-2.0
// Whether each certificate that an organisation's authorities gave out can be used: it, its key and its root are there and fit together.
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { check, factsOf, type Check } from './check.js';

const FROM_BACKUP =
  "Put the folder's three files (cert.pem, key.pem, ca.pem) back from a backup. Without one, found the network anew.";
const CLOCK = "Check the clock of this machine, and that of the authority's.";

/** What is wrong, and what to do about it. */
interface Fault {
  readonly found: string;
  readonly remedy: string;
}

const damaged = (found: string): Fault => ({ found, remedy: FROM_BACKUP });

/** @returns what the file holds, or a fault */
function readPem<T>(folder: string, name: string, parse: (pem: string) => T): T | Fault {
  let pem: string;
  try {
    pem = readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    return damaged(`${name} cannot be read: ${factsOf(error).code}`);
  }
  try {
    return parse(pem);
  } catch {
    return damaged(`${name} is damaged`);
  }
}

const isFault = (read: X509Certificate | KeyObject | Fault): read is Fault => 'remedy' in read;

function faultTogether(
  certificate: X509Certificate,
  key: KeyObject,
  root: X509Certificate,
  now: number,
): Fault | undefined {
  if (!certificate.checkPrivateKey(key)) return damaged('key.pem is not the key of cert.pem');
  if (!certificate.verify(root.publicKey)) return damaged('ca.pem did not issue cert.pem');
  if (certificate.validFromDate.getTime() > now)
    return { found: `it is not valid before ${certificate.validFrom}`, remedy: CLOCK };
  return undefined;
}

/** @param now milliseconds since 1970 */
export function faultIn(folder: string, now: number): Fault | undefined {
  const certificate = readPem(folder, 'cert.pem', (pem) => new X509Certificate(pem));
  if (isFault(certificate)) return certificate;
  const key = readPem(folder, 'key.pem', createPrivateKey);
  if (isFault(key)) return key;
  const root = readPem(folder, 'ca.pem', (pem) => new X509Certificate(pem));
  return isFault(root) ? root : faultTogether(certificate, key, root, now);
}

function foldersIn(...path: readonly string[]): string[] {
  try {
    return readdirSync(join(...path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(...path, name));
  } catch (error) {
    if (factsOf(error).code === 'ENOENT') return [];
    throw error;
  }
}

/** An enrolment that goes on, or was broken off: another one takes its place. */
const UNFINISHED = /\.new-\w+$/;

/** One check of each certificate that cannot be used. @param now milliseconds since 1970 */
export function unusableCertificates(home: string, now: number): readonly Check[] {
  const folders = foldersIn(home, 'organisations')
    .flatMap((organisation) => foldersIn(organisation, 'certificates'))
    .flatMap((authority) => foldersIn(authority))
    .filter((folder) => !UNFINISHED.test(folder));
  return folders.flatMap((folder) => {
    const fault = faultIn(folder, now);
    const place = relative(home, folder);
    return fault === undefined
      ? []
      : [check('certificate', 'failed', `${place}: ${fault.found}`, fault.remedy)];
  });
}
