// SPDX-License-Identifier: Apache-2.0
// A batch of vouchers of many devices: each reserve is read and written once, the merchant gets one credit entry, and
// one row tells who paid for which order.
import {
  addAmounts,
  ensure,
  keyReader,
  settleVoucher,
  verdictNumberOf,
  type InputOf,
  type LedgerVerdict,
  type SettleContext,
  type SettledEntry,
  type Settlement,
  type SettlementBatchRow,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { creditBatch } from '../ledger/payees.js';
import { putReserve, recordFraud, reserveParts, type ReserveKey } from '../ledger/reserves.js';
import { bytesOf } from './issued.js';

type Batch = InputOf<'offline', 'settle'>;
type Group = Batch['reserves'][number];
type Claim = Group['vouchers'][number];

/** A key is the same in every transaction, and importing it takes longer than a verification: the process remembers it. */
const keyOf = keyReader();

/** What was found of one voucher, and what it paid for. */
interface Judged {
  readonly verdict: LedgerVerdict;
  readonly settled: SettledEntry | undefined;
}

/** Money of an order to deliver is held until the order matches: it is not to be had without one. */
const isForDelivery = ({ verdict, request }: Settlement): boolean =>
  verdict === 'settled' && request?.purpose.kind === 'delivery';

function settledEntry(
  key: ReserveKey,
  { verdict, request, entry }: Settlement,
): SettledEntry | undefined {
  if (verdict !== 'settled' || request === undefined || entry === undefined) return undefined;
  return [request.orderNumber, key.customerId, key.deviceId, key.epoch, entry[0], entry[4]];
}

/** Records the double spend that a claim revealed. Only for goods taken along was something handed over already. */
export async function recordConflict(
  call: Call,
  claim: Claim,
  settlement: Settlement,
): Promise<void> {
  const { fraud, entry } = settlement;
  if (fraud === undefined || entry === undefined) return;
  const { voucher, request } = claim;
  const claimed = settlement.request?.purpose.kind === 'goods';
  const evidence = { voucher, request, amount: entry[4], claimed, proven: false };
  await recordFraud(call, fraud, evidence);
}

async function settleGroup(call: Call, context: SettleContext, group: Group): Promise<Judged[]> {
  const found = await call.store.get('reserve', ...reserveParts(group));
  let reserve = found;
  const judged: Judged[] = [];
  for (const claim of group.vouchers) {
    const bytes = { voucher: bytesOf(claim.voucher), requestPayload: bytesOf(claim.request) };
    const settlement = settleVoucher(reserve, bytes, context);
    if (isForDelivery(settlement)) {
      judged.push({ verdict: 'wrongPurpose', settled: undefined });
      continue;
    }
    await recordConflict(call, claim, settlement);
    reserve = settlement.reserve;
    judged.push({ verdict: settlement.verdict, settled: settledEntry(group, settlement) });
  }
  if (reserve !== undefined && reserve !== found) putReserve(call, reserve);
  return judged;
}

function rowOf(call: Call<Batch>, judged: readonly Judged[]): SettlementBatchRow {
  const { merchantId, batchId, currency } = call.input;
  const settled = judged.flatMap((entry) => (entry.settled === undefined ? [] : [entry.settled]));
  return {
    ...{ merchantId, batchId, currency },
    transactionId: call.transactionId,
    settled,
    verdicts: judged.map(({ verdict }) => verdictNumberOf(verdict)),
    credited: addAmounts(...settled.map((entry) => entry[5])),
    inputDigest: call.inputDigest,
    at: call.now,
  };
}

/** How many vouchers of each verdict. */
function countsOf(judged: readonly Judged[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { verdict } of judged) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

const answer = ({ verdicts, credited }: SettlementBatchRow, replayed: boolean) => ({
  replayed,
  units: [],
  verdicts: [...verdicts],
  credited,
});

export async function settle(call: Call<Batch>) {
  const { merchantId, batchId, currency } = call.input;
  const known = await call.store.get('batch', merchantId, batchId);
  if (known !== undefined) {
    const { inputDigest, transactionId } = known;
    ensure(inputDigest === call.inputDigest, 'IDEMPOTENCY_CONFLICT', { batchId, transactionId });
    return answer(known, true);
  }
  const { channel, now } = call;
  const context = { channel, merchantId, currency, now, keyOf };
  const judged: Judged[] = [];
  for (const group of call.input.reserves)
    judged.push(...(await settleGroup(call, context, group)));
  const row = rowOf(call, judged);
  creditBatch(call, merchantId, currency, row.credited, batchId);
  call.store.put('batch', row, merchantId, batchId);
  call.announce({ subject: `merchant/${merchantId}`, units: [], counts: countsOf(judged) });
  return answer(row, false);
}
