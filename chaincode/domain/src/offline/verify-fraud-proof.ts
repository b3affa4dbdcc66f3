// SPDX-License-Identifier: Apache-2.0
// Verifies a fraud proof without network or ledger. The bank's root vouches for the issuers, an issuer for the device, and
// the device for both vouchers, which contradict each other.
import type { CounterEntry, FraudKind } from '../ledger/offline-rows.js';
import { contradictionOf } from './contradiction.js';
import { counterEntry } from './counter-entry.js';
import type { FraudProof, ProofSide } from './fraud-proof.js';
import { certifiedIssuer, isCertifiedBy } from './issuer-certificate.js';
import type { DeviceCertificate, Voucher } from './objects.js';
import { decodePaymentRequest, requestHash } from './payment-request.js';
import {
  verifyDeviceCertificate,
  type HeldCertificate,
  type TrustedIssuer,
} from './verify-issued.js';
import { verifyVoucher } from './verify-voucher.js';

/** Why a proof proves nothing, in the order of the checks. */
export const PROOF_FAULTS = {
  issuerUntrusted: 'None of the roots vouches for the issuer certificate, or it has another role.',
  certificateForged: 'The issuer did not sign the device certificate, or belongs to another bank.',
  voucherForged: 'The device did not sign the voucher under this certificate.',
  requestMismatch: 'The voucher does not answer the request.',
  differentDevices: 'The vouchers belong to different devices or epochs.',
  noContradiction:
    'An honest device could have signed both vouchers, or they contradict each other in a different way.',
} as const;

/** Why a fraud proof proves nothing. */
export type ProofFault = keyof typeof PROOF_FAULTS;

/** The device that the proof convicts, and its two vouchers. */
export interface ProvenFraud {
  readonly kind: FraudKind;
  readonly bankId: string;
  readonly customerId: string;
  readonly deviceId: string;
  readonly epoch: number;
  readonly vouchers: readonly [CounterEntry, CounterEntry];
}

export type ProofResult =
  | { readonly ok: true; readonly fraud: ProvenFraud }
  | { readonly ok: false; readonly reason: ProofFault };

class Fault extends Error {
  constructor(readonly reason: ProofFault) {
    super(PROOF_FAULTS[reason]);
  }
}

function ensureOrFault(condition: boolean, reason: ProofFault): asserts condition {
  if (!condition) throw new Fault(reason);
}

/** Runs a step. Its refusals mean this fault. */
function runOrFault<T>(reason: ProofFault, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(reason);
  }
}

type Pair<T> = readonly [T, T];

const both = <T, U>([first, second]: Pair<T>, work: (item: T) => U): Pair<U> => [
  work(first),
  work(second),
];

/** A side, and the issuer that the verifier believes about its certificate. */
interface AttestedSide {
  readonly side: ProofSide;
  readonly issuer: TrustedIssuer;
}

/** Reads the issuer from a side's X.509 certificate. One of the roots must vouch for it. */
function readTrustedIssuer(side: ProofSide, roots: readonly string[]): AttestedSide {
  const issuer = runOrFault('issuerUntrusted', () => certifiedIssuer(side.issuerCertificate));
  const trusted = roots.some((root) => isCertifiedBy(issuer, root));
  ensureOrFault(trusted, 'issuerUntrusted');
  return { side, issuer };
}

interface CertifiedSide {
  readonly side: ProofSide;
  readonly held: HeldCertificate;
}

const verifyCertificate = ({ side, issuer }: AttestedSide): CertifiedSide => ({
  side,
  held: runOrFault('certificateForged', () => verifyDeviceCertificate(side.certificate, [issuer])),
});

interface SignedSide extends CertifiedSide {
  readonly voucher: Voucher;
  readonly voucherDigest: Buffer;
}

const verifySignature = ({ side, held }: CertifiedSide): SignedSide => ({
  side,
  held,
  ...runOrFault('voucherForged', () => verifyVoucher(held, side.voucher)),
});

interface VerifiedSide {
  readonly certificate: DeviceCertificate;
  readonly entry: CounterEntry;
}

/** Checks that the voucher answers its request. It does not check the first sum: a device that lies there too is no less guilty. */
function verifyRequest({ side, held, voucher, voucherDigest }: SignedSide): VerifiedSide {
  const { requestPayload } = side;
  const request = runOrFault('requestMismatch', () => decodePaymentRequest(requestPayload));
  const fits = requestHash(requestPayload).equals(voucher.requestHash);
  ensureOrFault(fits && request.amount <= voucher.cumulative, 'requestMismatch');
  return {
    certificate: held.certificate,
    entry: counterEntry(voucher, voucherDigest, request.amount),
  };
}

const SAME = ['channel', 'bankId', 'customerId', 'deviceId', 'epoch'] as const;

const areOfOneDevice = (a: DeviceCertificate, b: DeviceCertificate): boolean =>
  SAME.every((field) => a[field] === b[field]) && Buffer.compare(a.deviceKey, b.deviceKey) === 0;

/** Each step checks both sides before the next step begins, so that a proof has the same fault in either order of its sides. */
function convict(kind: FraudKind, sides: Pair<AttestedSide>): ProvenFraud {
  const [first, second] = both(
    both(both(sides, verifyCertificate), verifySignature),
    verifyRequest,
  );
  ensureOrFault(areOfOneDevice(first.certificate, second.certificate), 'differentDevices');
  ensureOrFault(contradictionOf(first.entry, second.entry) === kind, 'noContradiction');
  const { bankId, customerId, deviceId, epoch } = first.certificate;
  const vouchers = [first.entry, second.entry] as const;
  return { kind, bankId, customerId, deviceId, epoch, vouchers };
}

function toResult(work: () => ProvenFraud): ProofResult {
  try {
    return { ok: true, fraud: work() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, reason: error.reason };
    throw error;
  }
}

/**
 * Verifies a proof by itself. It does not check when certificates were valid: a fraud stays a fraud.
 * @param roots PEM certificates of the authority of the bank that the device certificates name
 */
export const verifyFraudProof = (
  { kind, sides }: FraudProof,
  roots: readonly string[],
): ProofResult =>
  toResult(() =>
    convict(
      kind,
      both(sides, (side) => readTrustedIssuer(side, roots)),
    ),
  );

/**
 * Verifies a proof with the issuers that the bank registered. It does not believe the issuers in the proof.
 * @param issuers the issuer of each side, undefined when the bank did not register it
 */
export const verifyRegisteredFraud = (
  { kind, sides }: FraudProof,
  issuers: readonly [TrustedIssuer | undefined, TrustedIssuer | undefined],
): ProofResult =>
  toResult(() => {
    const [first, second] = issuers;
    ensureOrFault(first !== undefined && second !== undefined, 'issuerUntrusted');
    return convict(kind, [
      { side: sides[0], issuer: first },
      { side: sides[1], issuer: second },
    ]);
  });
