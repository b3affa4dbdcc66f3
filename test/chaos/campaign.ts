// SPDX-License-Identifier: Apache-2.0
// Kills a node at every crossing of its history, one playing each, and names what came out otherwise than without a kill.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleProcess } from './bundle.js';
import { Children, type Child } from './child.js';
import type { History } from './history.js';
import { play, prepare, type Outcome, type Stage } from './play.js';

/** The kills of one playing, and what followed. */
export interface Point {
  /** Numbers of crossings, from 1. */
  readonly kills: readonly number[];
  /** Of the crossings at which a process died; null when this playing had fewer. */
  readonly name: string | null;
  /** What was wrong; null when all held. */
  readonly wrong: string | null;
}

export interface NodeResult {
  readonly node: string;
  /** Of the playing that nobody interrupted. */
  readonly crossings: number;
  readonly points: readonly Point[];
  readonly seconds: number;
}

export interface CampaignOptions {
  readonly interrupted?: AbortSignal | undefined;
  /** @returns which of so many crossings are tried */
  readonly choose: (crossings: number) => readonly number[];
  /** All in one playing, one after the other, instead of one playing each. */
  readonly together?: boolean;
  /** Told after each. */
  readonly onPoint?: (node: string, point: Point, done: number, of: number) => void;
}

/** Each id at least once, and no other id. */
function ensureDelivered(outcome: Outcome, baseline: Outcome): void {
  for (const [receiver, ids] of Object.entries(baseline.delivered))
    assert.deepEqual(
      [...new Set(outcome.delivered[receiver])].sort(),
      [...new Set(ids)].sort(),
      `${receiver}: other ids were delivered`,
    );
}

/** @throws naming what is otherwise */
function ensureAlike(outcome: Outcome, baseline: Outcome): void {
  assert.deepEqual(outcome.facts, baseline.facts);
  ensureDelivered(outcome, baseline);
}

/** Without kills, nothing is delivered twice either. */
function ensureOnce({ delivered }: Outcome): void {
  for (const [receiver, ids] of Object.entries(delivered))
    assert.deepEqual([...ids].sort(), [...new Set(ids)].sort(), `${receiver}: delivered twice`);
}

class NodeCampaign {
  readonly #stage: Stage;
  readonly #options: CampaignOptions;
  #child: Child | undefined;

  constructor(stage: Stage, options: CampaignOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  async run(): Promise<NodeResult> {
    const started = performance.now();
    const { node } = this.#stage.history;
    await prepare(this.#stage);
    const baseline = await this.#play([], true);
    ensureOnce(baseline);
    const { choose, together = false } = this.#options;
    const numbers = choose(baseline.crossings.length);
    const playings = together ? [numbers] : numbers.map((number) => [number]);
    const points: Point[] = [];
    for (const kills of playings) {
      this.#options.interrupted?.throwIfAborted();
      const point = await this.#point(kills, baseline);
      points.push(point);
      this.#options.onPoint?.(node, point, points.length, playings.length);
    }
    await this.#child?.end();
    const seconds = (performance.now() - started) / 1000;
    return { node, crossings: baseline.crossings.length, points, seconds };
  }

  async #play(kills: readonly number[], rebuildsOwn = false): Promise<Outcome> {
    const { interrupted } = this.#options;
    const child = this.#child;
    this.#child = undefined;
    const played = await play(this.#stage, { kills, child, rebuildsOwn, interrupted });
    this.#child = played.child;
    return played.outcome;
  }

  async #point(kills: readonly number[], baseline: Outcome): Promise<Point> {
    let name: string | null = null;
    try {
      const outcome = await this.#play(kills);
      const names = kills.map((number) => outcome.crossings[number - 1] ?? 'not reached');
      if (outcome.deaths > 0) name = names.join(', ');
      ensureAlike(outcome, baseline);
      return { kills, name, wrong: null };
    } catch (error) {
      this.#options.interrupted?.throwIfAborted();
      return { kills, name, wrong: String(error) };
    }
  }
}

/** @throws when a playing without kills goes wrong, or was interrupted */
export async function runCampaign(
  histories: readonly History[],
  options: CampaignOptions,
): Promise<NodeResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'offpay-chaos-'));
  const program = await bundleProcess();
  const children = new Children(program);
  const results: NodeResult[] = [];
  try {
    for (const history of histories) {
      const template = join(folder, `${history.node}-template`);
      const stage = { history, children, template, folder: join(folder, history.node) };
      results.push(await new NodeCampaign(stage, options).run());
    }
    return results;
  } finally {
    await children.end();
    rmSync(folder, { recursive: true, force: true });
    rmSync(program, { force: true });
  }
}
