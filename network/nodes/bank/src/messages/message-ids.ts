// SPDX-License-Identifier: Apache-2.0
// Ids of messages: natural, so that a repetition has the id of what it repeats.

/** Identifiers never hold this character. */
const SEPARATOR = '~';

/** @returns the beginning of the ids of a login's messages, or of its messages for one order or change. */
export const messagePrefix = (loginId?: string, boundTo?: string): string =>
  [loginId, loginId === undefined ? undefined : boundTo]
    .filter((part) => part !== undefined)
    .map((part) => `${part}${SEPARATOR}`)
    .join('');

/** @returns the id of the message that carries a code. */
export const messageId = (loginId: string, boundTo: string, codeId: string): string =>
  `${messagePrefix(loginId, boundTo)}${codeId}`;

/** @returns the id of a message without a code: it does not begin with a login's id, so that it is never read as one with a code. */
export const otherMessageId = (...parts: readonly string[]): string =>
  ['', ...parts].join(SEPARATOR);

export const settledMessageId = (merchantId: string, orderNumber: string): string =>
  otherMessageId(merchantId, orderNumber);

/** @returns the id of a message about a change; there is one per event. */
export const changeMessageId = (changeId: string, event: string): string =>
  otherMessageId('change', changeId, event);

/** @returns the id of a message about a passkey; there is one per event. */
export const passkeyMessageId = (passkeyId: string, event: string): string =>
  otherMessageId('passkey', passkeyId, event);

/** @returns the id of the same message by mail. */
export const mailIdOf = (id: string): string => `${id}${SEPARATOR}mail`;
