// SPDX-License-Identifier: Apache-2.0
// The end of a command whose transaction may or may not come through. Apart from the other errors, which load no SDK.
import { OutcomeUnknownError } from '@fabric-offline-pay/sdk';

/** A command keeps no envelope beyond its end, but it may be repeated: natural keys and states see to that. */
export class OutcomeLeftOpenError extends OutcomeUnknownError {
  override readonly remedy = 'Run the same command again: what came through is not done twice.';

  constructor(open: OutcomeUnknownError) {
    super(open.transactionId, open.envelope, open);
  }
}
