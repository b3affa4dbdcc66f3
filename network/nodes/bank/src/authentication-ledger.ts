// SPDX-License-Identifier: Apache-2.0
// The part of the ledger that the bank's authentication uses: the SDK's `client.identity`, or a fake in a test.
import type { InputOf, OutputOf, TransactionName } from '@fabric-offline-pay/domain';

type Name = TransactionName<'identity'>;

type Submit<N extends Name> = (
  input: InputOf<'identity', N>,
) => Promise<{ readonly result: OutputOf<'identity', N> }>;

type Evaluate<N extends Name> = (input: InputOf<'identity', N>) => Promise<OutputOf<'identity', N>>;

/**
 * The transactions of units 2 to 7 that the bank's `auth-service` certificate may call.
 * A refusal is an error whose `code` is in the domain's error table. Any other error means that the ledger did not answer,
 * and that the caller may repeat the call.
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
