// SPDX-License-Identifier: Apache-2.0
// What a node needs of others, and whether it can work without it.
import * as z from 'zod';
import { elapsed, type Elapsed } from '../system/elapsed.js';

/** One thing that a node needs. */
export interface Link {
  /** Rejects when it does not answer. */
  readonly ask: () => Promise<unknown>;
  /** Whether the node cannot do its work without it. Without any other it does the rest of its work, and says so. */
  readonly required: boolean;
}

export type Links = Readonly<Record<string, Link>>;

const linkState = z.object({
  answers: z.boolean(),
  required: z.boolean().describe('whether the node is not ready without it'),
});

export const linkStates = z.record(z.string(), linkState);

/** What each link is now. */
export type Readiness = z.output<typeof linkStates>;

const ANSWERS_MS = 3_000;

/** Whether something answers within {@link ANSWERS_MS}. */
async function answers(ask: Link['ask']): Promise<boolean> {
  const late = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), ANSWERS_MS).unref();
  });
  const asked = Promise.resolve()
    .then(ask)
    .then(
      () => true,
      () => false,
    );
  return Promise.race([asked, late]);
}

/** Asks all at the same time. */
export async function readinessOf(links: Links): Promise<Readiness> {
  const asked = Object.entries(links).map(
    async ([name, { ask, required }]) => [name, { answers: await answers(ask), required }] as const,
  );
  return Object.fromEntries(await Promise.all(asked));
}

/** @returns whether the node can do its work; `degraded`: the part of it that needs nothing that is away */
export function statusOf(states: Readiness): 'ok' | 'degraded' | 'not ready' {
  const away = Object.values(states).filter((state) => !state.answers);
  if (away.some(({ required }) => required)) return 'not ready';
  return away.length > 0 ? 'degraded' : 'ok';
}

/** @returns asks at most once in this time, for what costs the other side something */
export function remembered(
  ask: Link['ask'],
  milliseconds: number,
  now: Elapsed = elapsed,
): Link['ask'] {
  let asked: { readonly at: number; readonly answer: Promise<unknown> } | undefined;
  return () => {
    const at = now();
    if (asked === undefined || at - asked.at >= milliseconds) asked = { at, answer: ask() };
    return asked.answer;
  };
}
