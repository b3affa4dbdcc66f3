// SPDX-License-Identifier: Apache-2.0
// How messages reach customers: a port, behind which an outbox folder or an SMS gateway stands.

export interface Message {
  readonly channel: 'sms';
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** Unique; sending the same id again must not make a second message. */
  readonly id: string;
}

export interface MessageSender {
  /** Resolves once the message is safe with whoever delivers it. @throws when it is not. */
  send(message: Message): Promise<void>;
}
