// SPDX-License-Identifier: Apache-2.0
// Verifies a fraud proof with no network and no ledger: the bank's root vouches for the issuer, the issuer for the
// device, the device for both vouchers, and these contradict each other.
import { X509Certificate, type KeyObject } from 'node:crypto';
import type { CounterEntry, FraudKind } from '../ledger/offline-rows.js';
import { contradictionOf } from './contradiction.js';
import { coseDigest, isSignedBy, parseCose } from './cose.js';
import { counterEntry } from './counter-entry.js';
import { decodeDeviceCertificate } from './device-certificate.js';
import { issuerKid } from './device-key.js';
import type { FraudProof, ProofSide } from './fraud-proof.js';
import type { DeviceCertificate } from './objects.js';
import { decodePaymentRequest, requestHash } from './payment-request.js';
import type { HeldCertificate } from './verify-issued.js';
import { verifyVoucher } from './verify-voucher.js';

/** Why a proof proves nothing, in the order in which it is tried. */
export const PROOF_FAULTS = {
  issuerUntrusted: 'None of the roots vouches for the issuer certificate.',
  certificateForged: 'The issuer did not sign the device certificate.',
  voucherForged: 'The device did not sign the voucher under this certificate.',
  requestMismatch: 'The voucher does not answer the request.',
  differentDevices: 'The vouchers are of different devices or epochs.',
  noContradiction:
    'An honest device could have signed both vouchers, or the contradiction is another.',
} as const;

export type ProofFault = keyof typeof PROOF_FAULTS;

/** Whom the proof convicts. */
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

function demand(condition: boolean, reason: ProofFault): asserts condition {
  if (!condition) throw new Fault(reason);
}

/** Runs a step whose refusals mean this fault. */
function step<T>(reason: ProofFault, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault(reason);
  }
}

const isVouchedFor = (certificate: X509Certificate, root: X509Certificate): boolean =>
  root.ca && certificate.checkIssued(root) && certificate.verify(root.publicKey);

/** The key that the roots vouch for, and how signatures name it. */
interface IssuerKey {
  readonly key: KeyObject;
  readonly kid: Buffer;
}

function trustedKey(proof: FraudProof, roots: readonly string[]): IssuerKey {
  const { publicKey: key } = step('issuerUntrusted', () => {
    const certificate = new X509Certificate(proof.issuerCertificate);
    const trusted = roots.some((root) => isVouchedFor(certificate, new X509Certificate(root)));
    demand(trusted, 'issuerUntrusted');
    return certificate;
  });
  const spki = key.export({ format: 'der', type: 'spki' }).toString('base64');
  return { key, kid: issuerKid(spki) };
}

function verifiedCertificate(bytes: Uint8Array, { key, kid }: IssuerKey): HeldCertificate {
  const parts = parseCose('offpay/device-certificate', bytes);
  demand(parts.kid?.equals(kid) === true && isSignedBy(parts, key), 'certificateForged');
  return { certificate: decodeDeviceCertificate(parts.payload), digest: coseDigest(parts) };
}

interface VerifiedSide {
  readonly certificate: DeviceCertificate;
  readonly entry: CounterEntry;
}

/** How the sum of the first voucher begins is not asked: a device that lies there too convicts itself no less. */
function verifiedSide(side: ProofSide, issuer: IssuerKey): VerifiedSide {
  const held = step('certificateForged', () => verifiedCertificate(side.certificate, issuer));
  const { voucher, voucherDigest } = step('voucherForged', () => verifyVoucher(held, side.voucher));
  const request = step('requestMismatch', () => decodePaymentRequest(side.requestPayload));
  const answered = requestHash(side.requestPayload).equals(voucher.requestHash);
  demand(answered && request.amount <= voucher.cumulative, 'requestMismatch');
  return {
    certificate: held.certificate,
    entry: counterEntry(voucher, voucherDigest, request.amount),
  };
}

const SAME = ['channel', 'bankId', 'customerId', 'deviceId', 'epoch'] as const;

const areOfOneDevice = (a: DeviceCertificate, b: DeviceCertificate): boolean =>
  SAME.every((field) => a[field] === b[field]) && Buffer.compare(a.deviceKey, b.deviceKey) === 0;

function convict(proof: FraudProof, roots: readonly string[]): ProvenFraud {
  const issuer = trustedKey(proof, roots);
  const [first, second] = proof.sides.map((side) => verifiedSide(side, issuer)) as [
    VerifiedSide,
    VerifiedSide,
  ];
  demand(areOfOneDevice(first.certificate, second.certificate), 'differentDevices');
  demand(contradictionOf(first.entry, second.entry) === proof.kind, 'noContradiction');
  const { bankId, customerId, deviceId, epoch } = first.certificate;
  const vouchers = [first.entry, second.entry] as const;
  return { kind: proof.kind, bankId, customerId, deviceId, epoch, vouchers };
}

/**
 * Verifies a proof by itself. Whether certificates were in force at some time is not asked: a fraud stays one.
 * @param roots certificates of the authority of the bank that the device certificate names, PEM
 */
export function verifyFraudProof(proof: FraudProof, roots: readonly string[]): ProofResult {
  try {
    return { ok: true, fraud: convict(proof, roots) };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, reason: error.reason };
    throw error;
  }
}
