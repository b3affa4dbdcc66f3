// SPDX-License-Identifier: Apache-2.0
// Keeps exactly the processes of the home's specs running.
import { isDeepStrictEqual } from 'node:util';
import { readSpec, removeState, specNames, type ProcessSpec } from './run-folder.js';
import { type ProcessNews, SupervisedProcess } from './supervised-process.js';

/** Supervises all processes of one network home. */
export class Supervisor {
  readonly #home: string;
  readonly #news: ProcessNews;
  readonly #processes = new Map<string, SupervisedProcess>();
  #work: Promise<void> = Promise.resolve();
  #ending = false;

  constructor(home: string, news: ProcessNews) {
    this.#home = home;
    this.#news = news;
  }

  /**
   * Starts, replaces and stops processes until exactly the declared ones run. Calls run one after the other.
   * @throws when something cannot be read or done, after all else was done; what ran, runs on, and the next call tries again
   */
  async reconcile(): Promise<void> {
    const work = this.#work.then(() => this.#reconcileOnce());
    // A failure is told to this caller alone.
    this.#work = work.catch(() => undefined);
    await work;
  }

  /** Stops everything: services first, because they use the rest. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#work;
    const processes = [...this.#processes.values()];
    const services = processes.filter(({ spec }) => spec.kind === 'service');
    await Promise.all(services.map((process) => process.stop()));
    await Promise.all(processes.map((process) => process.stop()));
  }

  async #reconcileOnce(): Promise<void> {
    if (this.#ending) {
      return;
    }
    for (const process of this.#processes.values()) process.writeUnwritten();
    const names = specNames(this.#home);
    const gone = [...this.#processes.keys()].filter((name) => !names.includes(name));
    const done = await Promise.allSettled([
      ...names.map((name) => this.#ensureDeclared(name)),
      ...gone.map((name) => this.#forget(name)),
    ]);
    const failed = done.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  async #ensureDeclared(name: string): Promise<void> {
    const spec = readSpec(this.#home, name);
    // Withdrawn since its name was read: the next look ends it.
    if (spec !== undefined) await this.#ensure(spec);
  }

  async #ensure(spec: ProcessSpec): Promise<void> {
    const known = this.#processes.get(spec.name);
    if (known === undefined) {
      const process = new SupervisedProcess(this.#home, spec, this.#news);
      this.#processes.set(spec.name, process);
      process.start();
    } else if (!isDeepStrictEqual(known.spec, spec)) {
      await known.replace(spec);
    }
  }

  async #forget(name: string): Promise<void> {
    await this.#processes.get(name)?.stop();
    removeState(this.#home, name);
    this.#processes.delete(name);
  }
}
