// SPDX-License-Identifier: Apache-2.0
// The one error of the network package: a stable code, a sentence for a person, and what to do next.

/** Stable codes; programs may branch on them, messages may change. */
export type NetworkErrorCode =
  | 'BUILD_FAILED'
  | 'CHAINCODE_NOT_BUILT'
  | 'DEADLINE_PASSED'
  | 'IDENTITY_CONFLICT'
  | 'INVALID_TOPOLOGY'
  | 'NETWORK_BUSY'
  | 'NETWORK_NOT_UP'
  | 'NODE_FAILED'
  | 'NODE_UNKNOWN'
  | 'ORGANISATION_UNKNOWN'
  | 'PORT_IN_USE'
  | 'PREREQUISITE_MISSING'
  | 'PROGRAM_FAILED'
  | 'TOPOLOGY_CHANGED';

/** What goes with the message. */
export interface NetworkErrorOptions {
  /** What the caller can do about it. */
  readonly advice?: string;
  /** Facts for a program or a log: names, paths, exit codes. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Thrown by every function of the network package that fails for a reason it knows. */
export class NetworkError extends Error {
  readonly code: NetworkErrorCode;
  readonly advice: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: NetworkErrorCode, message: string, options: NetworkErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'NetworkError';
    this.code = code;
    this.advice = options.advice;
    this.details = options.details ?? {};
  }
}
