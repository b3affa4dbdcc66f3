// SPDX-License-Identifier: Apache-2.0
// Authorities and their first certificates, which the networks of a test run have in common: to issue them takes half of what a network
// costs to start, because an authority hashes every secret slowly on purpose. Only organisations of the default topology have them.
import { cpSync, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, privately, withLock } from '@fabric-offline-pay/node-common';

/** A folder of the test run. Without it every network has its own. */
export const CERTIFICATES_VARIABLE = 'OFFPAY_TEST_CERTIFICATES';

/** Longer than a network takes to start on a slow machine. */
const LOCK_DEADLINE_MS = 300_000;

/** Folders within a home. */
const partsOf = (organisations: readonly string[]): string[] =>
  organisations.flatMap((id) =>
    ['ca', 'certificates'].map((part) => join('organisations', id, part)),
  );

/** What of these organisations is there: the first network of a run may have had fewer. */
function copyParts(from: string, to: string, organisations: readonly string[]): void {
  for (const part of partsOf(organisations).filter((each) => existsSync(join(from, each)))) {
    // As a network makes its folders, for this user only.
    makeFolder(dirname(join(to, part)));
    privately(() => cpSync(join(from, part), join(to, part), { recursive: true }));
  }
}

/**
 * Starts a network with the certificates of the test run. The first has them issued, and others wait for it.
 * @param home without any certificates
 * @param organisations of the network, all of the default topology
 * @param up starts the network; issues what is missing
 */
export async function withIssuedCertificates<T>(
  home: string,
  organisations: readonly string[],
  up: () => Promise<T>,
): Promise<T> {
  const folder = process.env[CERTIFICATES_VARIABLE];
  if (folder === undefined) return up();
  const kept = join(folder, 'kept');
  if (!existsSync(kept)) {
    const first = await withLock(join(folder, 'lock'), LOCK_DEADLINE_MS, async () => {
      if (existsSync(kept)) return undefined;
      const result = await up();
      const unfinished = join(folder, 'unfinished');
      await rm(unfinished, { recursive: true, force: true });
      copyParts(home, unfinished, organisations);
      await rename(unfinished, kept);
      return { result };
    });
    if (first !== undefined) return first.result;
  }
  copyParts(kept, home, organisations);
  return up();
}
