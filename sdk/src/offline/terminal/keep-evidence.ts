// SPDX-License-Identifier: Apache-2.0
// A device spends twice at this terminal: the terminal holds both vouchers, so the proof needs no ledger.
import { findContradiction, type DeviceCertificate } from '@fabric-offline-pay/domain';
import type { TerminalContext } from './context.js';
import { entryOf, proofText, proveContradiction, sideOf, storedSide } from './fraud.js';
import { payments, proofs, type StoredSide } from './records.js';
import { seenOf } from './seen.js';

/** The refused voucher, and the device that made it. */
export interface Refused extends StoredSide {
  readonly orderNumber: string;
  /** Base64url. */
  readonly voucherDigest: string;
  readonly device: DeviceCertificate;
}

/** @returns the accepted voucher that the refused one contradicts. */
async function contradictedBy(
  { store }: TerminalContext,
  refused: Refused,
): Promise<StoredSide | undefined> {
  const entry = entryOf(sideOf(refused));
  const digest = findContradiction(await seenOf(store, refused.device), entry)?.remembered.digest;
  return (await payments.list(store)).find(({ voucherDigest }) => voucherDigest === digest);
}

/** Keeps both vouchers, and the proof if it can be made now. Otherwise a synchronisation makes it later. */
export async function keepEvidence(context: TerminalContext, refused: Refused): Promise<void> {
  const { store, trust, events } = context;
  const { orderNumber, voucherDigest, device } = refused;
  const first = await contradictedBy(context, refused);
  if (first === undefined) return;
  const sides = [sideOf(first), sideOf(refused)] as const;
  const proof = proofText(await proveContradiction(store, trust.roots, device.bankId, sides));
  const [own, other] = [storedSide(sides[1]), storedSide(sides[0])];
  const record = { voucherDigest, orderNumber, own, first: other, proof, submitted: false };
  await store.write([proofs.put(record, voucherDigest)]);
  if (proof !== null) events.emit({ kind: 'doubleSpend', orderNumber, voucherDigest });
}
