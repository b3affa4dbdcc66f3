// SPDX-License-Identifier: Apache-2.0
// Plays a history once, with the node killed at these crossings, and holds what came out against a rebuild.
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Child, Children } from './child.js';
import type { History, Played } from './history.js';
import { Lives } from './lives.js';
import { readCrossings } from './process/crossings.js';
import type { Life } from './process/main.js';

/** Where a history's databases are. */
export interface Stage {
  readonly history: History;
  readonly children: Children;
  /** A database with which it begins. */
  readonly template: string;
  /** For what one playing leaves. */
  readonly folder: string;
}

/** What one playing showed. */
export interface Outcome extends Played {
  /** By name, over all lives. */
  readonly crossings: readonly string[];
  readonly deaths: number;
}

const lifeOf = ({ history, folder }: Stage, kills: readonly number[]): Life => ({
  node: history.node,
  settings: history.settings,
  folder: join(folder, 'database'),
  crossings: join(folder, 'crossings'),
  kills,
});

/** Makes the database with which all playings of a history begin. */
export async function prepare({ history, children, template }: Stage): Promise<void> {
  const child = children.take();
  const life = { node: history.node, settings: history.settings, folder: template, kills: [] };
  await child.call('prepare', { ...life, crossings: `${template}.crossings` } satisfies Life);
  await child.end();
}

/** A copy of the beginning, that reads the ledger from block 0. */
async function ensureRebuildsAlike(stage: Stage, node: Lives): Promise<void> {
  const fresh = join(stage.folder, 'fresh');
  cpSync(stage.template, fresh, { recursive: true });
  assert.deepEqual(await node.rows(), await node.rebuild(fresh), 'a rebuild makes other tables');
}

/** Rebuilt, the node has the same tables, and nothing leaves it again. */
async function ensureRebuildCausesNothing(
  { history }: Stage,
  memory: Parameters<History['check']>[0],
  node: Lives,
): Promise<void> {
  const [before, rows] = [await history.check(memory, node), await node.rows()];
  assert.deepEqual(await node.rebuild(), rows, 'the rebuild of its own tables makes others');
  await node.quiet();
  assert.deepEqual(await history.check(memory, node), before, 'the rebuild caused something again');
}

export interface PlayOptions {
  /** Numbers of crossings, from 1. */
  readonly kills: readonly number[];
  /** A process that is free, and runs the first life. */
  readonly child?: Child | undefined;
  /** Also rebuilds the node's own tables in the end. */
  readonly rebuildsOwn?: boolean;
  readonly interrupted?: AbortSignal | undefined;
}

/** @returns what came out, and the process that is free now */
export async function play(
  stage: Stage,
  { kills, child, rebuildsOwn = false, interrupted }: PlayOptions,
): Promise<{ readonly outcome: Outcome; readonly child: Child | undefined }> {
  interrupted?.throwIfAborted();
  const { history, children, template, folder } = stage;
  rmSync(folder, { recursive: true, force: true });
  const life = lifeOf(stage, kills);
  cpSync(template, life.folder, { recursive: true });
  const memory = await history.begin();
  const node = new Lives({ children, memory, identity: history.identity, life, child });
  const stop = () => void node.kill();
  interrupted?.addEventListener('abort', stop);
  try {
    await history.play(memory, node);
    const crossings = readCrossings(life.crossings);
    if (rebuildsOwn) await ensureRebuildCausesNothing(stage, memory, node);
    const played = await history.check(memory, node);
    await ensureRebuildsAlike(stage, node);
    const { deaths } = node;
    return { outcome: { ...played, crossings, deaths }, child: await node.end() };
  } catch (error) {
    await node.kill();
    throw error;
  } finally {
    interrupted?.removeEventListener('abort', stop);
  }
}
