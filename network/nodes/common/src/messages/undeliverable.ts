// SPDX-License-Identifier: Apache-2.0
// A refusal of a message for good: no repetition can deliver it.

/** Names neither address nor text. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';

  /** @param status what the deliverer answered, such as `ESME 11` or `SMTP 550` */
  constructor(readonly status: string) {
    super(`The message was refused for good: ${status}.`);
  }
}
