// SPDX-License-Identifier: Apache-2.0
// Checks everything that can stop a network from starting, before anything is ended or wiped.
import { accessSync, constants, statfsSync } from 'node:fs';
import { resolve } from 'node:path';
import { makeFolder, NetworkError, portHolders, usedPorts } from '@fabric-offline-pay/node-common';
import { requireContent } from '../chaincode/content-version.js';
import { findPrograms } from '../programs/find-programs.js';
import { requireNode } from '../programs/prerequisites.js';
import { type Progress, silent } from '../progress.js';
import { defaultTopology } from '../topology/default-topology.js';
import { countPorts } from '../topology/network-plan.js';
import { ownChaincode } from './deploy-chaincode.js';
import { defaultPorts, readPlan, keptPorts, resolveHome, type PortChoice } from './home.js';
import { portsInUse } from './ports-in-use.js';

/** The planned start. */
export interface StartableOptions {
  readonly home?: string;
  /** First port of a fresh network, or `free`. */
  readonly ports?: PortChoice;
  /** Whether the network of the home continues with its ports, or a fresh one replaces it. */
  readonly keep: boolean;
  /** Package folder of the chaincode. Default: the repository's. */
  readonly chaincodeDirectory?: string;
  readonly withProgress?: Progress;
}

/** Twice what a network writes while it runs the sample. Without space, peers crash in the middle of a block. */
const LEAST_ROOM_BYTES = 1_000_000_000;
const HOST = '127.0.0.1';

/**
 * Checks Node.js, chaincode, Fabric's programs (and builds them if needed), folder, space and ports. Makes the home's folder.
 * @throws NetworkError `PREREQUISITE_MISSING` | `CHAINCODE_NOT_BUILT` | `BUILD_FAILED` | `HOME_UNUSABLE` | `PORT_IN_USE`
 */
export async function ensureStartable(options: StartableOptions): Promise<void> {
  requireNode();
  requireContent(resolve(options.chaincodeDirectory ?? ownChaincode));
  const home = resolveHome(options.home);
  makeFolder(home);
  ensureUsable(home);
  await findPrograms(options.withProgress ?? silent);
  await ensurePortsFree(home, options);
}

function ensureUsable(home: string): void {
  try {
    accessSync(home, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusableError(home, 'cannot be written', cause);
  }
  const { bavail, bsize } = statfsSync(home);
  const room = bavail * bsize;
  if (room < LEAST_ROOM_BYTES)
    throw unusableError(
      home,
      `has ${Math.floor(room / 1_000_000)} MB of free space and needs 1,000`,
    );
}

const unusableError = (home: string, why: string, cause?: unknown): NetworkError =>
  new NetworkError('HOME_UNUSABLE', `The folder ${home} ${why}`, { details: { home }, cause });

async function ensurePortsFree(home: string, { keep, ports }: StartableOptions): Promise<void> {
  const kept = keep ? keptPorts(home) : undefined;
  const base = kept ?? ports ?? defaultPorts(home);
  if (base === 'free') return;
  const topology = (keep ? readPlan(home)?.topology : undefined) ?? defaultTopology;
  const used = portHolders(await usedPorts(HOST, base, countPorts(topology)));
  const strange = used.filter((holder) => holder.process?.home !== home);
  if (strange.length > 0) throw portsInUse(strange, kept !== undefined);
}
