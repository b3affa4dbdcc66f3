// SPDX-License-Identifier: Apache-2.0
// What every step of bringing a network up works with.
import type { FabricPrograms } from '../programs/program-paths.js';
import type { Progress } from '../progress.js';
import type { NetworkPlan } from '../topology/network-plan.js';

export interface NetworkContext {
  readonly programs: FabricPrograms;
  readonly plan: NetworkPlan;
  readonly progress: Progress;
}

/** Programs to run side by side: more only wait for each other's processor. */
export const PARALLEL_PROGRAMS = 4;
