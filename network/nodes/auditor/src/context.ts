// SPDX-License-Identifier: Apache-2.0
// What every operation of the node uses.
import type { AuditorDatabase } from './database/schema.js';

/** `reporter`: whoever tells the auditor directly what it accepted, with a certificate from the auditor. */
export const AUDITOR_ROLES = ['auditor', 'operator', 'reporter'] as const;

export type Role = (typeof AUDITOR_ROLES)[number];

/** Signs the auditor's reports. */
export interface ReportSigner {
  /** PEM: whoever believes a report checks it. */
  readonly certificate: string;
  /** @returns r‖s over the SHA-256 of the bytes */
  sign(bytes: Uint8Array): Uint8Array;
}

export interface AuditorContext {
  readonly db: AuditorDatabase;
  readonly chaincode: string;
  readonly signer: ReportSigner | undefined;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Who calls, from the client certificate. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

/** What an operation gets, besides its input. */
export interface CallContext {
  readonly node: AuditorContext;
  readonly caller: Caller;
}
