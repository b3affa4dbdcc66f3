// SPDX-License-Identifier: Apache-2.0
// The terminals of a run come back into reach: all at once, each with its own connection, through the SDK.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFraudProof, verifyFraudProof } from '@fabric-offline-pay/domain';
import { terminalLedger } from '@fabric-offline-pay/sdk';
import type { AcceptedPayment, Terminal } from '@fabric-offline-pay/sdk/offline';
import type { OfflineNetwork } from './offline-network.js';
import { PASSPHRASE, type TerminalProcess } from './party.js';
import { openTerminal } from './processes/terminal.js';

/** A terminal whose devices all end up in other merchants' batches too may lose some races. */
const MOST_TRIES = 5;

export interface Synchronised {
  readonly payments: readonly AcceptedPayment[];
  readonly proofFiles: readonly string[];
}

async function settleAll(network: OfflineNetwork, terminal: Terminal, merchantId: string) {
  const { clients } = network.network;
  const ledger = terminalLedger(await clients.connection('merchant', 'terminal', merchantId));
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { waiting } = await terminal.sync(ledger);
    if (waiting.count === 0) return;
  }
}

async function saveProofs(terminal: Terminal, folder: string): Promise<string[]> {
  const found = (await terminal.proofs()).filter(({ proof }) => proof !== null);
  const files = found.map(({ orderNumber, voucherDigest }) => ({
    ...{ voucherDigest },
    file: join(folder, `${orderNumber}.fraud-proof.json`),
  }));
  for (const { voucherDigest, file } of files) await terminal.saveProof(voucherDigest, file);
  return files.map(({ file }) => file);
}

/** Opens a terminal's folder, settles what waits in it, and writes the proofs of double spends that it met. */
export async function synchronise(
  network: OfflineNetwork,
  { folder, till }: TerminalProcess,
  proofs: string,
): Promise<Synchronised> {
  const terminal = await openTerminal(folder, till, PASSPHRASE);
  try {
    await settleAll(network, terminal, till.merchantId);
    mkdirSync(proofs, { recursive: true });
    return { payments: await terminal.payments(), proofFiles: await saveProofs(terminal, proofs) };
  } finally {
    await terminal.close();
  }
}

/** @returns whether a proof's file alone convicts a device. */
export function convicts(file: string, authority: string): boolean {
  return verifyFraudProof(decodeFraudProof(readFileSync(file, 'utf8')), [authority]).ok;
}
