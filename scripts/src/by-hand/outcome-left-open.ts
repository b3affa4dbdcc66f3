// SPDX-License-Identifier: Apache-2.0
// The error of a command whose transaction may or may not be written. It has its own file because the other errors load no SDK.
import { OutcomeUnknownError } from '@fabric-offline-pay/sdk';

/** A command keeps no envelope after its end, but it is safe to repeat: natural keys and states prevent a second effect. */
export class OutcomeLeftOpenError extends OutcomeUnknownError {
  override readonly remedy = 'Run the same command again: nothing is done twice.';

  constructor(open: OutcomeUnknownError) {
    super(open.transactionId, open.envelope, open);
  }
}
