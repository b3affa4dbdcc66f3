// SPDX-License-Identifier: Apache-2.0
// Keeps exactly the processes of the home's specs running.
import { isDeepStrictEqual } from 'node:util';
import { readSpecs, removeState, type ProcessSpec } from './run-folder.js';
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

  /** Starts, replaces and stops processes until exactly the declared ones run. Calls run one after the other. */
  async reconcile(): Promise<void> {
    this.#work = this.#work.then(() => this.#reconcileOnce());
    await this.#work;
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
    const specs = readSpecs(this.#home);
    const names = new Set(specs.map(({ name }) => name));
    const gone = [...this.#processes.keys()].filter((name) => !names.has(name));
    await Promise.all([
      ...specs.map((spec) => this.#ensure(spec)),
      ...gone.map((name) => this.#forget(name)),
    ]);
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
    this.#processes.delete(name);
    removeState(this.#home, name);
  }
}
