// SPDX-License-Identifier: Apache-2.0
// Chooses who endorses a transaction, from the table, the caller and the connection's options. Pure.
import type { NamedTransaction, Role } from '@fabric-offline-pay/domain';
import { ConfigurationError } from '../errors.js';

/** The MSP ids that this connection works with, by role. */
export type Organisations = Readonly<Partial<Record<Role, string>>>;

/**
 * `pinned`: the client names the endorsing organisations. The gateway then asks all of them at once, which saves one round of
 * execution. Without names, the gateway asks its own peer first, learns the policy, and only then asks the others.
 * `discovery`: the gateway chooses.
 */
export type EndorsementMode = 'pinned' | 'discovery';

export interface EndorserPlan {
  /** MSP ids. Undefined: the gateway chooses. */
  readonly organisations: readonly string[] | undefined;
  /** Whether the gateway may choose others when these cannot be reached. False where private data limits the endorsers. */
  readonly mayFallBack: boolean;
}

export interface EndorserContext {
  readonly mode: EndorsementMode;
  readonly organisations: Organisations;
  readonly ownMspId: string;
}

const DISCOVERY: EndorserPlan = { organisations: undefined, mayFallBack: false };

const exactPlan = (organisations: readonly string[]): EndorserPlan => ({
  organisations,
  mayFallBack: false,
});

function plannedByTable(roles: readonly Role[], context: EndorserContext): EndorserPlan {
  return exactPlan(
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

/** The policy is AND(bank, OR(merchant, logistics)). Names the bank, and the caller where the caller can be the other one. */
function pinnedPlan({ organisations, ownMspId }: EndorserContext): EndorserPlan {
  const { bank, merchant, logistics } = organisations;
  const second = ownMspId === logistics ? logistics : (merchant ?? logistics);
  if (bank === undefined || second === undefined) return DISCOVERY;
  return { organisations: [bank, second], mayFallBack: true };
}

/** @throws {ConfigurationError} when the table names a role and the connection's `organisations` do not contain it. */
export function chooseEndorsers(
  transaction: Pick<NamedTransaction, 'endorsers'>,
  context: EndorserContext,
  override?: readonly string[],
): EndorserPlan {
  if (override !== undefined) return exactPlan(override);
  if (transaction.endorsers !== undefined) return plannedByTable(transaction.endorsers, context);
  return context.mode === 'pinned' ? pinnedPlan(context) : DISCOVERY;
}
