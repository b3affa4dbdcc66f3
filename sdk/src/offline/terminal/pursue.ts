// SPDX-License-Identifier: Apache-2.0
// Takes double spends to their end: finds the first voucher on the ledger, proves the contradiction, submits the proof.
import { decodeFraudProof } from '@fabric-offline-pay/domain';
import { OfflineError, RefusedError } from '../../errors.js';
import type { TerminalContext } from './context.js';
import { entryOf, proofText, proveContradiction, sideOf } from './fraud.js';
import { payments, proofs, type ProofRecord } from './records.js';
import type { TerminalLedger } from './terminal-ledger.js';

/** @returns the proof's file, or null while the first voucher cannot be found or proves nothing. */
async function prove(
  { store, trust }: TerminalContext,
  ledger: TerminalLedger,
  { orderNumber }: ProofRecord,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const payment = await payments.get(store, orderNumber);
  if (payment === undefined) throw new OfflineError('STORE_DAMAGED', { orderNumber });
  const side = sideOf(payment);
  const voucher = { ...payment, entry: entryOf(side) };
  const first = await ledger.settledFirst(voucher, signal);
  if (first === undefined) return null;
  const sides = [first, side] as const;
  return proofText(await proveContradiction(store, trust.roots, payment.bankId, sides));
}

async function keep({ store, inTurn }: TerminalContext, record: ProofRecord): Promise<ProofRecord> {
  await inTurn(() => store.write([proofs.put(record, record.voucherDigest)]));
  return record;
}

async function pursueOne(
  context: TerminalContext,
  ledger: TerminalLedger,
  record: ProofRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { orderNumber, voucherDigest } = record;
  const proof = record.proof ?? (await prove(context, ledger, record, signal));
  if (proof === null) return;
  if (record.proof === null) {
    await keep(context, { ...record, proof });
    context.events.emit({ kind: 'doubleSpend', orderNumber, voucherDigest });
  }
  await ledger.submitProof(decodeFraudProof(proof), signal);
  await keep(context, { ...record, proof, submitted: true });
}

/** Pursues every double spend that is not submitted yet. What the ledger refuses is kept, and tried again next time. */
export async function pursueFrauds(
  context: TerminalContext,
  ledger: TerminalLedger,
  signal: AbortSignal | undefined,
): Promise<void> {
  const open = (await proofs.list(context.store)).filter(({ submitted }) => !submitted);
  for (const record of open) {
    try {
      await pursueOne(context, ledger, record, signal);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
  }
}
