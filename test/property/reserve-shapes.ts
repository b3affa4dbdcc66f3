// SPDX-License-Identifier: Apache-2.0
// What the model of reserves is made of.
import type { Bearer } from './reserve-commands.js';

/** A voucher as a device signed it, and the request that it answers. */
export interface Voucher {
  /** The digest, base64url. */
  readonly id: string;
  readonly counter: number;
  readonly previous: string;
  readonly sum: bigint;
  readonly amount: bigint;
  readonly time: number;
  readonly merchantId: string;
  readonly terminalId: string;
  readonly bulletin: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface Report {
  readonly number: number;
  readonly at: number;
  /** From then on everybody should know. */
  readonly staleAt: number;
}

/** A double spend, by the voucher that contradicts another. */
export interface Fraud {
  readonly voucher: Voucher;
  /** The digest of the other voucher. */
  readonly other: string;
  readonly at: number;
  readonly bearer: Bearer;
  blame: 'device' | 'reported' | 'cleared';
  claimed: boolean;
  careless: boolean;
  proven: boolean;
  compensated: boolean;
  recovered: bigint;
}

/** What is known when a double spend is met. */
export type Evidence = Pick<Fraud, 'claimed' | 'careless' | 'proven'> & {
  readonly blame: 'device' | 'reported';
};

export const POLICY_SECONDS = { bulletin: 3600, tolerance: 60, ledger: 60 } as const;
export const PER_PAYMENT = 5_000n;
export const MOST_RESERVED = 20_000n;
export const MOST_PAYMENTS = 64;
/** What the bank bears of one reserve. */
export const LOSS_PER_RESERVE = 2_500n;

export type Contradiction = 'sameCounter' | 'previousHash' | 'cumulative';

/** The part of a voucher that links it to the others of its reserve. */
export type Linked = Pick<Voucher, 'id' | 'counter' | 'previous' | 'sum' | 'amount'>;

/** How two vouchers of one reserve contradict each other. */
export function contradiction(one: Linked, other: Linked): Contradiction | undefined {
  if (one.counter === other.counter) return one.id === other.id ? undefined : 'sameCounter';
  const [first, second] = one.counter < other.counter ? [one, other] : [other, one];
  if (second.counter === first.counter + 1 && second.previous !== first.id) return 'previousHash';
  return second.sum - second.amount < first.sum ? 'cumulative' : undefined;
}

/** Before counter k at least k − 1 units were spent, and before the first none. */
export const isPossible = ({ counter, sum, amount }: Voucher): boolean =>
  counter === 1 ? sum === amount : sum - amount >= BigInt(counter - 1);
