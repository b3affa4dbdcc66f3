// SPDX-License-Identifier: Apache-2.0
// Pursues double spends: finds the first voucher on the ledger, proves the contradiction, submits the proof.
import {
  decodeDeviceCertificate,
  decodeFraudProof,
  DomainError,
  parseCose,
  type DeviceCertificate,
  type CertifiedClaim,
} from '@fabric-offline-pay/domain';
import { toBase64 } from '../base64.js';
import { OfflineError } from '../../errors.js';
import type { TerminalContext } from './context.js';
import { entryOf, proofText, proveContradiction, sideOf, storedSide } from './fraud.js';
import { proofs, type ProofRecord } from './records.js';
import { reasonOf } from './stuck.js';
import { noteFailure, noteUnproven, type SyncRun } from './sync-run.js';

async function storeProof(
  { store, inTurn }: TerminalContext,
  record: ProofRecord,
): Promise<ProofRecord> {
  await inTurn(() => store.write([proofs.put(record, record.voucherDigest)]));
  return record;
}

const deviceOf = ({ certificate }: CertifiedClaim): DeviceCertificate =>
  decodeDeviceCertificate(parseCose('offpay/device-certificate', certificate).payload);

/** @throws {OfflineError} STORE_DAMAGED when the voucher was not kept */
function ownSide({ own, orderNumber, voucherDigest }: ProofRecord): CertifiedClaim {
  if (own === null)
    throw new OfflineError('STORE_DAMAGED', { orderNumber, voucherDigest, missing: 'voucher' });
  return sideOf(own);
}

/** @returns the record with the voucher that was settled first, once the ledger knows it. */
async function withFirst(
  { context, ledger, signal }: SyncRun,
  record: ProofRecord,
): Promise<ProofRecord> {
  if (record.first !== null) return record;
  const side = ownSide(record);
  const { bankId, customerId, deviceId, epoch } = deviceOf(side);
  const certificate = toBase64(side.certificate);
  const voucher = { bankId, customerId, deviceId, epoch, certificate, entry: entryOf(side) };
  const first = await ledger.settledFirst(voucher, signal);
  return first === undefined
    ? record
    : storeProof(context, { ...record, first: storedSide(first) });
}

/**
 * @returns the proof's file, or null while the first voucher cannot be found
 * @throws {DomainError} OFFLINE_PROOF_INVALID while the two vouchers prove nothing, because an issuer is not known
 */
async function prove(
  { store, trust }: TerminalContext,
  record: ProofRecord,
): Promise<string | null> {
  if (record.first === null) return null;
  const side = ownSide(record);
  const { bankId } = deviceOf(side);
  const sides = [sideOf(record.first), side] as const;
  const proof = proofText(await proveContradiction(store, trust.roots, bankId, sides));
  if (proof === null) throw new DomainError('OFFLINE_PROOF_INVALID', { reason: 'unproven' });
  return proof;
}

/** @returns the record with its proof, or undefined while there is none. */
async function withProof(run: SyncRun, record: ProofRecord) {
  if (record.proof !== null) return { ...record, proof: record.proof };
  const { context } = run;
  const complete = await withFirst(run, record);
  const proof = await prove(context, complete);
  if (proof === null) return undefined;
  const proven = { ...complete, proof };
  await storeProof(context, proven);
  const { orderNumber, voucherDigest } = record;
  context.events.emit({ kind: 'doubleSpend', orderNumber, voucherDigest });
  return proven;
}

async function pursue(run: SyncRun, record: ProofRecord): Promise<void> {
  const proven = await withProof(run, record);
  if (proven === undefined) return;
  await run.ledger.submitProof(decodeFraudProof(proven.proof), run.signal);
  await storeProof(run.context, { ...proven, submitted: true });
}

/** Pursues every double spend that is not submitted yet. Keeps and reports those that cannot be proven or are refused. */
export async function pursueFrauds(run: SyncRun): Promise<void> {
  const open = (await proofs.list(run.context.store)).filter(({ submitted }) => !submitted);
  for (const record of open) {
    try {
      await pursue(run, record);
    } catch (error) {
      const { orderNumber, voucherDigest } = record;
      const reason = reasonOf(error);
      if (reason === undefined) noteFailure(run, error);
      else noteUnproven(run, { orderNumber, voucherDigest, ...reason });
    }
  }
}
