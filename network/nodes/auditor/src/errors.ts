// SPDX-License-Identifier: Apache-2.0
// What this node refuses by itself. Codes are stable.
import { CodedError, type RefusalTexts } from '@fabric-offline-pay/node-common/client';

export const AUDITOR_ERRORS = {
  NOTHING_AUDITED: {
    status: 409,
    meaning: 'No block was audited yet.',
    remedy: 'Wait until the node has read the first blocks of its peer.',
  },
  FINDING_CHANGED: {
    status: 409,
    meaning: 'The finding says something else than what was acknowledged.',
    remedy: 'Read it again with listFindings, and acknowledge what it says now.',
  },
} as const satisfies Record<string, RefusalTexts>;

export type AuditorErrorCode = keyof typeof AUDITOR_ERRORS;

/** A refusal by this node. */
export class AuditorError extends CodedError<AuditorErrorCode> {
  override readonly name = 'AuditorError';

  constructor(code: AuditorErrorCode, field?: string) {
    super(code, AUDITOR_ERRORS[code], { field });
  }
}
