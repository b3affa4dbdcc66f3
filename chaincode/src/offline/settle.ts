// SPDX-License-Identifier: Apache-2.0
// A batch of vouchers of many devices. Each reserve is read and written once, the merchant gets one credit entry, and one
// row records who paid for which order.
import {
  addAmounts,
  contradictionOf,
  keyReader,
  readBatched,
  readClaim,
  requestStartOf,
  reserveParts,
  settleClaim,
  unlessMalformed,
  verdictNumberOf,
  wholeClaim,
  type ParsedInputOf as InputOf,
  type Amount,
  type CounterEntry,
  type LedgerVerdict,
  type PaymentRequest,
  type ReadClaim,
  type ReserveKey,
  type ReserveRow,
  type SettleContext,
  type SettledReserve,
  type SettledVoucher,
  type Settlement,
  type VoucherClaim,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { creditBatch } from '../shared/payees.js';
import { CaseBook } from '../shared/frauds.js';
import { findReserve, putReserve } from '../shared/reserves.js';
import { base64Of, bytesOf } from './issued.js';
import { timesOf } from './times.js';

type Batch = InputOf<'offline', 'settle'>;
type Group = Batch['reserves'][number];

/** Importing a key takes longer than a verification, so the process remembers keys. */
const deviceKeyOf = keyReader();

/** The context of the batch, and the first bytes of the merchant's requests. */
interface BatchContext extends SettleContext {
  readonly requestStart: Uint8Array;
}

/** The cases of each reserve of a batch, read once, because a batch may name a reserve several times. */
class CaseBooks {
  readonly #call: Call;
  readonly #books = new Map<string, CaseBook>();

  constructor(call: Call) {
    this.#call = call;
  }

  of(key: ReserveKey): CaseBook {
    const name = reserveParts(key).join('/');
    const book = this.#books.get(name) ?? new CaseBook(this.#call, key);
    this.#books.set(name, book);
    return book;
  }
}

/** The verdicts on the vouchers of one reserve, in their order, and what the settled ones paid for. */
interface Judged {
  readonly verdicts: readonly LedgerVerdict[];
  readonly settled: SettledReserve;
}

/** A batch does not pay the voucher of an order to deliver, because its money is held until the order matches. */
const isForDelivery = ({ verdict, request }: Settlement): boolean =>
  verdict === 'settled' && request?.purpose.kind === 'delivery';

function settledVoucher({ verdict, request, entry }: Settlement): SettledVoucher[] {
  if (verdict !== 'settled' || request === undefined || entry === undefined) return [];
  return [[request.orderNumber, entry.counter, entry.amount]];
}

/**
 * Whether the terminal that accepted the voucher has another one that contradicts it and should have refused. Only claims of
 * its own merchant show this, because a device can sign requests in the name of any terminal.
 */
async function isCareless(
  cases: CaseBook,
  entry: CounterEntry,
  { merchantId, terminalId }: PaymentRequest,
): Promise<boolean> {
  const claimed = (await cases.all()).filter((other) => other.claimed);
  const others = claimed.map((other) =>
    readClaim({ voucher: bytesOf(other.voucher), requestPayload: bytesOf(other.request) }),
  );
  return others.some(
    (other) =>
      other.request.merchantId === merchantId &&
      other.request.terminalId === terminalId &&
      contradictionOf(other.entry, entry) !== undefined,
  );
}

/**
 * Records the double spend that a claim revealed. Only goods taken along were already handed over.
 * @param reserve the reserve before the claim
 * @returns the reserve after it. A case that counts against nobody does not freeze it.
 */
export async function recordConflict(
  cases: CaseBook,
  reserve: ReserveRow,
  { voucher, requestPayload }: VoucherClaim,
  { fraud, entry, request, reserve: frozen }: Settlement,
): Promise<ReserveRow> {
  if (fraud === undefined || entry === undefined || request === undefined) return reserve;
  const blame = await cases.record(fraud, {
    voucher: base64Of(voucher),
    request: base64Of(requestPayload),
    amount: entry.amount,
    accepted: request,
    // Nobody knows who had a reported device. Only a proof that both vouchers are older than the report convicts.
    blame: reserve.reported === null ? 'device' : 'reported',
    claimed: request.purpose.kind === 'goods',
    careless: await isCareless(cases, entry, request),
    proven: false,
  });
  return blame === 'device' ? (frozen ?? reserve) : reserve;
}

/** @returns the reserve after a claim. */
const recordClaim = async (
  cases: CaseBook,
  reserve: ReserveRow | undefined,
  read: ReadClaim | undefined,
  settlement: Settlement,
): Promise<ReserveRow | undefined> =>
  read === undefined || reserve === undefined || settlement.fraud === undefined
    ? settlement.reserve
    : recordConflict(cases, reserve, wholeClaim(read), settlement);

async function settleGroup(
  call: Call,
  books: CaseBooks,
  { requestStart, ...context }: BatchContext,
  { vouchers: claims, ...key }: Group,
): Promise<Judged> {
  const found = await findReserve(call, key);
  const known = { requestStart, certificates: found?.certificates ?? [] };
  const cases = books.of(key);
  let reserve = found;
  let before: Uint8Array | undefined;
  const verdicts: LedgerVerdict[] = [];
  const vouchers: SettledVoucher[] = [];
  for (const claim of claims) {
    const short = { voucher: bytesOf(claim.voucher), requestPayload: bytesOf(claim.request) };
    const read = unlessMalformed(() => readBatched(short, known, before));
    const settlement = settleClaim(reserve, read, context);
    before = read?.digest;
    if (isForDelivery(settlement)) {
      verdicts.push('wrongPurpose');
      continue;
    }
    reserve = await recordClaim(cases, reserve, read, settlement);
    verdicts.push(settlement.verdict);
    vouchers.push(...settledVoucher(settlement));
  }
  if (reserve !== undefined && reserve !== found) putReserve(call, reserve);
  return { verdicts, settled: { ...key, vouchers } };
}

const creditedBy = (judged: readonly Judged[]): Amount =>
  addAmounts(...judged.flatMap(({ settled }) => settled.vouchers.map(([, , amount]) => amount)));

function putBatch(call: Call<Batch>, judged: readonly Judged[]): void {
  const { merchantId, batchId, currency } = call.input;
  const settled = judged.map((group) => group.settled);
  call.store.put('batch', {
    merchantId,
    batchId,
    currency,
    transactionId: call.transactionId,
    settled: settled.filter(({ vouchers }) => vouchers.length > 0),
    at: call.now,
    receipt: null,
  });
}

/** The number of vouchers with each verdict. */
function countsOf(judged: readonly Judged[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const verdict of judged.flatMap(({ verdicts }) => verdicts))
    counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

export async function settle(call: Call<Batch>) {
  const { merchantId, batchId, currency, reserves } = call.input;
  const { channel } = call;
  const requestStart = requestStartOf(channel, merchantId);
  const context = {
    channel,
    merchantId,
    currency,
    keyOf: deviceKeyOf,
    requestStart,
    ...(await timesOf(call)),
  };
  const books = new CaseBooks(call);
  const judged: Judged[] = [];
  for (const group of reserves) judged.push(await settleGroup(call, books, context, group));
  const credited = creditedBy(judged);
  creditBatch(call, merchantId, currency, credited, batchId);
  putBatch(call, judged);
  call.tell({ counts: countsOf(judged) });
  return { verdicts: judged.flatMap(({ verdicts }) => verdicts.map(verdictNumberOf)), credited };
}
