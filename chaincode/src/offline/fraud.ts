// SPDX-License-Identifier: Apache-2.0
// Proving double spends, and compensating them when the bank bears the loss.
import {
  addAmounts,
  addSpending,
  bytesToText,
  carelessness,
  coseDigest,
  decodeDeviceCertificate,
  decodeFraudProof,
  ensure,
  found,
  fraudParts,
  HISTORY_OF,
  isRemembered,
  limitsIn,
  openLoss,
  parseCose,
  passedBound,
  readClaim,
  reserves,
  verifyRegisteredFraud,
  voucherName,
  type Amount,
  type Blame,
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
import { CaseBook, casesOf } from '../shared/frauds.js';
import { takePenaltyBack } from '../shared/history.js';
import { creditCompensation } from '../shared/payees.js';
import { putReserve, reserveRow, reserveSubject } from '../shared/reserves.js';
import { policyRow } from '../shared/rows.js';
import { putNewSupply } from '../shared/supply.js';
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

async function verifyProof(call: Call, proof: FraudProof): Promise<ProvenFraud> {
  const [first, second] = proof.sides;
  const issuers = [await issuerOf(call, first), await issuerOf(call, second)] as const;
  const result = verifyRegisteredFraud(proof, issuers);
  ensure(result.ok, 'OFFLINE_PROOF_INVALID', result.ok ? {} : { reason: result.reason });
  return result.fraud;
}

/**
 * The reserve must know both certificates. A leaked issuer key can certify any key as a customer's device, so without this
 * check it could frame customers.
 */
function ensureFunded({ certificates }: ReserveRow, { sides }: FraudProof): void {
  const digests = sides.map(({ certificate }) =>
    bytesToText(coseDigest(parseCose('offpay/device-certificate', certificate))),
  );
  const unknown = digests.find((digest) => !certificates.includes(digest));
  ensure(unknown === undefined, 'OFFLINE_CERTIFICATE_MISMATCH', { digest: unknown });
}

/** The side that contradicts a settled voucher. The second one when the ledger knows neither. */
function contradictingSide(reserve: ReserveRow, { vouchers }: ProvenFraud): 0 | 1 {
  const isSettled = isRemembered(reserve.counters, vouchers[1]);
  return isSettled ? 0 : 1;
}

/** The case that already records this contradiction. When there are two, the one whose payee asks for money. */
async function knownCase(
  cases: CaseBook,
  { vouchers }: ProvenFraud,
): Promise<FraudCaseRow | undefined> {
  const digests = vouchers.map(({ digest }) => digest);
  const known = (await cases.all()).filter(({ contradicting: [, digest] }) =>
    digests.includes(digest),
  );
  return known.find(({ claimed }) => claimed) ?? known[0];
}

const requestsOf = ({ sides }: FraudProof): readonly PaymentRequest[] =>
  sides.map((side) => readClaim(side).request);

const areOfOneTerminal = (requests: readonly PaymentRequest[]): boolean =>
  new Set(requests.map(({ merchantId, terminalId }) => `${merchantId}/${terminalId}`)).size === 1;

/** Whether payees brought both vouchers. A device can sign requests in the name of any terminal and show them in a proof. */
function areBrought(
  { vouchers }: ProvenFraud,
  { counters, cancelled }: ReserveRow,
  cases: readonly FraudCaseRow[],
): boolean {
  const claimed = cases.filter((fraud) => fraud.claimed).map(({ contradicting }) => contradicting);
  return vouchers.every(
    (entry) =>
      (isRemembered(counters, entry) && !cancelled.includes(entry.counter)) ||
      claimed.some(([, digest]) => digest === entry.digest),
  );
}

/**
 * A request that was made after the device's report convicts nobody, because the owner does not have the device any more.
 * The payees' clocks decide when a request was made. The person with the device can set its clock: an owner forward before a
 * report, a thief back.
 */
const blameOf = (
  requests: readonly PaymentRequest[],
  { reported }: ReserveRow,
): 'device' | 'reported' =>
  reported === null || requests.every(({ createdAt }) => createdAt <= reported.at)
    ? 'device'
    : 'reported';

/** Records a proof in the case that the ledger knows, or in a new one. */
async function recordProof(
  call: Call,
  proof: FraudProof,
  fraud: ProvenFraud,
  reserve: ReserveRow,
): Promise<{ readonly row: FraudRow; readonly blame: Blame | undefined }> {
  const cases = new CaseBook(call, reserve);
  const requests = requestsOf(proof);
  const blame = blameOf(requests, reserve);
  const careless = areOfOneTerminal(requests) && areBrought(fraud, reserve, await cases.all());
  const proven = { blame, careless, proven: true };
  const known = await knownCase(cases, fraud);
  if (known !== undefined)
    return { row: known, blame: await cases.learn(known, { ...proven, claimed: known.claimed }) };
  const side = contradictingSide(reserve, fraud);
  const { customerId, deviceId, bankId, epoch, kind, vouchers } = fraud;
  const { voucher, requestPayload } = proof.sides[side];
  const { request: accepted } = readClaim(proof.sides[side]);
  const [contradicting, settled] = [vouchers[side], vouchers[side === 0 ? 1 : 0]];
  const row: FraudRow = {
    customerId,
    deviceId,
    bankId,
    epoch,
    kind,
    settled: voucherName(settled),
    contradicting: voucherName(contradicting),
    merchantId: accepted.merchantId,
    at: call.now,
  };
  const evidence = {
    ...proven,
    accepted,
    claimed: false,
    amount: contradicting.amount,
    voucher: base64Of(voucher),
    request: base64Of(requestPayload),
  };
  return { row, blame: await cases.record(row, evidence) };
}

const caseKeyOf = ({ customerId, deviceId, epoch, contradicting }: FraudRow) => {
  const [counter, digest] = contradicting;
  return { customerId, deviceId, epoch, counter, digest };
};

/** Anybody who finds a double spend may prove it, because terminals see vouchers that never reached the ledger. */
export async function submitFraudProof(call: Call<InputOf<'offline', 'submitFraudProof'>>) {
  const proof = decodeFraudProof(call.input.proof);
  const fraud = await verifyProof(call, proof);
  const reserve = await reserveRow(call, fraud);
  ensureFunded(reserve, proof);
  call.tell({ subject: reserveSubject(fraud) });
  const { row, blame } = await recordProof(call, proof, fraud, reserve);
  const after = blame === 'device' ? reserves.convictReserve(reserve) : reserve;
  if (after.status !== reserve.status) putReserve(call, after);
  call.tell({ state: after.status });
  return { fraud: caseKeyOf(row) };
}

type CaseInput = InputOf<'offline', 'compensate'> | InputOf<'offline', 'clearFraud'>;

const caseRow = async (call: Call<CaseInput>): Promise<FraudCaseRow> => {
  const { counter, digest } = call.input;
  const parts = fraudParts(call.input, [counter, digest]);
  return found(await call.store.get('fraud', ...parts), 'NOT_FOUND', { row: 'fraud' });
};

/** Why the payee should not have accepted the voucher, or undefined. */
export function payeesFault(fraud: FraudCaseRow, reserve: ReserveRow): string | undefined {
  if (!fraud.claimed) return 'unclaimed';
  if (fraud.careless) return 'careless';
  const claim = readClaim({
    voucher: bytesOf(fraud.voucher),
    requestPayload: bytesOf(fraud.request),
  });
  return carelessness(claim, reserve, fraud.at);
}

/** @throws {DomainError} LOSS_NOT_BORNE. */
function ensureBorne(fraud: FraudCaseRow, reserve: ReserveRow): void {
  const isOwn = fraud.lossBearer === 'bank';
  const unproven = fraud.proven ? undefined : 'unproven';
  const reason = isOwn ? (unproven ?? payeesFault(fraud, reserve)) : 'lossBearer';
  ensure(reason === undefined, 'LOSS_NOT_BORNE', { reason });
}

/** Adds the amount to what the bank has already borne. @throws {DomainError} LOSS_NOT_BORNE above the policy's bounds. */
async function bear(
  call: Call,
  { bankId, merchantId: payeeId }: FraudCaseRow,
  reserve: ReserveRow,
  amount: Amount,
): Promise<void> {
  const { currency } = reserve;
  const policy = await policyRow(call);
  const window = { endsAt: call.now, seconds: policy.windowSeconds };
  const losses = await call.store.get('losses', bankId, payeeId, currency);
  const borne = losses?.borne ?? [];
  const reason = passedBound(amount, limitsIn(policy, currency), reserve, borne, window);
  ensure(reason === undefined, 'LOSS_NOT_BORNE', { reason });
  const row = { bankId, payeeId, currency, borne: addSpending(borne, amount, window) };
  call.store.put('losses', row);
  putReserve(call, { ...reserve, compensated: addAmounts(reserve.compensated, amount) });
}

/** Pays in new currency, which the bank backs with ordinary money, so that all money is accounted for. */
export async function compensate(call: Call<InputOf<'offline', 'compensate'>>) {
  const { compensationId } = call.input;
  const fraud = await caseRow(call);
  const reserve = await reserveRow(call, call.input);
  ensureBorne(fraud, reserve);
  const { merchantId } = fraud;
  const amount = openLoss(fraud);
  const { currency } = reserve;
  ensure(amount !== '0', 'LOSS_NOT_BORNE', { reason: 'recovered' });
  await bear(call, fraud, reserve, amount);
  await putNewSupply(call, 'compensate', compensationId, { account: merchantId, currency, amount });
  creditCompensation(call, merchantId, currency, amount, compensationId);
  call.store.put('fraud', { ...fraud, compensation: compensationId });
  return { amount };
}

/** Takes the penalty and the freeze back, unless another case counts against the customer. */
async function acquit(call: Call, fraud: FraudCaseRow): Promise<void> {
  const others = (await casesOf(call, fraud)).filter(
    ({ blame, contradicting }) => blame === 'device' && contradicting[1] !== fraud.contradicting[1],
  );
  if (others.length > 0) return;
  await takePenaltyBack(call, fraud.customerId, HISTORY_OF.reserve(fraud));
  const reserve = await reserveRow(call, fraud);
  const after = reserves.acquitReserve(reserve);
  if (after.status !== reserve.status) putReserve(call, after);
}

/** An operator clears a case, for example a stolen phone, a restored backup or a broken device. The case keeps the reason. */
export async function clearFraud(call: Call<InputOf<'offline', 'clearFraud'>>) {
  const fraud = await caseRow(call);
  const { reason } = call.input;
  call.store.put('fraud', { ...fraud, blame: 'cleared', clearing: { reason, at: call.now } });
  if (fraud.blame === 'device') await acquit(call, fraud);
  return {};
}
