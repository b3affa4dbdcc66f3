// SPDX-License-Identifier: Apache-2.0
// When the node's own certificates and its revocation list end. A node whose certificate ended can do nothing at all.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { listsInPem, revocationList, type NodeConfig } from '@fabric-offline-pay/node-common/node';

/** A file that ends. */
export interface EndingFile {
  /** Stable; no path. */
  readonly name: string;
  /** @returns milliseconds since 1970. @throws when it cannot be read, or is not what it should be */
  readonly readEnd: () => number;
}

const endOf = (file: string): number =>
  new X509Certificate(readFileSync(file)).validToDate.getTime();

/** The first list of an authority that ends. @throws when an authority has none */
function endOfLists(file: string, authorities: readonly string[]): number {
  const lists = listsInPem(readFileSync(file, 'utf8'));
  const ends = authorities.map((authority) => {
    const certificate = new X509Certificate(readFileSync(authority));
    const own = lists.map((list) => revocationList(list, certificate));
    const until = own.find((list) => list !== undefined)?.until;
    if (until === undefined) throw new Error('An authority has no revocation list.');
    return until;
  });
  return Math.min(...ends);
}

/** The files of a node's configuration that end. */
export function endingFiles({ tls, ledger }: Pick<NodeConfig, 'tls' | 'ledger'>): EndingFile[] {
  const certificates = [
    ['tls', tls.cert] as const,
    ['ledger-tls-root', ledger.tlsRoot] as const,
    ...tls.clientRoots.map((file, index) => [`client-root-${index + 1}`, file] as const),
    ...Object.entries(ledger.identities).map(
      ([role, { certificate }]) => [`ledger-${role}`, certificate] as const,
    ),
  ];
  return [
    ...certificates.map(([name, file]) => ({ name, readEnd: () => endOf(file) })),
    { name: 'revocations', readEnd: () => endOfLists(tls.revocations, tls.clientRoots) },
  ];
}

const DAY_MS = 86_400_000;

/** Days before the end at which an operator is alerted, the last first. */
const WARNING_DAYS = [1, 7, 30] as const;

/** @returns the days of the warning that applies now; undefined while the end is far */
export const warningDays = (end: number, now: number): number | undefined =>
  WARNING_DAYS.find((days) => end - now <= days * DAY_MS);

/** When one of the files ends. */
export interface FileEnd {
  readonly name: string;
  /** Milliseconds since 1970; undefined when it cannot be read. */
  readonly end: number | undefined;
}

/** Reads each file now. */
export const fileEnds = (files: readonly EndingFile[]): FileEnd[] =>
  files.map(({ name, readEnd }) => {
    try {
      return { name, end: readEnd() };
    } catch {
      return { name, end: undefined };
    }
  });

/** What operators are alerted to: one subject a file, and another as its end comes nearer. */
export const endSubjects = (ends: readonly FileEnd[], now: number): string[] =>
  ends.flatMap(({ name, end }) => {
    if (end === undefined) return [`${name}/unreadable`];
    const days = warningDays(end, now);
    return days === undefined ? [] : [`${name}/${days}`];
  });
