// SPDX-License-Identifier: Apache-2.0
// A change of the channel's configuration, signed by whichever administrators would like it: the operator's own programs.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describedOrganisation, type NetworkDescription } from '@fabric-offline-pay/operate';
import { firstOf, lastOf } from './defined.js';

const run = promisify(execFile);

interface ConfigPolicy {
  policy: unknown;
}

/** A group of the configuration, in configtxlator's JSON, with the policies that it is known to have. */
interface ConfigGroup<Policies extends string = 'Admins'> {
  groups: Record<string, ConfigGroup>;
  policies: Record<Policies, ConfigPolicy>;
  values: Record<string, { value: unknown }>;
}

/** The configuration of a channel. */
export interface ChannelConfig extends ConfigGroup {
  groups: {
    Application: ConfigGroup<'Admins' | 'LifecycleEndorsement'>;
    Orderer: ConfigGroup;
  };
}

/** Fabric's HeaderType CONFIG_UPDATE. */
const CONFIG_UPDATE = 2;

/** Runs the peer program as an organisation's administrator. */
export async function peerAs(
  description: NetworkDescription,
  organisation: string,
  args: readonly string[],
): Promise<string> {
  const { admin } = describedOrganisation(description, organisation);
  const env = {
    ...process.env,
    FABRIC_CFG_PATH: admin.peerConfigPath,
    CORE_PEER_MSPCONFIGPATH: admin.mspPath,
  };
  return (await run(join(description.programs, 'peer'), args, { env })).stdout;
}

/** Arguments that lead the peer program to an orderer. */
export function orderingArguments(description: NetworkDescription): string[] {
  const { orderers, tlsRootCertPath } = describedOrganisation(description, 'bank');
  return ['--orderer', firstOf(orderers).endpoint, '--tls', '--cafile', tlsRootCertPath];
}

/**
 * Has `change` alter the channel's configuration in place, all signers sign the difference, and the last one send it.
 * @throws {Error} with the orderer's answer when it refuses.
 */
export async function updateChannel(
  description: NetworkDescription,
  signers: readonly string[],
  change: (channel: ChannelConfig) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'offpay-channel-'));
  try {
    await sendUpdate(description, signers, change, (name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function sendUpdate(
  description: NetworkDescription,
  signers: readonly string[],
  change: (channel: ChannelConfig) => void,
  file: (name: string) => string,
): Promise<void> {
  const { channel, programs } = description;
  const sender = lastOf(signers);
  const where = ['-c', channel, ...orderingArguments(description)];
  const peer = (as: string, ...args: string[]) => peerAs(description, as, ['channel', ...args]);
  const translate = (...args: string[]) => run(join(programs, 'configtxlator'), args);
  const decode = async (type: string, name: string): Promise<unknown> => {
    await translate(
      ...['proto_decode', '--type', type],
      ...['--input', file(name), '--output', file('decoded')],
    );
    return JSON.parse(readFileSync(file('decoded'), 'utf8'));
  };
  const encode = (type: string, name: string, content: unknown) => {
    writeFileSync(file('decoded'), JSON.stringify(content));
    return translate(
      ...['proto_encode', '--type', type],
      ...['--input', file('decoded'), '--output', file(name)],
    );
  };

  await peer(sender, 'fetch', 'config', file('block'), ...where);
  const config = configIn(await decode('common.Block', 'block'));
  await encode('common.Config', 'before', config);
  change(config.channel_group);
  await encode('common.Config', 'after', config);
  await translate(
    ...['compute_update', '--channel_id', channel],
    ...['--original', file('before'), '--updated', file('after'), '--output', file('difference')],
  );
  const update = await decode('common.ConfigUpdate', 'difference');
  const header = { channel_header: { channel_id: channel, type: CONFIG_UPDATE } };
  const payload = { header, data: { config_update: update } };
  await encode('common.Envelope', 'update', { payload });
  for (const signer of signers.slice(0, -1))
    await peer(signer, 'signconfigtx', '-f', file('update'));
  await peer(sender, 'update', '-f', file('update'), ...where);
}

interface Config {
  readonly channel_group: ChannelConfig;
}

const configIn = (block: unknown): Config =>
  firstOf((block as { data: { data: { payload: { data: { config: Config } } }[] } }).data.data)
    .payload.data.config;
