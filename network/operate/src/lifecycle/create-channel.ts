// SPDX-License-Identifier: Apache-2.0
// Writes the channel's first block, and makes orderers and peers join.
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeFolder,
  NetworkError,
  runProgram,
  waitUntil,
  writeFileAtomic,
} from '@fabric-offline-pay/node-common';
import { stringify } from 'yaml';
import { CHANNEL_PROFILE, channelSettings } from '../config/channel-settings.js';
import { programPath } from '../programs/program-paths.js';
import { sampleSettings } from '../programs/sample-settings.js';
import type {
  NetworkPlan,
  OrdererPlan,
  OrganisationPlan,
  PeerPlan,
} from '../topology/network-plan.js';
import { Administrator } from './administrator.js';
import type { NetworkContext } from './network-context.js';
import { ordererAddress } from './orderer-arguments.js';

const JOIN_DEADLINE_MS = 30_000;
const LEADER_DEADLINE_MS = 60_000;

/** Path of the channel's first block. */
export function firstBlockFile(plan: NetworkPlan): string {
  return join(plan.home, 'channel', 'first.block');
}

/** Writes the first block if there is none yet. Needs the MSPs for the channel, and the orderers' certificates. */
export async function writeFirstBlock({ programs, plan }: NetworkContext): Promise<void> {
  const block = firstBlockFile(plan);
  if (existsSync(block)) {
    return;
  }
  const folder = join(plan.home, 'channel');
  makeFolder(folder);
  const settings = channelSettings(sampleSettings(programs, 'configtx.yaml'), plan);
  writeFileAtomic(
    join(folder, 'configtx.yaml'),
    stringify(settings, { aliasDuplicateObjects: false }),
  );
  const temporary = `${block}.new`;
  const { name } = plan.topology.channel;
  await runProgram({
    program: programPath(programs, 'configtxgen'),
    args: ['-profile', CHANNEL_PROFILE, '-channelID', name, '-outputBlock', temporary],
    env: { FABRIC_CFG_PATH: folder, FABRIC_LOGGING_SPEC: 'error' },
  });
  renameSync(temporary, block);
}

/** Makes every orderer and peer of these organisations join that has not joined yet, and waits until all have. */
export async function joinChannel(
  context: NetworkContext,
  organisations: readonly OrganisationPlan[],
): Promise<void> {
  const joins = organisations.flatMap((organisation) => {
    const administrator = new Administrator(context, organisation);
    return [
      ...organisation.orderers.map((orderer) => joinOrderer(context, administrator, orderer)),
      ...organisation.peers.map((peer) => joinPeer(context, administrator, peer)),
    ];
  });
  await Promise.all(joins);
}

/** Waits until every orderer follows a leader. Before that it accepts no transactions and delivers no blocks. */
export async function waitUntilOrdering(context: NetworkContext): Promise<void> {
  const channel = context.plan.topology.channel.name;
  const waits = context.plan.organisations.flatMap((organisation) => {
    const administrator = new Administrator(context, organisation);
    return organisation.orderers.map(async (orderer) => {
      const where = ['-c', channel, ...ordererAddress(organisation, orderer)];
      const fetch = (): Promise<string> =>
        administrator.peer(['channel', 'fetch', 'newest', '/dev/null', ...where]);
      await waitUntil(`${orderer.name} to follow a leader`, fetch, {
        deadlineMs: LEADER_DEADLINE_MS,
      });
    });
  });
  await Promise.all(waits);
}

async function joinOrderer(
  { plan }: NetworkContext,
  administrator: Administrator,
  orderer: OrdererPlan,
): Promise<void> {
  const channel = plan.topology.channel.name;
  await waitUntil(
    `${orderer.name} to join`,
    async () => {
      const listed = await administrator.orderer(orderer, ['list', '--no-status']);
      if (!listed.includes(`"name":"${channel}"`) && !listed.includes(`"name": "${channel}"`)) {
        await administrator.orderer(orderer, [
          'join',
          '--channelID',
          channel,
          '--config-block',
          firstBlockFile(plan),
        ]);
        return undefined;
      }
      return true;
    },
    { deadlineMs: JOIN_DEADLINE_MS },
  );
}

async function joinPeer(
  { plan }: NetworkContext,
  administrator: Administrator,
  peer: PeerPlan,
): Promise<void> {
  const join = async (): Promise<true> => {
    try {
      await administrator.peer(['channel', 'join', '-b', firstBlockFile(plan)], peer);
    } catch (error) {
      if (!isAlreadyJoined(error)) {
        throw error;
      }
    }
    return true;
  };
  await waitUntil(`${peer.name} to join`, join, { deadlineMs: JOIN_DEADLINE_MS });
}

function isAlreadyJoined(error: unknown): boolean {
  return (
    error instanceof NetworkError && error.message.includes('already exists with state [ACTIVE]')
  );
}
