// SPDX-License-Identifier: Apache-2.0
// What funding uses, and how a run of it fails.
import type { OrderKey } from '@fabric-offline-pay/domain';
import type { Transaction } from 'kysely';
import type { CoreBanking } from '../core-banking/core-banking.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import type { FundingKind } from '../messages/kinds.js';
import type { FundingLedger } from './funding-ledger.js';

/** What a customer is told of a funding. */
export interface FundingNews extends OrderKey {
  readonly kind: FundingKind;
  /** Natural: tells it from other news of this kind and order. */
  readonly about: string;
  readonly customerId: string;
  readonly currency: string;
  /** Minor units. */
  readonly amount: string;
  /** A code, when it was declined. */
  readonly reason: string | null;
}

export type TellCustomer = (
  transaction: Transaction<BankTables>,
  news: FundingNews,
) => Promise<void>;

/** What funding uses. */
export interface FundingContext {
  readonly db: BankDatabase;
  readonly ledger: FundingLedger;
  readonly coreBanking: CoreBanking;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Tells the customer, in the transaction that has the reason. Without it nobody is told. */
  readonly tell?: TellCustomer;
  /** After this, an order that was funded and never held its money gives it back. */
  readonly abandonedAfterMs: number;
}

/** One look at an order. After the signal another run may have begun: this one asks nobody, and writes nothing more. */
export interface FundingRun extends FundingContext {
  readonly signal: AbortSignal;
}

/** A second person of the bank must confirm the issue; then the same call goes on. */
export class AwaitsConfirmation extends Error {
  override readonly name = 'AwaitsConfirmation';
  readonly code = 'AWAITS_CONFIRMATION';
}

/**
 * The host refused what it had agreed to. Somebody must look at it; it is asked again meanwhile, under another key, unless the bank's own
 * rows refuse it.
 */
export class HostContradicts extends Error {
  override readonly name = 'HostContradicts';
  readonly code = 'HOST_CONTRADICTS';
}

/** Another run went on with the same funding meanwhile. This one has written nothing since, and ends. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
  readonly code = 'OVERTAKEN';

  constructor() {
    super('Another run goes on with this funding.');
  }
}
