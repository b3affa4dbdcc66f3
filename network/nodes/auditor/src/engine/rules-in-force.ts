// SPDX-License-Identifier: Apache-2.0
// The rules by which the next block is judged: the channel's settings, and the chaincodes' definitions.
import type { AuditorDatabase } from '../database/schema.js';
import { ChannelError } from '../channel/channel-error.js';
import { ChannelRules } from '../channel/channel-rules.js';
import { LIFECYCLE, withDefinitionRow, type Definitions } from '../channel/definitions.js';

export interface RulesInForce {
  /** Undefined before block 0 was read, and when nothing can be judged by the settings. */
  readonly channel: ChannelRules | undefined;
  readonly definitions: Definitions;
  /** Fabric's `ConfigEnvelope`, and the block that brought it: what is kept. */
  readonly settings: { readonly envelope: Uint8Array; readonly block: number } | undefined;
}

const NO_RULES: RulesInForce = { channel: undefined, definitions: new Map(), settings: undefined };

async function readDefinitions(db: AuditorDatabase): Promise<Definitions> {
  const rows = await db
    .selectFrom('ledger_rows')
    .select(['key', 'value'])
    .where('namespace', '=', LIFECYCLE)
    .execute();
  return rows.reduce<Definitions>(
    (definitions, { key, value }) => withDefinitionRow(definitions, key.toString('utf8'), value),
    NO_RULES.definitions,
  );
}

/** @returns undefined for settings by which nothing can be judged */
export function rulesOf(envelope: Uint8Array, channel: string): ChannelRules | undefined {
  try {
    return ChannelRules.of(envelope, channel);
  } catch (error) {
    if (error instanceof ChannelError) return undefined;
    throw error;
  }
}

/** @returns the rules after the last block of the tables */
export async function readRules(db: AuditorDatabase): Promise<RulesInForce> {
  const kept = await db
    .selectFrom('audit_state')
    .select(['settings', 'channel', 'settings_block'])
    .executeTakeFirst();
  if (kept === undefined) return NO_RULES;
  return {
    channel: rulesOf(kept.settings, kept.channel),
    definitions: await readDefinitions(db),
    settings: { envelope: kept.settings, block: kept.settings_block },
  };
}
