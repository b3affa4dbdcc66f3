// SPDX-License-Identifier: Apache-2.0
// Cases of double spending. They are recorded when a voucher contradicts a settled one, or when somebody proves it.
import {
  bearerOf,
  fraudParts,
  HISTORY_OF,
  isFull,
  reserveParts,
  type Blame,
  type Amount,
  type FraudCaseRow,
  type FraudRow,
  type OfflinePolicy,
  type PaymentRequest,
  type ReserveKey,
} from '@fabric-offline-pay/domain';
import type { Call } from '../ledger/call.js';
import { putPenalty } from './history.js';

/** The cases of a reserve, in the order of their vouchers. */
export const casesOf = async (call: Call, key: ReserveKey): Promise<FraudCaseRow[]> =>
  (await call.store.range('fraud', reserveParts(key))).map(({ value }) => value);

/** What is known about a double spend besides the contradiction. */
export interface FraudEvidence extends Pick<
  FraudCaseRow,
  'voucher' | 'request' | 'claimed' | 'careless' | 'proven'
> {
  readonly amount: Amount;
  readonly blame: Exclude<Blame, 'cleared'>;
  /** The request of the contradicting voucher. */
  readonly accepted: Pick<PaymentRequest, 'bulletinNumber'>;
}

/** Who bears the loss, by the rules that the payee accepted under, even if they changed later. */
async function readBearer(
  call: Call,
  { bankId }: FraudRow,
  { bulletinNumber }: FraudEvidence['accepted'],
): Promise<OfflinePolicy['lossBearer']> {
  const bulletin = await call.store.get('bulletin', bankId);
  return bulletin === undefined ? 'merchant' : bearerOf(bulletin, bulletinNumber);
}

const newCase = async (
  call: Call,
  fraud: FraudRow,
  { accepted, ...evidence }: FraudEvidence,
): Promise<FraudCaseRow> => ({
  ...fraud,
  ...evidence,
  lossBearer: await readBearer(call, fraud, accepted),
  clearing: null,
  compensation: null,
  recovered: '0',
});

/** What may become known about a case after it was recorded. */
type Learnt = Pick<FraudEvidence, 'blame' | 'claimed' | 'careless' | 'proven'>;

/** Adds evidence to a case. A cleared case stays cleared. */
const withEvidence = (known: FraudCaseRow, evidence: Learnt): FraudCaseRow => ({
  ...known,
  blame: known.blame === 'reported' ? evidence.blame : known.blame,
  claimed: known.claimed || evidence.claimed,
  careless: known.careless || evidence.careless,
  proven: known.proven || evidence.proven,
});

/**
 * Whether two cases are about the same two vouchers. The order in which the vouchers come decides which one contradicts the
 * other.
 */
function areTwins(one: FraudRow, other: FraudRow): boolean {
  const digests = [one.settled[1], one.contradicting[1]];
  return digests.includes(other.settled[1]) && digests.includes(other.contradicting[1]);
}

const digestOfCase = ({ contradicting: [, digest] }: FraudRow): string => digest;

/** The cases of one reserve while a transaction adds to them, because a range does not show the transaction's own writes. */
export class CaseBook {
  readonly #call: Call;
  readonly #key: ReserveKey;
  #cases: readonly FraudCaseRow[] | undefined;
  /** Digests of the cases that this transaction wrote. */
  readonly #written = new Set<string>();

  constructor(call: Call, key: ReserveKey) {
    this.#call = call;
    this.#key = key;
  }

  async all(): Promise<readonly FraudCaseRow[]> {
    this.#cases ??= await casesOf(this.#call, this.#key);
    return this.#cases;
  }

  /**
   * Records a double spend, or what is newly known about one. The number of cases of one reserve and payee is bounded,
   * because more tell nothing new, and a device and a payee together could otherwise write as many as they like.
   * @returns whom it counts against, or undefined when it is not recorded, because nobody could ever clear it
   */
  async record(fraud: FraudRow, evidence: FraudEvidence): Promise<Blame | undefined> {
    const cases = await this.all();
    const known = cases.find((row) => digestOfCase(row) === digestOfCase(fraud));
    if (known !== undefined) return this.learn(known, evidence);
    if (isFull(cases, { ...fraud, claimed: evidence.claimed })) return undefined;
    const twin = cases.find((each) => areTwins(each, fraud));
    const fresh = await newCase(this.#call, fraud, evidence);
    // What was found or decided about two vouchers applies in either order of the two.
    const { blame, clearing, proven } = twin ?? fresh;
    const row = withEvidence({ ...fresh, blame, clearing, proven }, evidence);
    await this.#put(row, undefined);
    return row.blame;
  }

  /** Adds what is newly known about a case. @returns whom it counts against */
  async learn(known: FraudCaseRow, evidence: Learnt): Promise<Blame> {
    const row = withEvidence(known, evidence);
    await this.#put(row, known);
    return row.blame;
  }

  /** A case counts against the device once, however often it is brought. */
  async #put(row: FraudCaseRow, before: FraudCaseRow | undefined): Promise<void> {
    const { store } = this.#call;
    const digest = digestOfCase(row);
    // The store does not take a row twice unless it was read in between.
    if (this.#written.has(digest)) await store.get('fraud', ...fraudParts(row, row.contradicting));
    this.#written.add(digest);
    store.put('fraud', row);
    if (row.blame === 'device' && before?.blame !== 'device')
      putPenalty(this.#call, row.customerId, HISTORY_OF.reserve(row), 'doubleSpend');
    const others = (this.#cases ?? []).filter((each) => digestOfCase(each) !== digest);
    this.#cases = [...others, row];
  }
}
