// SPDX-License-Identifier: Apache-2.0
// After the project `server`: ends its server.
import { findServer } from './postgres-shared.js';

export default async function teardown(): Promise<void> {
  await findServer()?.stop();
}
