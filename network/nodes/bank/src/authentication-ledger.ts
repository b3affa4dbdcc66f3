// SPDX-License-Identifier: Apache-2.0
// What the bank's authentication needs of the ledger: the SDK's `client.identity` fits, and so does a fake in a test.
import type { InputOf, OutputOf, TransactionName } from '@fabric-offline-pay/domain';

type Name = TransactionName<'identity'>;

type Submit<N extends Name> = (
  input: InputOf<'identity', N>,
) => Promise<{ readonly result: OutputOf<'identity', N> }>;

type Evaluate<N extends Name> = (input: InputOf<'identity', N>) => Promise<OutputOf<'identity', N>>;

/**
 * The transactions of units 2 to 7 that the bank's `auth-service` certificate may call.
 * A refusal is an error whose `code` stands in the domain's error table; any other error means that the ledger did not answer,
 * and that the same call may be made again.
 */
export interface AuthenticationLedger {
  readonly readCustomer: Evaluate<'readCustomer'>;
  readonly updateProfile: Submit<'updateProfile'>;
  readonly registerDevice: Submit<'registerDevice'>;
  readonly verifyIdentity: Submit<'verifyIdentity'>;
  readonly openLogin: Submit<'openLogin'>;
  readonly beginAuthentication: Submit<'beginAuthentication'>;
  readonly attestSms: Submit<'attestSms'>;
  readonly attestPassword: Submit<'attestPassword'>;
  readonly completeAuthentication: Submit<'completeAuthentication'>;
  readonly failAuthentication: Submit<'failAuthentication'>;
  readonly assessReputation: Submit<'assessReputation'>;
}
