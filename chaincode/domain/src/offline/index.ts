// SPDX-License-Identifier: Apache-2.0
// Payments without a network: what each party signs, and what the others believe.
export {
  acceptVoucher,
  type AcceptedVoucher,
  type Presented,
  type TerminalView,
} from './accept-voucher.js';
export { decodeBulletin, encodeBulletin, isRevokedBy, isStale } from './bulletin.js';
export {
  applyBulletinChanges,
  changesBetween,
  encodeBulletinChanges,
  joinedChanges,
  nameOfRevocation,
} from './bulletin-changes.js';
export { carelessness } from './carelessness.js';
export { contradictionOf, findContradiction } from './contradiction.js';
export {
  assembleCose,
  coseDigest,
  isSignedBy,
  parseCose,
  protectedHeader,
  signCose,
  sigStructure,
  verifyCose,
  type CosePurpose,
  type CoseSigner,
  type SignedBytes,
} from './cose.js';
export { isRemembered, restoreEntry, storeEntry, voucherName, withEntry } from './counter-entry.js';
export { decodeDeviceCertificate, encodeDeviceCertificate } from './device-certificate.js';
export { issuerKid, keyReader, pointOfSpki, spkiOfPoint, type KeyReader } from './device-key.js';
export { bytesToText, textToBytes } from './digest-text.js';
export {
  decodeFraudProof,
  encodeFraudProof,
  type CertifiedClaim,
  type FraudProof,
  type ProofSide,
} from './fraud-proof.js';
export {
  certifiedIssuer,
  isCertifiedBy,
  ISSUER_ROLE,
  issuerKeyOf,
  type CertifiedIssuer,
} from './issuer-certificate.js';
export { isRetiredSo, isTrustedIssuer, retirementOf } from './issuer-retirement.js';
export {
  packPayment,
  packRequest,
  payeeCertificateOf,
  unpackPayment,
  unpackRequest,
  type PackedPayee,
  type ShownRequest,
  type UnpackedRequest,
} from './packed.js';
export {
  decodePaymentEvidence,
  encodePaymentEvidence,
  type PaymentEvidence,
} from './payment-evidence.js';
export { decodePayeeCertificate, encodePayeeCertificate } from './payee-certificate.js';
export {
  decodeCancellation,
  decodeReceipt,
  encodeCancellation,
  encodeReceipt,
  verifyCancellation,
  verifyReceipt,
} from './terminal-statements.js';
export { verdictNumberOf, verdictOf, type LedgerVerdict } from './ledger-verdicts.js';
export { capsOf, offlineLimits } from './limits.js';
export type {
  Bulletin,
  Cancellation,
  DeviceCertificate,
  PayeeCertificate,
  PaymentReceipt,
  PaymentRequest,
  Voucher,
} from './objects.js';
export { decodePaymentRequest, encodePaymentRequest, requestHash } from './payment-request.js';
export { openDevice, planVoucher, type DeviceState, type VoucherPlan } from './plan-voucher.js';
export { answersRequest } from './payment-rules.js';
export { decodePresented, encodePresented } from './presented.js';
export { foreignField } from './asked-by.js';
export { NONCE_SALT_BYTES, requestNonce } from './request-nonce.js';
export * as reserves from './reserve.js';
export {
  isOverLimit,
  readClaim,
  settleClaim,
  settleVoucher,
  unlessMalformed,
  type ReadClaim,
  type SettleContext,
  type Settlement,
  type VoucherClaim,
} from './settle-voucher.js';
export {
  MOST_BATCHED,
  readBatched,
  requestStartOf,
  restoreClaims,
  shortenClaims,
  wholeClaim,
  type KnownOfClaims,
} from './short-claim.js';
export { restoreReserve, storeReserve } from './stored-reserve.js';
export { VERDICTS, type Verdict } from './verdicts.js';
export {
  PROOF_FAULTS,
  verifyFraudProof,
  verifyRegisteredFraud,
  type ProofFault,
  type ProvenFraud,
} from './verify-fraud-proof.js';
export {
  verifyBulletin,
  verifyDeviceCertificate,
  verifyPayeeCertificate,
  type HeldCertificate,
  type TrustedIssuer,
} from './verify-issued.js';
export { verifyVoucher } from './verify-voucher.js';
export { decodeVoucher, encodeVoucher, voucherDigest } from './voucher.js';
