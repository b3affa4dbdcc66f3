// SPDX-License-Identifier: Apache-2.0
// The error class of the network packages: a stable code, a sentence for a person, and what to do next.

interface Described {
  readonly meaning: string;
  readonly remedy: string;
}

const describe = (meaning: string, remedy: string): Described => ({ meaning, remedy });

/** Why a network could not be run. Codes are stable, so programs may branch on them. Messages say more and may change. */
export const NETWORK_ERRORS = {
  BUILD_FAILED: describe(
    "Fabric's programs could not be built.",
    "Read the compiler's output in the details, or set FABRIC_BIN to a folder with ready programs.",
  ),
  CHAINCODE_NOT_BUILT: describe(
    'The chaincode package holds no built contracts.',
    'Run npm run build.',
  ),
  DATABASE_UNREACHABLE: describe(
    "The server of a node's database does not answer, or takes no connection now.",
    'Start the server, or correct the setting that the message names, and start the node again.',
  ),
  DEADLINE_PASSED: describe(
    'A condition was not fulfilled in time.',
    "Read the node's log: npm run network -- logs NODE.",
  ),
  FILE_DAMAGED: describe(
    'A file of the network is damaged: its content is not what was written.',
    'Restore it from a backup, or run npm run network -- reset, which starts again with an empty ledger.',
  ),
  HOME_UNUSABLE: describe(
    "The network's folder cannot be written, or has too little free space.",
    'Choose another folder with --home, or correct what the message names. Nothing was ended or wiped.',
  ),
  IDENTITY_CONFLICT: describe(
    'The name belongs to another identity, or to a revoked one.',
    'Choose another name.',
  ),
  INPUT_UNUSABLE: describe(
    'A file could not be read to its end, so nothing was sent.',
    'Correct the files that the details name. offpay check shows what is wrong with them.',
  ),
  INVALID_TOPOLOGY: describe('The topology contradicts itself.', 'Correct what the message names.'),
  LICENCE_TOO_LONG: describe(
    "The merchant's licence number is too long for a payee certificate, which holds 32 characters.",
    "Register the merchant with a shorter licence number, for example without the authority's name: offpay goods license-merchants.",
  ),
  NETWORK_BUSY: describe(
    'Another process is changing this network.',
    'Wait until it has finished.',
  ),
  LEDGER_DIFFERS: describe(
    "The ledger is not the one from which the node's tables were made.",
    'Check that the node is connected to the right channel. If the network was founded again, rebuild the tables.',
  ),
  NETWORK_NOT_UP: describe(
    'There is no running network in this folder.',
    'Run npm run network -- up.',
  ),
  NODE_FAILED: describe(
    'A node ended directly after its start.',
    'Read the end of its log: npm run network -- logs NODE.',
  ),
  NODE_UNKNOWN: describe('There is no node with this name.', 'See npm run network -- status.'),
  ORGANISATION_READS_ONLY: describe(
    'The organisation runs no chaincode, so it has no answer to a query and may send no transaction.',
    'Name another organisation. Read blocks with a client of its peer.',
  ),
  ORGANISATION_UNKNOWN: describe(
    'The topology has no such organisation.',
    'Use an organisation that the message names.',
  ),
  PORT_IN_USE: describe(
    'Another program uses a port of this network.',
    'End it, or start with --base-port.',
  ),
  PREREQUISITE_MISSING: describe(
    'A required program is missing or too old.',
    'Install what the message names.',
  ),
  PROGRAM_FAILED: describe("One of Fabric's programs failed.", 'Read its output in the details.'),
  SETTINGS_INVALID: describe(
    "A node's configuration cannot be read, or a setting is wrong.",
    'Correct the file that the message names, and start the node again.',
  ),
  SETTING_FILE_UNUSABLE: describe(
    "A file or folder that a node's configuration names is missing, empty or damaged, or may not be used.",
    'Put the right file there, or correct the setting, and start the node again.',
  ),
  TABLES_OUTDATED: describe(
    "Tables that the node makes from the ledger's blocks lack blocks, or were made by another version of the node.",
    'End the node, and run its program with rebuild before its configuration file: it makes them anew from block 0, and causes nothing again.',
  ),
  TOPOLOGY_CHANGED: describe(
    'The folder holds a network with another topology.',
    'Restore the old topology, or run npm run network -- reset.',
  ),
} as const satisfies Record<string, Described>;

export type NetworkErrorCode = keyof typeof NETWORK_ERRORS;

/** What an error carries besides its message. */
export interface NetworkErrorOptions {
  /** What the caller can do about it. */
  readonly advice?: string;
  /** Facts for a program or a log: names, paths, exit codes. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Thrown by functions of the network packages for every failure with a known reason. */
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
