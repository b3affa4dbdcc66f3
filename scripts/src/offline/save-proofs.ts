// SPDX-License-Identifier: Apache-2.0
// Writes the proofs of a terminal to a folder, one file per proof.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProofRecord, Terminal } from '@fabric-offline-pay/sdk/offline';

/** Several copies of a device may have tried to pay one order. */
const proofFile = ({ orderNumber, voucherDigest }: ProofRecord, all: readonly ProofRecord[]) => {
  const several = all.filter((other) => other.orderNumber === orderNumber).length > 1;
  const name = several ? `${orderNumber}.${voucherDigest.slice(0, 8)}` : orderNumber;
  return `${name}.fraud-proof.json`;
};

/**
 * @param folder made if missing; undefined to write nothing
 * @returns the files.
 */
export async function saveProofs(
  terminal: Pick<Terminal, 'proofs' | 'saveProof'>,
  folder: string | undefined,
): Promise<string[]> {
  if (folder === undefined) return [];
  await mkdir(folder, { recursive: true });
  const found = (await terminal.proofs()).filter(({ proof }) => proof !== null);
  const files: string[] = [];
  for (const record of found) {
    const file = join(folder, proofFile(record, found));
    await terminal.saveProof(record.voucherDigest, file);
    files.push(file);
  }
  return files;
}
