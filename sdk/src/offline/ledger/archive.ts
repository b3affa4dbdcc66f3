// SPDX-License-Identifier: Apache-2.0
// The inputs of earlier transactions: blocks keep vouchers and certificates, rows keep only their digests.
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
import { isRecord } from '../../guards.js';

/** A transaction and its input. */
export interface LedgerCall {
  readonly transactionId: string;
  /** `contract:name` */
  readonly name: string;
  /** Its input, as JSON. */
  readonly argument: string;
}

/** Finds calls of earlier transactions. A port: by default it reads the blocks of your own peer. */
export interface Archive {
  /** @returns undefined when the ledger does not know the transaction. */
  call(transactionId: string, signal?: AbortSignal): Promise<LedgerCall | undefined>;
  /** All calls so far, the first block first. */
  calls(signal?: AbortSignal): AsyncIterable<LedgerCall>;
}

/** Searches the whole input without a schema: batches and orders hold their vouchers in different places. */
function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== 'object' || value === null) return;
  if (isRecord(value)) yield value;
  for (const part of Object.values(value)) yield* objectsIn(part);
}

const bytesIn = (text: unknown): Buffer =>
  Buffer.from(typeof text === 'string' ? text : '', 'base64');

/** @returns the digest in base64url, or undefined for bytes of another kind. */
function digestIn(purpose: CosePurpose, bytes: Uint8Array): string | undefined {
  try {
    return bytesToText(coseDigest(parseCose(purpose, bytes)));
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

const claimOf = ({ voucher, request }: Readonly<Record<string, unknown>>): VoucherClaim => ({
  voucher: bytesIn(voucher),
  requestPayload: bytesIn(request),
});

/** Batches hold their claims in a short form, an order holds its claim in full. */
function claimsOf(
  object: Readonly<Record<string, unknown>>,
  known: KnownOfClaims,
): readonly VoucherClaim[] {
  const { vouchers } = object;
  if (!Array.isArray(vouchers)) return [claimOf(object)];
  const claims = vouchers.map((part: unknown) => claimOf(isRecord(part) ? part : {}));
  return restoreClaims(claims, known);
}

/**
 * @param digest of the voucher, base64url
 * @param known the certificates of the reserve, and the merchant that made the call
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
    const bytes = bytesIn(certificate);
    if (digestIn('offpay/device-certificate', bytes) === digest) return bytes;
  }
  return undefined;
}

/** Searches all blocks. Needed only for a voucher under an earlier or later certificate (top-up) than the known one. */
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
