// SPDX-License-Identifier: Apache-2.0
// A node over its lives: each time that it is killed, another process takes up its database and goes on.
import { setTimeout as pause } from 'node:timers/promises';
import type { MemoryNetwork } from '@fabric-offline-pay/testing';
import { Dead, type Child, type Children } from './child.js';
import { heightOf, ledgerCalls, type NodeIdentity } from './ledger-line.js';
import type { Life } from './process/main.js';
import type { Rows } from './process/node-in-process.js';

const BETWEEN_MS = 40;
/** Processes that share a machine with many others start slowly. */
const DEADLINE_MS = 180_000;

export interface LivesOptions {
  readonly children: Children;
  readonly memory: MemoryNetwork;
  readonly identity: NodeIdentity;
  readonly life: Life;
  /** A process that runs no node now, and may go on with this one. */
  readonly child: Child | undefined;
}

export class Lives {
  readonly #options: LivesOptions;
  readonly #failures: unknown[] = [];
  #child: Child | undefined;
  #begun: Promise<void>;
  #isOver = false;
  deaths = 0;

  constructor(options: LivesOptions) {
    this.#options = options;
    this.#begun = this.#begin(options.child ?? options.children.take());
  }

  /** Calls the process that lives, the next one when it dies meanwhile. */
  async call(name: string, given?: unknown): Promise<unknown> {
    for (;;) {
      this.ensureWhole();
      const begun = this.#begun;
      await begun;
      // It died as it began, and the next one has not begun.
      if (begun !== this.#begun) continue;
      try {
        return await this.#child?.call(name, given);
      } catch (error) {
        if (!(error instanceof Dead)) throw error;
        await pause(BETWEEN_MS);
      }
    }
  }

  /** Asks again until it holds. @throws what broke the node, or naming what was waited for in vain */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (Date.now() < deadline) {
      this.ensureWhole();
      if (await holds()) return;
      await pause(BETWEEN_MS);
    }
    const state = JSON.stringify(await this.call('state'));
    throw new Error(`waited ${DEADLINE_MS} ms in vain for ${what}: ${state} ${this.#child?.said}`);
  }

  /** The node has read the whole ledger, and nothing waits. */
  quiet(): Promise<void> {
    const { memory } = this.#options;
    return this.until(
      'a quiet node',
      async () => (await this.call('isQuiet', heightOf(memory))) === true,
    );
  }

  rows(): Promise<Rows> {
    return this.call('rows') as Promise<Rows>;
  }

  /** Of a fresh database in this folder, or in the node's own tables. */
  rebuild(folder?: string): Promise<Rows> {
    const blocks = heightOf(this.#options.memory);
    const life = { ...this.#options.life, kills: [] };
    return folder === undefined
      ? (this.call('rebuildOwn', { life, blocks }) as Promise<Rows>)
      : (this.call('rebuildFresh', {
          life: { ...life, folder, crossings: `${folder}.crossings` },
          blocks,
        }) as Promise<Rows>);
  }

  /** Ends the node, and gives its process back. */
  async end(): Promise<Child | undefined> {
    await this.call('close');
    this.#isOver = true;
    return this.#child;
  }

  /** Ends the process, whatever it does. */
  async kill(): Promise<void> {
    this.#isOver = true;
    await this.#child?.end();
  }

  /** @throws what went wrong other than by a kill */
  ensureWhole(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
    if (this.#isOver) throw new Dead('The history was ended.');
  }

  #begin(child: Child): Promise<void> {
    const { memory, identity, life } = this.#options;
    this.#child = child;
    child.answers({
      ...ledgerCalls(memory, identity, child.dead),
      ended: (reason: string) => void this.#failures.push(new Error(`the follower: ${reason}`)),
    });
    void child.death.then(() => this.#goOn(child));
    return child.call('live', life).then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof Dead)) this.#failures.push(error);
      },
    );
  }

  #goOn(child: Child): void {
    if (this.#isOver || this.#child !== child) return;
    try {
      child.ensureKilled();
      this.deaths += 1;
      this.#begun = this.#begin(this.#options.children.take());
    } catch (error) {
      this.#failures.push(error);
    }
  }
}
