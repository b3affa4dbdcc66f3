// SPDX-License-Identifier: Apache-2.0
// How messages reach customers: an interface that an outbox folder or an SMS gateway implements.

export interface Message {
  readonly channel: 'sms';
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** Unique. Sending the same id again must not make a second message, as far as whoever delivers it can tell. */
  readonly id: string;
  /** Milliseconds since 1970; worthless afterwards, so that nobody needs to deliver it any more. */
  readonly validUntil?: number;
}

/** Nobody can tell whether the deliverer has the message. */
export class Uncertain extends Error {
  override readonly name = 'Uncertain';

  constructor() {
    super('The deliverer did not say whether it took the message.');
  }
}

export interface MessageSender {
  /**
   * Resolves when the deliverer has stored the message safely.
   * @throws {Undeliverable} when it will never be delivered to this address; {@link Uncertain}; anything else says that the deliverer
   *   did not take it. All but the first may be tried again.
   */
  send(message: Message): Promise<void>;
  /** Resolves when {@link send} would be tried at all. Without it, it always would. @throws like a send that cannot be tried. */
  ready?(): Promise<void>;
}
