// SPDX-License-Identifier: Apache-2.0
// Names a build of Fabric's programs by its inputs.
import { createHash } from 'node:crypto';

const KEY_LENGTH = 16;

/**
 * A short stable name for the inputs of a build.
 * @param parts contents of the modules' go.mod and go.sum and the build's tags, in a fixed order.
 * @param platform operating system and processor, such as `linux-x64`.
 */
export function buildKey(parts: readonly string[], platform: string): string {
  const hash = createHash('sha256');
  for (const part of [...parts, platform]) {
    // The length separates neighbouring files, so that another split of the same bytes has another key.
    hash.update(`${part.length}:`).update(part);
  }
  return `${platform}-${hash.digest('hex').slice(0, KEY_LENGTH)}`;
}
