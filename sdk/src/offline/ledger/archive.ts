// SPDX-License-Identifier: Apache-2.0
// What transactions were called with: blocks keep vouchers and certificates, rows keep their digests only.
import {
  bytesToText,
  coseDigest,
  decodeVoucher,
  DomainError,
  parseCose,
  restoreClaims,
  type CertifiedClaim,
  type CosePurpose,
  type KnownOfClaims,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';

/** A transaction as it was called. */
export interface LedgerCall {
  readonly transactionId: string;
  /** `contract:name` */
  readonly name: string;
  /** Its input, as JSON. */
  readonly argument: string;
}

/** A port: blocks of one's own peer by default. */
export interface Archive {
  /** @returns undefined when the ledger knows no such transaction. */
  call(transactionId: string, signal?: AbortSignal): Promise<LedgerCall | undefined>;
  /** All calls so far, the first block first. */
  calls(signal?: AbortSignal): AsyncIterable<LedgerCall>;
}

/** Arguments are looked through, not parsed by a schema: batches and orders hold their vouchers in different places. */
function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const part of Object.values(value)) yield* objectsIn(part);
}

const fromBase64 = (text: unknown): Buffer =>
  Buffer.from(typeof text === 'string' ? text : '', 'base64');

/** @returns base64url, or undefined for bytes of another kind. */
function digestIn(purpose: CosePurpose, bytes: Uint8Array): string | undefined {
  try {
    return bytesToText(coseDigest(parseCose(purpose, bytes)));
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

const claimOf = ({ voucher, request }: Readonly<Record<string, unknown>>): VoucherClaim => ({
  voucher: fromBase64(voucher),
  requestPayload: fromBase64(request),
});

/** Batches hold their claims in their short form, an order its one as it is. */
const claimsOf = (
  object: Readonly<Record<string, unknown>>,
  known: KnownOfClaims,
): readonly VoucherClaim[] =>
  Array.isArray(object['vouchers'])
    ? restoreClaims((object['vouchers'] as Readonly<Record<string, unknown>>[]).map(claimOf), known)
    : [claimOf(object)];

/**
 * @param digest of the voucher, base64url
 * @param known of the reserve that it is of, and of the merchant that made the call
 */
export function claimIn(
  call: LedgerCall,
  digest: string,
  known: KnownOfClaims,
): VoucherClaim | undefined {
  for (const object of objectsIn(JSON.parse(call.argument)))
    for (const claim of claimsOf(object, known))
      if (digestIn('offpay/voucher', claim.voucher) === digest) return claim;
  return undefined;
}

function certificateIn(call: LedgerCall, digest: string): Buffer | undefined {
  if (!call.name.startsWith('offline:')) return undefined;
  for (const { certificate } of objectsIn(JSON.parse(call.argument))) {
    const bytes = fromBase64(certificate);
    if (digestIn('offpay/device-certificate', bytes) === digest) return bytes;
  }
  return undefined;
}

/** Looks through all blocks: only for a voucher under another certificate than the one at hand, before or after a top-up. */
async function searchCertificate(
  archive: Archive,
  digest: string,
  signal: AbortSignal | undefined,
): Promise<Buffer | undefined> {
  for await (const call of archive.calls(signal)) {
    const found = certificateIn(call, digest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @returns the claim with the certificate that it names. */
export async function withCertificate(
  archive: Archive,
  claim: VoucherClaim,
  atHand: Buffer,
  signal: AbortSignal | undefined,
): Promise<CertifiedClaim | undefined> {
  const { payload } = parseCose('offpay/voucher', claim.voucher);
  const named = bytesToText(decodeVoucher(payload).certificateDigest);
  const certificate =
    digestIn('offpay/device-certificate', atHand) === named
      ? atHand
      : await searchCertificate(archive, named, signal);
  return certificate && { ...claim, certificate };
}
