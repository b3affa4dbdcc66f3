// SPDX-License-Identifier: Apache-2.0
// Fabric's programs by name, and where they are.
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

/** Folders of the programs and of the sample settings that belong to them. Absolute. */
export interface FabricPrograms {
  readonly bin: string;
  /** Holds core.yaml, orderer.yaml and configtx.yaml as shipped. */
  readonly config: string;
}

/** Path of one program. */
export function programPath(programs: FabricPrograms, name: ProgramName): string {
  return join(programs.bin, name);
}
