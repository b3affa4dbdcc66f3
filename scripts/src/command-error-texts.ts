// SPDX-License-Identifier: Apache-2.0
// Texts of the command line's own errors. Imports nothing, so that they can be shown while everything else still loads.

interface Described {
  readonly meaning: string;
  readonly remedy: string;
}

export const COMMAND_ERRORS = {
  WRONG_USE: {
    meaning: 'There is no such command, option or argument, or one is missing.',
    remedy: 'Run npx offpay --help, or the command with --help.',
  },
  INTERRUPTED: {
    meaning: 'The command was interrupted before anything was sent.',
    remedy: 'Nothing was written. Run the command again.',
  },
  DEVICE_ID_TAKEN: {
    meaning: 'The customer has another device with this id.',
    remedy: 'Give this device another id with --device-id, or use the folder of the other device.',
  },
  LEFT_HALFWAY: {
    meaning: 'The command was interrupted halfway. What it did stays.',
    remedy:
      'Run the same command again to continue (npm start with -- --keep). npm stop ends what still runs.',
  },
  FILE_UNUSABLE: {
    meaning: 'A file or folder cannot be opened, made or written.',
    remedy: 'Check its path, its permissions and the free space.',
  },
  FILE_UNREADABLE: {
    meaning: 'A file that the command needs cannot be read.',
    remedy: 'Check its path and its permissions.',
  },
  FILE_UNWRITABLE: {
    meaning: 'A file cannot be written.',
    remedy:
      'Check that its folder exists, its permissions and the free space. Then run the command again: nothing is done twice.',
  },
  REPORT_UNWRITTEN: {
    meaning:
      'The run is over, and its report could not be written. A report that was there before is unchanged.',
    remedy:
      'What the run did stands above. For the file, check the path and the space left, and run the same again: nothing is done twice.',
  },
  TRUST_INVALID: {
    meaning: 'The file to trust is not the certificate of one authority.',
    remedy:
      'Give one PEM certificate in the form that `openssl x509` writes, with nothing else in the file.',
  },
} as const satisfies Record<string, Described>;
