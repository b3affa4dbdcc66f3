// SPDX-License-Identifier: Apache-2.0
// Where a customer asks for an order to be funded, and chooses the instrument that funds its orders.
import { waitUntil } from '@fabric-offline-pay/node-common';
import type { Work } from '@fabric-offline-pay/node-common/node';
import { BankError } from '../bank-error.js';
import type { FundingState, InstrumentTable } from '../database/funding-tables.js';
import type { BankDatabase, BankTables } from '../database/schema.js';
import { askForCustomer } from './funding-work.js';
import type { FundingOutcomeWord } from './outcome.js';
import type { FundingKey } from './keys.js';
import { readFunding } from './read-fundings.js';
import { askFunding, findFunding, instrumentOf, type FundingRequest } from './store.js';

/** What became of a funding; `asked` while host or ledger have not answered. */
export interface FundingOutcome {
  readonly state: FundingState;
  readonly refusal: string | null;
  /** In one word, and why. */
  readonly outcome: FundingOutcomeWord;
  readonly reason: string | null;
}

/** An instrument of a customer. */
export interface Instrument {
  readonly token: string;
  readonly kind: InstrumentTable['kind'];
  /** Whether it funds the customer's orders. */
  readonly funds: boolean;
}

export interface FundingDeskParts {
  readonly db: BankDatabase;
  readonly work: Pick<Work<BankTables>, 'ask' | 'wake'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Most orders are funded within a second; who waits longer asks again. */
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;

export class FundingDesk {
  readonly #parts: FundingDeskParts;

  constructor(parts: FundingDeskParts) {
    this.#parts = parts;
  }

  /**
   * Asks for the order to be funded, and waits for the outcome. Repeating it does nothing twice.
   * @throws {BankError} STATE_CONFLICT while the order is funded in another currency
   */
  async fund(request: FundingRequest): Promise<FundingOutcome> {
    const { db, work, clock } = this.#parts;
    await db.transaction().execute(async (transaction) => {
      if ((await askFunding(transaction, request, clock())) === undefined)
        throw new BankError('STATE_CONFLICT', 'orderNumber');
      await askForCustomer(work, transaction, request.customerId);
    });
    work.wake();
    return this.#outcomeOf(request);
  }

  async listInstruments(customerId: string): Promise<readonly Instrument[]> {
    const { db } = this.#parts;
    const chosen = await instrumentOf(db, customerId);
    const rows = await db
      .selectFrom('instruments')
      .select(['token', 'kind'])
      .where('customer_id', '=', customerId)
      .orderBy('linked_in')
      .orderBy('token')
      .execute();
    return rows.map(({ token, kind }) => ({ token, kind, funds: token === chosen }));
  }

  /** @param token null: no automatic deduction. @throws {BankError} NOT_FOUND when the customer has no such instrument */
  async choose(customerId: string, token: string | null): Promise<void> {
    const { db } = this.#parts;
    const known = await this.listInstruments(customerId);
    if (token !== null && !known.some((instrument) => instrument.token === token))
      throw new BankError('NOT_FOUND', 'token');
    await db
      .insertInto('funding_choices')
      .values({ customer_id: customerId, token })
      .onConflict((conflict) => conflict.column('customer_id').doUpdateSet({ token }))
      .execute();
  }

  async #outcomeOf(key: FundingKey): Promise<FundingOutcome> {
    const { db } = this.#parts;
    const decided = async (): Promise<true | undefined> =>
      (await findFunding(db, key))?.state === 'asked' ? undefined : true;
    const patience = { deadlineMs: PATIENCE_MS, intervalMs: LOOK_MS };
    await waitUntil('the funding', decided, patience).catch(() => undefined);
    const funding = await findFunding(db, key);
    const view = funding && (await readFunding(db, key));
    return {
      state: funding?.state ?? 'asked',
      refusal: funding?.refusal ?? null,
      outcome: view?.outcome ?? 'asking',
      reason: view?.reason ?? null,
    };
  }
}
