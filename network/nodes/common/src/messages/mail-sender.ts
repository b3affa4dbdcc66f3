// SPDX-License-Identifier: Apache-2.0
// How mails leave a node.

export interface Mail {
  /** Unique; a repetition has the same. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The same text; loads nothing. */
  readonly html: string;
}

export interface MailSender {
  /**
   * Resolves when the mail server has taken over the mail.
   * @throws {Undeliverable} when it refuses the address for good; anything else may be tried again.
   */
  send(mail: Mail): Promise<void>;
}
