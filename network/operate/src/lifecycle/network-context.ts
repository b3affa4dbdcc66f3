// SPDX-License-Identifier: Apache-2.0
// What every step of starting a network uses.
import type { FabricPrograms } from '../programs/program-paths.js';
import type { Progress } from '../progress.js';
import type { NetworkPlan } from '../topology/network-plan.js';

export interface NetworkContext {
  readonly programs: FabricPrograms;
  readonly plan: NetworkPlan;
  readonly progress: Progress;
}

/** How many programs to run in parallel. More would only wait for a processor. */
export const PARALLEL_PROGRAMS = 4;
