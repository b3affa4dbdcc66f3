// SPDX-License-Identifier: Apache-2.0
// The mark of a device or terminal in a folder of the user's state: a database with one value. Its lock prevents that two copies
// of a store are open at the same time.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { sha256Hex } from '@fabric-offline-pay/domain';
import { levelStore } from './level-store.js';
import { markIn, type Mark } from './mark.js';

/** XDG Base Directory Specification: a path that is not absolute counts as none. */
function stateFolder(): string {
  const given = process.env['XDG_STATE_HOME'] ?? '';
  return isAbsolute(given) ? given : join(homedir(), '.local', 'state');
}

/**
 * @param publicKey of the device or terminal; each has its own mark
 * @param folder of the marks. Default: `fabric-offline-pay/marks` in `$XDG_STATE_HOME` or `~/.local/state`. Never choose a folder
 * inside the store's folder: the mark would be restored together with it
 * @throws {OfflineError} STORE_LOCKED while another process has the device or terminal open, STORE_DAMAGED, STORE_FAILED
 */
export async function stateMark(
  publicKey: string,
  folder = join(stateFolder(), 'fabric-offline-pay', 'marks'),
): Promise<Mark> {
  return markIn(await levelStore(join(folder, sha256Hex(publicKey))));
}
