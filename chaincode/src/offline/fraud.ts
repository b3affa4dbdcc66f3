// SPDX-License-Identifier: Apache-2.0
// Double spends that somebody proves, and what the bank pays when it bears the loss.
import {
  bytesToText,
  carelessness,
  coseDigest,
  decodeDeviceCertificate,
  decodeFraudProof,
  decodePaymentRequest,
  ensure,
  found,
  fraudParts,
  isRemembered,
  parseCose,
  readClaim,
  reserveParts,
  reserves,
  verifyRegisteredFraud,
  voucherName,
  type FraudCaseRow,
  type FraudProof,
  type FraudRow,
  type ParsedInputOf as InputOf,
  type PaymentRequest,
  type ProofSide,
  type ProvenFraud,
  type ReserveRow,
  type TrustedIssuer,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { creditCompensation } from '../shared/payees.js';
import { putNewSupply } from '../shared/supply.js';
import { putReserve, recordFraud, reserveRow, reserveSubject } from '../shared/reserves.js';
import { base64Of, bytesOf, issuersOf } from './issued.js';

/** The issuer that signed a side's certificate, if the bank registered it. */
async function issuerOf(
  call: Call,
  { certificate }: ProofSide,
): Promise<TrustedIssuer | undefined> {
  const { payload } = parseCose('offpay/device-certificate', certificate);
  const { bankId, channel } = decodeDeviceCertificate(payload);
  ensure(channel === call.channel, 'OFFLINE_WRONG_CHANNEL', { channel });
  const [issuer] = await issuersOf(call, bankId, 'offpay/device-certificate', certificate);
  return issuer;
}

async function provenBy(call: Call, proof: FraudProof): Promise<ProvenFraud> {
  const [first, second] = proof.sides;
  const issuers = [await issuerOf(call, first), await issuerOf(call, second)] as const;
  const result = verifyRegisteredFraud(proof, issuers);
  ensure(result.ok, 'OFFLINE_PROOF_INVALID', result.ok ? {} : { reason: result.reason });
  return result.fraud;
}

/**
 * The reserve must know both certificates, so that a leaked issuer's key, which can certify anybody's key as a customer's
 * device, frames nobody.
 */
function ensureFunded({ certificates }: ReserveRow, { sides }: FraudProof): void {
  const digests = sides.map(({ certificate }) =>
    bytesToText(coseDigest(parseCose('offpay/device-certificate', certificate))),
  );
  const unknown = digests.find((digest) => !certificates.includes(digest));
  ensure(unknown === undefined, 'OFFLINE_CERTIFICATE_MISMATCH', { digest: unknown });
}

/** Which side contradicts: of two that the ledger does not know, the second. */
function contradictingSide(reserve: ReserveRow, { vouchers }: ProvenFraud): 0 | 1 {
  const isSettled = isRemembered(reserve.counters, vouchers[1]);
  return isSettled ? 0 : 1;
}

/** The case that this contradiction is already recorded under. */
async function knownCase(
  call: Call,
  { vouchers, ...key }: ProvenFraud,
): Promise<FraudCaseRow | undefined> {
  const digests = vouchers.map(({ digest }) => digest);
  const cases = await call.store.range('fraud', reserveParts(key));
  return cases
    .map(({ value }) => value)
    .find(({ contradicting: [, digest] }) => digests.includes(digest));
}

async function recordProof(
  call: Call,
  proof: FraudProof,
  fraud: ProvenFraud,
  reserve: ReserveRow,
): Promise<FraudRow> {
  const side = contradictingSide(reserve, fraud);
  const { customerId, deviceId, bankId, epoch, kind, vouchers } = fraud;
  const { voucher, requestPayload } = proof.sides[side];
  const [contradicting, settled] = [vouchers[side], vouchers[side === 0 ? 1 : 0]];
  const row: FraudRow = {
    ...{ customerId, deviceId, bankId, epoch, kind },
    settled: voucherName(settled),
    contradicting: voucherName(contradicting),
    merchantId: decodePaymentRequest(requestPayload).merchantId,
    at: call.now,
  };
  const evidence = {
    voucher: base64Of(voucher),
    request: base64Of(requestPayload),
    amount: contradicting.amount,
    claimed: false,
    proven: true,
  };
  await recordFraud(call, row, evidence);
  return row;
}

const keyOf = ({ customerId, deviceId, epoch, contradicting }: FraudRow) => {
  const [counter, digest] = contradicting;
  return { customerId, deviceId, epoch, counter, digest };
};

/** Whoever finds a double spend may prove it: terminals see vouchers that never reached the ledger. */
export async function submitFraudProof(call: Call<InputOf<'offline', 'submitFraudProof'>>) {
  const proof = decodeFraudProof(call.input.proof);
  const fraud = await provenBy(call, proof);
  const reserve = await reserveRow(call, fraud);
  ensureFunded(reserve, proof);
  const known = await knownCase(call, fraud);
  call.tell({ subject: reserveSubject(fraud) });
  if (known !== undefined) call.store.put('fraud', { ...known, proven: true });
  const row = known ?? (await recordProof(call, proof, fraud, reserve));
  const frozen = reserves.freezeReserve(reserve);
  if (frozen.status !== reserve.status) putReserve(call, frozen);
  call.tell({ state: frozen.status });
  return { fraud: keyOf(row) };
}

/** @throws {DomainError} LOSS_NOT_BORNE. */
function ensureBorne(fraud: FraudCaseRow, reserve: ReserveRow): PaymentRequest {
  ensure(fraud.lossBearer === 'bank', 'LOSS_NOT_BORNE', { reason: 'lossBearer' });
  ensure(fraud.claimed, 'LOSS_NOT_BORNE', { reason: 'unclaimed' });
  const claim = readClaim({
    voucher: bytesOf(fraud.voucher),
    requestPayload: bytesOf(fraud.request),
  });
  const reason = carelessness(claim, reserve, fraud.at);
  ensure(reason === undefined, 'LOSS_NOT_BORNE', { reason });
  return claim.request;
}

/** In new currency, which the bank answers for with ordinary money: so that all money stays explained. */
export async function compensate(call: Call<InputOf<'offline', 'compensate'>>) {
  const { counter, digest, compensationId } = call.input;
  const parts = fraudParts(call.input, [counter, digest]);
  const fraud = found(await call.store.get('fraud', ...parts), 'NOT_FOUND', { row: 'fraud' });
  const { amount, merchantId } = fraud;
  const { currency } = ensureBorne(fraud, await reserveRow(call, call.input));
  await putNewSupply(call, 'compensate', compensationId, { account: merchantId, currency, amount });
  creditCompensation(call, merchantId, currency, amount, compensationId);
  call.store.put('fraud', { ...fraud, compensation: compensationId });
  return { amount };
}
