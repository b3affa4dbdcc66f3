// SPDX-License-Identifier: Apache-2.0
// What every step of bringing a network up works with.
import type { FabricPrograms } from '../programs/program-paths';
import type { Progress } from '../progress';
import type { NetworkPlan } from '../topology/network-plan';

export interface NetworkContext {
  readonly programs: FabricPrograms;
  readonly plan: NetworkPlan;
  readonly progress: Progress;
}

/** Programs to run side by side: more only wait for each other's processor. */
export const PARALLEL_PROGRAMS = 4;
