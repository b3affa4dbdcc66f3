// SPDX-License-Identifier: Apache-2.0
// The one error of the network package: a stable code, a sentence for a person, and what to do next.

interface Described {
  readonly meaning: string;
  readonly remedy: string;
}

const describe = (meaning: string, remedy: string): Described => ({ meaning, remedy });

/** Why a network could not be run. Codes are stable; programs may branch on them, messages say more and may change. */
export const NETWORK_ERRORS = {
  BUILD_FAILED: describe(
    "Fabric's programs could not be built.",
    "Read the compiler's output in the details; or point FABRIC_BIN at ready programs.",
  ),
  CHAINCODE_NOT_BUILT: describe(
    'The chaincode package holds no built contracts.',
    'Run npm run build.',
  ),
  DEADLINE_PASSED: describe(
    'A condition did not come true in time.',
    "Look at the node's log: npm run network -- logs NODE.",
  ),
  FILE_DAMAGED: describe(
    'A file of the network does not hold what was written into it.',
    'Put it back from a backup; or run npm run network -- reset, which begins anew with an empty ledger.',
  ),
  HOME_UNUSABLE: describe(
    "The network's folder cannot be written, or has too little room.",
    'Choose another with --home, or see to what the message names. Nothing was ended or wiped.',
  ),
  IDENTITY_CONFLICT: describe(
    'The name belongs to another identity, or to a revoked one.',
    'Choose another name.',
  ),
  INPUT_UNUSABLE: describe(
    'A file could not be read to its end, so that nothing of any file was sent.',
    'Correct the files that the details name: offpay check says what is wrong with them.',
  ),
  INVALID_TOPOLOGY: describe('The topology contradicts itself.', 'Correct what the message names.'),
  LICENCE_TOO_LONG: describe(
    "The number of the merchant's licence does not fit into a payee certificate, which holds 32 characters.",
    'Register the merchant under a shorter number of its licence, for example without the name of the authority: offpay goods license-merchants.',
  ),
  NETWORK_BUSY: describe('Another process is changing this network.', 'Wait until it is done.'),
  LEDGER_DIFFERS: describe(
    "The ledger is not the one that the node's tables were made from.",
    'Check that the node is connected to the right channel. After the network began anew, rebuild the tables.',
  ),
  NETWORK_NOT_UP: describe(
    'There is no running network in this folder.',
    'Run npm run network -- up.',
  ),
  NODE_FAILED: describe(
    'A node ended as soon as it was started.',
    'Read the end of its log: npm run network -- logs NODE.',
  ),
  NODE_UNKNOWN: describe('There is no node of this name.', 'See npm run network -- status.'),
  ORGANISATION_UNKNOWN: describe(
    'There is no such organisation in the topology.',
    'Use one of those that the message names.',
  ),
  PORT_IN_USE: describe(
    'Another program listens on a port of this network.',
    'End it, or start with --base-port.',
  ),
  PREREQUISITE_MISSING: describe(
    'A program that is needed is missing or too old.',
    'Install what the message names.',
  ),
  PROGRAM_FAILED: describe("One of Fabric's programs failed.", 'Read its output in the details.'),
  TOPOLOGY_CHANGED: describe(
    'The folder holds a network of another topology.',
    'Put the old topology back, or run npm run network -- reset.',
  ),
} as const satisfies Record<string, Described>;

export type NetworkErrorCode = keyof typeof NETWORK_ERRORS;

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
