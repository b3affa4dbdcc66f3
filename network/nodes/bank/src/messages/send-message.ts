// SPDX-License-Identifier: Apache-2.0
// Sends a message to a customer.
import { BankError } from '../bank-error.js';
import type { BankContext } from '../context.js';
import type { Message } from './message-sender.js';

/** @throws {BankError} MESSAGE_NOT_SENT. */
export async function sendMessage(
  { messages }: Pick<BankContext, 'messages'>,
  to: string,
  message: Pick<Message, 'id' | 'text'>,
): Promise<void> {
  try {
    await messages.send({ channel: 'sms', to, ...message });
  } catch (error) {
    throw new BankError('MESSAGE_NOT_SENT', undefined, error);
  }
}
