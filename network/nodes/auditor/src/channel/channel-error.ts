// SPDX-License-Identifier: Apache-2.0
// Why nobody can say what a channel's settings allow: they cannot be read, Fabric refuses them, or this auditor does not know them.

/** `unreadable`: no settings at all; `refused`: Fabric would not take them; `unsupported`: Fabric may, this auditor cannot judge them. */
export type ChannelErrorKind = 'unreadable' | 'refused' | 'unsupported';

/** Settings by which nothing can be judged. Its message names settings and fingerprints, never a certificate's content. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';

  constructor(
    readonly kind: ChannelErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** @returns the result of reading bytes that others wrote. @throws {ChannelError} `unreadable`, saying what it was that cannot be read. */
export function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof ChannelError) throw cause;
    throw new ChannelError('unreadable', `${what} cannot be read`, { cause });
  }
}
