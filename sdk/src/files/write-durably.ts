// SPDX-License-Identifier: Apache-2.0
// Writes a file so that after a crash it holds either all of the old content or all of the new.
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes the file names in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Temporary file, fsync, rename, then fsync of the folder: without the last step, a crash could undo the rename. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}
