// SPDX-License-Identifier: Apache-2.0
// How messages reach customers: an interface that an outbox folder or an SMS gateway implements.

export interface Message {
  readonly channel: 'sms';
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** Unique. Sending the same id again must not make a second message. */
  readonly id: string;
}

export interface MessageSender {
  /** Resolves when the deliverer has stored the message safely. @throws when it has not. */
  send(message: Message): Promise<void>;
}
