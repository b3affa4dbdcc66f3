// SPDX-License-Identifier: Apache-2.0
// The mark of a party in a folder of the user's state: a database of one value. Its lock is why two copies of a store are
// never open at a time.
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
 * @param publicKey whose store it is about: each store has a key of its own
 * @param folder of the marks: `fabric-offline-pay/marks` in `$XDG_STATE_HOME` or `~/.local/state` unless told. Never within
 * the folder of the party, with which it would be put back
 * @throws {OfflineError} STORE_LOCKED while another process has the party open, STORE_DAMAGED, STORE_FAILED.
 */
export async function stateMark(
  publicKey: string,
  folder = join(stateFolder(), 'fabric-offline-pay', 'marks'),
): Promise<Mark> {
  return markIn(await levelStore(join(folder, sha256Hex(publicKey))));
}
