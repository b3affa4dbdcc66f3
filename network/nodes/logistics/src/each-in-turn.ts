// SPDX-License-Identifier: Apache-2.0
// Several things of one job, of which none holds up the others.
import { refusalCode } from '@fabric-offline-pay/node-common/client';

/**
 * Does each thing, one after the other. One that the ledger refuses does not keep the rest from its turn.
 * @throws the first refusal, when all had their turn, so that the job is tried again; any other error at once, since the ledger is away
 */
export async function eachInTurn<Thing>(
  things: readonly Thing[],
  signal: AbortSignal,
  act: (thing: Thing) => Promise<void>,
): Promise<void> {
  const refusals: unknown[] = [];
  for (const thing of things) {
    if (signal.aborted) break;
    try {
      await act(thing);
    } catch (error) {
      if (refusalCode(error) === undefined) throw error;
      refusals.push(error);
    }
  }
  if (refusals.length > 0) throw refusals[0];
}
