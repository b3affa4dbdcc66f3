// SPDX-License-Identifier: Apache-2.0
// Whether a case of double spending on the ledger proves what it says, checked again by the auditor: by the proof that somebody brought, or
// by the settled voucher that the reserve remembers and the one that contradicts it.
import {
  bytesToText,
  contradictionOf,
  coseDigest,
  decodeFraudProof,
  DomainError,
  isSignedBy,
  keyReader,
  parseCose,
  readClaim,
  restoreReserve,
  verifyFraudProof,
  type FraudProof,
  type ProvenFraud,
  type ReadClaim,
} from '@fabric-offline-pay/domain';
import type { Value } from '../rows/row-kinds.js';

type Fraud = Value<'fraud'>;
type Reserve = Value<'reserve'>;

/** All that decides whether a case proves. */
export interface FraudEvidence {
  readonly fraud: Fraud;
  /** The case before the transaction. */
  readonly before: Fraud | undefined;
  /** The file that the transaction brought. */
  readonly proof: string | undefined;
  /** After the transaction. */
  readonly reserve: Reserve | undefined;
  /** PEM: authorities that vouch for the bank's issuers, as the bank registered them. */
  readonly authorities: readonly string[];
  readonly channel: string;
}

/** What is wrong with a case; in the order of the checks. */
class Fault extends Error {
  override readonly name = 'Fault';
}

function ensure(condition: boolean, fault: string): asserts condition {
  if (!condition) throw new Fault(fault);
}

const EVIDENCE = ['kind', 'settled', 'contradicting', 'voucher', 'request', 'amount'] as const;

const evidenceIn = (fraud: Fraud): string =>
  JSON.stringify([...EVIDENCE, 'proven' as const].map((field) => fraud[field]));

/** @returns whether what a case rests on is new: only then there is something to check */
export const hasNewEvidence = (fraud: Fraud, before: Fraud | undefined): boolean =>
  before === undefined || evidenceIn(fraud) !== evidenceIn(before);

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

function claimOf({ voucher, request }: Fraud): ReadClaim {
  return readClaim({ voucher: bytesOf(voucher), requestPayload: bytesOf(request) });
}

const keyOf = keyReader();

/** The contradicting voucher is the device's own, for this payee and this amount. */
function checkVoucher({ fraud, reserve, channel }: FraudEvidence): ReadClaim {
  const claim = claimOf(fraud);
  const [counter, digest] = fraud.contradicting;
  ensure(claim.entry.counter === counter, 'the voucher has another counter');
  ensure(claim.entry.digest === digest, 'the voucher has another digest');
  ensure(claim.hash.equals(claim.voucher.requestHash), 'the voucher answers another request');
  ensure(claim.request.channel === channel, 'the request is of another channel');
  ensure(claim.request.merchantId === fraud.merchantId, 'the request is another payee’s');
  ensure(claim.entry.amount === fraud.amount, 'the voucher is of another amount');
  ensure(reserve !== undefined, 'there is no such reserve');
  const key = keyOf(reserve.publicKey);
  ensure(key !== undefined && isSignedBy(claim.parts, key), 'the device did not sign the voucher');
  const names = bytesToText(claim.voucher.certificateDigest);
  ensure(reserve.certificates.includes(names), 'the bank did not issue the voucher’s certificate');
  return claim;
}

/** Without a proof, the reserve must remember the voucher that was settled. */
function checkContradiction({ fraud, reserve }: FraudEvidence, { entry }: ReadClaim): void {
  const [counter, digest] = fraud.settled;
  const { counters } = restoreReserve(reserve as Parameters<typeof restoreReserve>[0]);
  const settled = counters.find((each) => each.digest === digest && each.counter === counter);
  ensure(settled !== undefined, 'the reserve does not know the other voucher');
  const kind = contradictionOf(settled, entry);
  ensure(kind === fraud.kind, 'an honest device could have signed both vouchers');
}

const certificateDigests = ({ sides }: FraudProof): string[] =>
  sides.map(({ certificate }) =>
    bytesToText(coseDigest(parseCose('offpay/device-certificate', certificate))),
  );

function checkProven({ fraud, before }: FraudEvidence, proven: ProvenFraud): void {
  const isSameDevice = (['bankId', 'customerId', 'deviceId', 'epoch'] as const).every(
    (field) => proven[field] === fraud[field],
  );
  ensure(isSameDevice, 'the proof convicts another device');
  const isAbout = ([counter, digest]: Fraud['settled']): boolean =>
    proven.vouchers.some((each) => each.digest === digest && each.counter === counter);
  ensure(isAbout(fraud.contradicting), 'the proof is about other vouchers');
  if (before !== undefined) return;
  ensure(isAbout(fraud.settled), 'the proof is about another voucher');
  ensure(proven.kind === fraud.kind, 'the proof shows another contradiction');
}

/** A proof must hold by itself, and be about certificates that the bank issued for this reserve on this channel. */
function checkProof(evidence: FraudEvidence, text: string): void {
  const proof = decodeFraudProof(text);
  const result = verifyFraudProof(proof, evidence.authorities);
  if (!result.ok) throw new Fault(`the proof does not hold: ${result.reason}`);
  checkProven(evidence, result.fraud);
  const isOfChannel = proof.sides.every(
    (side) => readClaim(side).request.channel === evidence.channel,
  );
  ensure(isOfChannel, 'the proof is of another channel');
  const known = evidence.reserve?.certificates ?? [];
  const isIssued = certificateDigests(proof).every((digest) => known.includes(digest));
  ensure(isIssued, 'the bank did not issue the certificates of the proof');
}

function check(evidence: FraudEvidence): void {
  const { fraud, before, proof } = evidence;
  const claim = checkVoucher(evidence);
  const isProvenNow = fraud.proven && before?.proven !== true;
  if (isProvenNow) {
    ensure(proof !== undefined, 'the transaction brought no proof');
    checkProof(evidence, proof);
  } else checkContradiction(evidence, claim);
}

/** @returns what is wrong with a case; undefined: it proves */
export function fraudFault(evidence: FraudEvidence): string | undefined {
  try {
    check(evidence);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    // What the case or the proof holds is in no form that anybody can read.
    if (error instanceof DomainError) return `${error.code}: unreadable evidence`;
    throw error;
  }
}
