// SPDX-License-Identifier: Apache-2.0
// Who endorses a transaction: pure choice from the table, the caller and the connection's options.
import type { NamedTransaction, Role } from '@fabric-offline-pay/domain';
import { ConfigurationError } from '../errors.js';

/** MSP id of each role's organisation that this connection works with. */
export type Organisations = Readonly<Partial<Record<Role, string>>>;

/**
 * `pinned`: name the endorsing organisations. Left to itself the gateway asks its local peer first and the others only
 * after it, to learn the policy; named, it asks all at once, which saves one round of execution a transaction.
 * `discovery`: let the gateway choose.
 */
export type EndorsementMode = 'pinned' | 'discovery';

export interface EndorserPlan {
  /** MSP ids; undefined leaves the choice to the gateway. */
  readonly organisations: readonly string[] | undefined;
  /** Whether the gateway may choose others when these cannot be reached. Never so where private data limits them. */
  readonly mayFallBack: boolean;
}

export interface EndorserContext {
  readonly mode: EndorsementMode;
  readonly organisations: Organisations;
  readonly ownMspId: string;
}

const DISCOVERY: EndorserPlan = { organisations: undefined, mayFallBack: false };

const exactly = (organisations: readonly string[]): EndorserPlan => ({
  organisations,
  mayFallBack: false,
});

function required(roles: readonly Role[], context: EndorserContext): EndorserPlan {
  return exactly(
    roles.map((role) => {
      const mspId = context.organisations[role];
      if (mspId === undefined)
        throw new ConfigurationError(
          'organisations',
          `this transaction needs the ${role}'s MSP id`,
        );
      return mspId;
    }),
  );
}

/** The policy is AND(bank, OR(merchant, logistics)): the bank, and the caller where it may be the other one. */
function pinned({ organisations, ownMspId }: EndorserContext): EndorserPlan {
  const { bank, merchant, logistics } = organisations;
  const second = ownMspId === logistics ? logistics : (merchant ?? logistics);
  if (bank === undefined || second === undefined) return DISCOVERY;
  return { organisations: [bank, second], mayFallBack: true };
}

/** @throws {ConfigurationError} when the table names a role whose organisation the connection was not told. */
export function chooseEndorsers(
  transaction: Pick<NamedTransaction, 'endorsers'>,
  context: EndorserContext,
  override?: readonly string[],
): EndorserPlan {
  if (override !== undefined) return exactly(override);
  if (transaction.endorsers !== undefined) return required(transaction.endorsers, context);
  return context.mode === 'pinned' ? pinned(context) : DISCOVERY;
}
