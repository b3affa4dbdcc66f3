// SPDX-License-Identifier: Apache-2.0
// Names and paths of Fabric's programs.
import { join } from 'node:path';

/** The programs that a network needs. */
export const PROGRAM_NAMES = [
  'peer',
  'orderer',
  'configtxgen',
  'configtxlator',
  'osnadmin',
  'discover',
  'fabric-ca-server',
  'fabric-ca-client',
] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** Absolute paths of the folders with the programs and their sample settings. */
export interface FabricPrograms {
  readonly bin: string;
  /** Holds Fabric's own core.yaml, orderer.yaml and configtx.yaml. */
  readonly config: string;
}

/**
 * The environment of a program that does one thing and ends, a hundred of them at a network's first start: on one processor and without
 * collecting garbage, unless it needs much memory after all, each takes two thirds of the time.
 */
export const SHORT_LIVED = { GOMAXPROCS: '1', GOGC: 'off', GOMEMLIMIT: '256MiB' } as const;

/** Path of one program. */
export function programPath(programs: FabricPrograms, name: ProgramName): string {
  return join(programs.bin, name);
}
