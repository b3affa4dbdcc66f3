// SPDX-License-Identifier: Apache-2.0
// Everything that can stop a network from coming up, looked at before anything is ended or wiped.
import { accessSync, constants, statfsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  makeFolder,
  NetworkError,
  type PortHolder,
  portHolders,
  usedPorts,
} from '@fabric-offline-pay/node-common';
import { requireContent } from '../chaincode/content-version.js';
import { findPrograms } from '../programs/find-programs.js';
import { requireNode } from '../programs/prerequisites.js';
import { type Progress, silent } from '../progress.js';
import { defaultTopology } from '../topology/default-topology.js';
import { countPorts } from '../topology/network-plan.js';
import { ownChaincode } from './deploy-chaincode.js';
import { defaultPorts, keptPorts, resolveHome, type PortChoice } from './home.js';

/** What is about to be started. */
export interface StartableOptions {
  readonly home?: string;
  /** First of the ports of a fresh network, or whichever are free. */
  readonly ports?: PortChoice;
  /** Whether the network of the home goes on, with its ports, or a fresh one takes its place. */
  readonly keep: boolean;
  /** Package folder of the chaincode; the repository's own by default. */
  readonly chaincodeDirectory?: string;
  readonly withProgress?: Progress;
}

/** What a network writes while it runs the sample is half of it; without room peers crash in the middle of a block. */
const LEAST_ROOM_BYTES = 1_000_000_000;
const HOST = '127.0.0.1';
const MOST_TOLD = 3;

/**
 * Checks Node.js, chaincode, Fabric's programs (built now if they are not yet), folder, room and ports. Of the home it makes the folder.
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
    throw unusable(home, 'cannot be written', cause);
  }
  const { bavail, bsize } = statfsSync(home);
  const room = bavail * bsize;
  if (room < LEAST_ROOM_BYTES)
    throw unusable(home, `has ${Math.floor(room / 1_000_000)} MB of room, and needs 1,000`);
}

const unusable = (home: string, why: string, cause?: unknown): NetworkError =>
  new NetworkError('HOME_UNUSABLE', `The folder ${home} ${why}`, { details: { home }, cause });

async function ensurePortsFree(home: string, { keep, ports }: StartableOptions): Promise<void> {
  const kept = keep ? keptPorts(home) : undefined;
  const base = kept ?? ports ?? defaultPorts(home);
  if (base === 'free') return;
  const used = portHolders(await usedPorts(HOST, base, countPorts(defaultTopology)));
  const strange = used.filter((holder) => holder.process?.home !== home);
  if (strange.length > 0) throw portsInUse(strange, kept !== undefined);
}

/** @returns the error that names who holds the ports, and what to do: an option that both `up` and `start` have. */
export function portsInUse(holders: readonly PortHolder[], areKept: boolean): NetworkError {
  const told = holders.slice(0, MOST_TOLD).map(holderText).join('; ');
  const more = holders.length - MOST_TOLD;
  return new NetworkError('PORT_IN_USE', more > 0 ? `${told}; and ${more} more ports` : told, {
    advice: [...new Set(holders.map(waysToEnd)), areKept ? KEPT : OTHER_PORTS].join(' '),
    details: { holders },
  });
}

const OTHER_PORTS = 'Or choose other ports: --base-port free.';
const KEPT = 'This network keeps the ports that it was made with.';

function holderText({ port, process }: PortHolder): string {
  if (process === undefined) return `Port ${port} is in use`;
  const { pid, program, home } = process;
  const whose = home === undefined ? '' : ` of the network in ${home}`;
  return `Port ${port} is held by process ${pid} (${program})${whose}`;
}

const waysToEnd = ({ process }: PortHolder): string =>
  process?.home === undefined
    ? 'End what holds the ports.'
    : `End that network: npx offpay stop --home '${process.home}'.`;
