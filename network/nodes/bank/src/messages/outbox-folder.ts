// SPDX-License-Identifier: Apache-2.0
// The default message sender: one file per message in a folder, for a gateway to pick up. Survives a crash at any moment.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SECRET_FILE } from '@fabric-offline-pay/node-common';
import type { Clock } from '../clock.js';
import type { Message, MessageSender } from './message-sender.js';

/** The content of a message file; `sentAt` in milliseconds since 1970. */
export interface OutboxEntry extends Message {
  readonly sentAt: number;
}

/** @returns the name of the message's file: the id, whose slashes are escaped as in addresses. */
export const outboxFile = (id: string): string =>
  `${id.replaceAll('%', '%25').replaceAll('/', '%2F')}.json`;

/** Writes each message as `<id>.json` (mode 0600, fsync before rename), for a gateway that sends and deletes it. */
export class OutboxFolder implements MessageSender {
  readonly #folder: string;
  readonly #clock: Clock;

  constructor(folder: string, clock: Clock = Date.now) {
    this.#folder = folder;
    this.#clock = clock;
  }

  async send(message: Message): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.#folder, `.${randomUUID()}.tmp`);
    const entry: OutboxEntry = { ...message, sentAt: this.#clock() };
    try {
      await writeSynced(temporary, JSON.stringify(entry));
      await rename(temporary, join(this.#folder, outboxFile(message.id)));
    } finally {
      await rm(temporary, { force: true });
    }
    await syncFolder(this.#folder);
  }
}

async function writeSynced(path: string, content: string): Promise<void> {
  const file = await open(path, 'wx', SECRET_FILE);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Without it the rename may be lost. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
