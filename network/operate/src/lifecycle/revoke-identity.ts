// SPDX-License-Identifier: Apache-2.0
// Revokes a client identity at its authority, for the organisation's services, in the MSP folders and in the channel.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError, waitUntil, writeFileAtomic } from '@fabric-offline-pay/node-common';
import { issuedIdentity, recordIdentity } from '../certificates/issued-identities.js';
import { revocationListFile, writeMspFolders } from '../certificates/msp-folders.js';
import { revocationsOf, revokeName } from '../certificates/registrar.js';
import { writeDescription } from '../description.js';
import type { OrganisationPlan } from '../topology/network-plan.js';
import { channelMsp } from '../topology/organisation-files.js';
import { Administrator } from './administrator.js';
import { type ChannelConfig, treeAt, updateChannelConfig } from './channel-config.js';
import type { NetworkContext } from './network-context.js';
import { issuerOf, runningNetwork, whileLocked } from './running-network.js';

const EFFECT_DEADLINE_MS = 30_000;

/**
 * Revokes a client identity of an organisation. Returns when every peer of the channel has the new revocation list and refuses
 * the certificate. The organisation's services that read the list refuse it earlier. Idempotent.
 * @throws NetworkError `IDENTITY_CONFLICT` when the organisation never issued such an identity;
 * `ORGANISATION_UNKNOWN` | `NETWORK_NOT_UP` | `PROGRAM_FAILED` | `DEADLINE_PASSED`.
 */
export async function revokeIdentity(
  home: string,
  organisationId: string,
  name: string,
): Promise<void> {
  const context = runningNetwork(home);
  const issuer = issuerOf(context, organisationId);
  const { organisation } = issuer;
  await whileLocked(context.plan, async () => {
    const identity = issuedIdentity(organisation.folder, name);
    if (identity === undefined) {
      throw new NetworkError('IDENTITY_CONFLICT', `${organisationId} has no identity ${name}`);
    }
    if (identity.revoked) {
      return;
    }
    const list = await revokeName(issuer, name);
    // The organisation's services read this file and refuse the certificate from here on.
    writeFileAtomic(listFile(organisation), list);
    writeMspFolders(organisation);
    const administrator = new Administrator(context, organisation);
    const { mspId } = organisation.topology;
    await updateChannelConfig(context, administrator, (config) =>
      setRevocations(config, mspId, list),
    );
    await waitUntilKnown(context, list);
    recordIdentity(organisation.folder, identity, true);
    await writeDescription(context.plan);
  });
}

/**
 * Writes an organisation's revocation list again, even if it is empty, because services that read it refuse everybody without one.
 * @returns the path of its file (PEM).
 * @throws NetworkError `ORGANISATION_UNKNOWN` | `NETWORK_NOT_UP` | `PROGRAM_FAILED`.
 */
export async function publishRevocations(home: string, organisationId: string): Promise<string> {
  const issuer = issuerOf(runningNetwork(home), organisationId);
  const file = listFile(issuer.organisation);
  await whileLocked(issuer.plan, async () => {
    writeFileAtomic(file, await revocationsOf(issuer));
  });
  return file;
}

const listFile = ({ folder }: OrganisationPlan): string => revocationListFile(channelMsp(folder));

/** Replaces the revocation list of an organisation, as member of the application and of the ordering service. */
function setRevocations(config: ChannelConfig, mspId: string, list: string): void {
  for (const group of ['Application', 'Orderer']) {
    const members = treeAt(config, ['channel_group', 'groups', group, 'groups']);
    if (mspId in members) {
      const msp = treeAt(members, [mspId, 'values', 'MSP', 'value', 'config']);
      msp['revocation_list'] = [Buffer.from(list).toString('base64')];
    }
  }
}

async function waitUntilKnown(context: NetworkContext, list: string): Promise<void> {
  const folder = mkdtempSync(join(context.plan.home, 'channel', 'check-'));
  const channel = context.plan.topology.channel.name;
  const waits = context.plan.organisations.flatMap((organisation) => {
    const administrator = new Administrator(context, organisation);
    return organisation.peers.map((peer) => {
      const block = join(folder, `${peer.name}.block`);
      const fetch = ['channel', 'fetch', 'config', block, '-c', channel];
      const known = async (): Promise<true | undefined> => {
        await administrator.peer(fetch, peer);
        return readFileSync(block).includes(list) ? true : undefined;
      };
      return waitUntil(`${peer.name} to know the revocation`, known, {
        deadlineMs: EFFECT_DEADLINE_MS,
      });
    });
  });
  try {
    await Promise.all(waits);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
