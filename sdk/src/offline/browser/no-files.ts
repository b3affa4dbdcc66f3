// SPDX-License-Identifier: Apache-2.0
// Replaces files/write-durably.ts: a page cannot write files.
import { ConfigurationError } from '../../errors.js';
import type * as files from '../../files/write-durably.js';

/** @throws {ConfigurationError} always. */
export const writeDurably: typeof files.writeDurably = () =>
  Promise.reject(new ConfigurationError('file', 'a browser cannot write files: use proofs()'));
