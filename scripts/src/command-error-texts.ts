// SPDX-License-Identifier: Apache-2.0
// What the command line itself fails with, in words. Loads nothing, so that it can be told while everything else still loads.

interface Described {
  readonly meaning: string;
  readonly remedy: string;
}

export const COMMAND_ERRORS = {
  WRONG_USE: {
    meaning: 'There is no such command, option or argument, or one is missing.',
    remedy: 'See npx offpay --help, or --help after the command.',
  },
  INTERRUPTED: {
    meaning: 'The command was interrupted before anything was sent.',
    remedy: 'Nothing was written. Run the command again.',
  },
  DEVICE_ID_TAKEN: {
    meaning: 'The customer has another device of this id.',
    remedy: 'Give this one an id of its own: --device-id. Or go on with the folder of the other.',
  },
  LEFT_HALFWAY: {
    meaning: 'The command was interrupted on its way. What was done stays.',
    remedy:
      'Run the same again, and it goes on: npm start with -- --keep. npm stop ends what still runs.',
  },
  FILE_UNUSABLE: {
    meaning: 'A file or folder cannot be opened, made or written.',
    remedy: 'Check its path, who may read and write it, and the space left.',
  },
  FILE_UNREADABLE: {
    meaning: 'A file that the command needs cannot be read.',
    remedy: 'Check its path and who may read it.',
  },
  FILE_UNWRITABLE: {
    meaning: 'A file that the command should write cannot be written.',
    remedy:
      'Check that its folder is there, who may write in it, and the space left. Then run the command again: what was done is not done twice.',
  },
  REPORT_UNWRITTEN: {
    meaning:
      'The run is over, and its report could not be written. A report that was there before is unchanged.',
    remedy:
      'What the run did stands above. For the file, check the path and the space left, and run the same again: nothing is done twice.',
  },
  TRUST_INVALID: {
    meaning: 'The file to be trusted is not the certificate of one authority.',
    remedy: 'Give one PEM certificate as `openssl x509` writes it, with nothing around it.',
  },
} as const satisfies Record<string, Described>;
