// SPDX-License-Identifier: Apache-2.0
// Changes the channel's configuration: fetches it, computes the difference, signs and submits it as an administrator.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError, runProgram, SECRET_FILE } from '@fabric-offline-pay/node-common';
import { type Settings, isTree } from '../config/merge-settings.js';
import { programPath } from '../programs/program-paths.js';
import { endorsersOf } from '../topology/network-plan.js';
import { Administrator } from './administrator.js';
import type { NetworkContext } from './network-context.js';
import { ordererArguments } from './orderer-arguments.js';

/** A channel's configuration in the JSON of configtxlator. It may be changed in place. */
export type ChannelConfig = Record<string, unknown>;

/**
 * Lets `change` alter the channel's configuration in place, and submits the difference in the name of one organisation.
 * One signature is enough for settings that belong to this organisation only.
 * @throws NetworkError `PROGRAM_FAILED`
 */
export async function updateChannelConfig(
  context: NetworkContext,
  administrator: Administrator,
  change: (config: ChannelConfig) => void,
): Promise<void> {
  const folder = mkdtempSync(join(context.plan.home, 'channel', 'update-'));
  try {
    await new ConfigUpdate(context, administrator, folder).submit(change);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @returns the member of a JSON tree at a path of names.
 * @throws NetworkError `PROGRAM_FAILED` when there is none, because the JSON is not from configtxlator.
 */
export function treeAt(tree: unknown, path: readonly string[]): Record<string, unknown> {
  let place: unknown = tree;
  for (const name of path) {
    place = isTree(place) ? place[name] : undefined;
  }
  if (!isTree(place)) {
    throw new NetworkError(
      'PROGRAM_FAILED',
      `The channel's configuration has no ${path.join('.')}`,
    );
  }
  return place;
}

/** One change, with a folder for its temporary files. */
class ConfigUpdate {
  readonly #context: NetworkContext;
  readonly #administrator: Administrator;
  readonly #folder: string;

  constructor(context: NetworkContext, administrator: Administrator, folder: string) {
    this.#context = context;
    this.#administrator = administrator;
    this.#folder = folder;
  }

  async submit(change: (config: ChannelConfig) => void): Promise<void> {
    const { plan } = this.#context;
    const channel = plan.topology.channel.name;
    const block = this.#file('config.block');
    const orderer = ordererArguments(plan);
    await this.#administrator.peer([
      'channel',
      'fetch',
      'config',
      block,
      '-c',
      channel,
      ...orderer,
    ]);
    const config = await this.#configOf(block);
    await this.#encode('before', 'common.Config', config);
    change(config);
    await this.#encode('after', 'common.Config', config);
    const update = await this.#difference(channel);
    await this.#encode('update', 'common.Envelope', envelope(channel, update));
    const file = this.#file('update.pb');
    const sender = await this.#signedFor(file);
    await sender.peer(['channel', 'update', '-f', file, '-c', channel, ...orderer]);
  }

  /**
   * @returns who sends the update, and adds its own signature. Orderers take nothing from an organisation that only reads: it signs, and
   * another one sends it.
   */
  async #signedFor(file: string): Promise<Administrator> {
    const [endorser] = endorsersOf(this.#context.plan);
    const { readsOnly } = this.#administrator.organisation.topology;
    if (!readsOnly || endorser === undefined) return this.#administrator;
    await this.#administrator.peer(['channel', 'signconfigtx', '-f', file]);
    return new Administrator(this.#context, endorser);
  }

  async #configOf(block: string): Promise<ChannelConfig> {
    const decoded = await this.#decode('common.Block', block);
    const [first] = Object.values(treeAt(decoded, ['data'])).flat();
    return treeAt(first, ['payload', 'data', 'config']);
  }

  async #difference(channel: string): Promise<Settings> {
    const files = ['--original', this.#file('before.pb'), '--updated', this.#file('after.pb')];
    const output = this.#file('difference.pb');
    await this.#translate([
      'compute_update',
      '--channel_id',
      channel,
      ...files,
      '--output',
      output,
    ]);
    return this.#decode('common.ConfigUpdate', output);
  }

  async #decode(type: string, file: string): Promise<Settings> {
    const output = `${file}.json`;
    await this.#translate(['proto_decode', '--type', type, '--input', file, '--output', output]);
    return treeAt(JSON.parse(readFileSync(output, 'utf8')), []);
  }

  async #encode(name: string, type: string, content: unknown): Promise<void> {
    const input = this.#file(`${name}.json`);
    writeFileSync(input, JSON.stringify(content), { mode: SECRET_FILE });
    const output = this.#file(`${name}.pb`);
    await this.#translate(['proto_encode', '--type', type, '--input', input, '--output', output]);
  }

  async #translate(args: readonly string[]): Promise<void> {
    await runProgram({ program: programPath(this.#context.programs, 'configtxlator'), args });
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}

/** Fabric's HeaderType CONFIG_UPDATE. */
const CONFIG_UPDATE = 2;

function envelope(channel: string, update: Settings): Settings {
  return {
    payload: {
      header: { channel_header: { channel_id: channel, type: CONFIG_UPDATE } },
      data: { config_update: update },
    },
  };
}
