// SPDX-License-Identifier: Apache-2.0
// Records the whole suite on a real network of its own.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agreementNetwork } from './agreement-network.js';
import { runOrders } from './orders.js';
import { askForEverything, askRawOperations } from './raw-operations.js';
import type { Recording } from './recording.js';

export interface Recorded {
  readonly recording: Recording;
  /** The recording's file, and the folder of the chaincode that the peers ran: what a replay needs. */
  readonly file: string;
  readonly chaincode: string;
}

/**
 * Orders and raw operations run at the same time, so that blocks hold both.
 * @param folder an empty one
 */
export async function record(folder: string): Promise<Recorded> {
  const chaincode = join(folder, 'chaincode');
  const network = await agreementNetwork(chaincode);
  try {
    await Promise.all([runOrders(network), askRawOperations(network.probe)]);
    await askForEverything(network.probe);
    const recording = network.recording();
    const file = join(folder, 'recording.json');
    writeFileSync(file, JSON.stringify(recording));
    return { recording, file, chaincode };
  } finally {
    await network.end();
  }
}
