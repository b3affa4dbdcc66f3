// SPDX-License-Identifier: Apache-2.0
// One process that runs a node, as its parent has it: what it is asked, what it asks, and how it dies.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Line, ownCopyOf, type Calls } from './line.js';

/** The process is dead; whoever waited for its answer asks the next one. */
export class Dead extends Error {
  override readonly name = 'Dead';
}

/** An end that nobody wanted. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** As long as a line of a log that helps. */
const KEPT_TEXT = 4_000;

export class Child {
  readonly #process: ChildProcess;
  readonly #line: Line;
  readonly #death: Promise<void>;
  readonly #dead = new AbortController();
  #said = '';
  #calls: Calls = {};

  constructor(program: string) {
    // What the node logs is of interest only when it breaks.
    this.#process = fork(program, [], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (text: Buffer) => {
      this.#said = (this.#said + text.toString()).slice(-KEPT_TEXT);
    });
    const calls = new Proxy({}, { get: (_, name: string) => this.#calls[name] }) as Calls;
    this.#line = new Line({ channel: this.#process, calls });
    this.#death = once(this.#process, 'exit').then(() => {
      this.#dead.abort();
      this.#line.end(new Dead('The process is dead.'));
    });
  }

  /** Aborts when the process has died. */
  get dead(): AbortSignal {
    return this.#dead.signal;
  }

  get death(): Promise<void> {
    return this.#death;
  }

  /** @throws {Broken} when it ended by itself */
  ensureKilled(): void {
    const { signalCode, exitCode } = this.#process;
    if (signalCode !== 'SIGKILL')
      throw new Broken(`ended with ${String(signalCode ?? exitCode)}: ${this.#said}`);
  }

  /** The last of what it said on standard error. */
  get said(): string {
    return this.#said;
  }

  /** From now on it asks these. */
  answers(calls: Calls): void {
    this.#calls = calls;
  }

  /** @throws {Dead} */
  call(name: string, given?: unknown): Promise<unknown> {
    return this.#dead.signal.aborted
      ? Promise.reject(new Dead('The process is dead.'))
      : this.#line.call(name, given).then(ownCopyOf);
  }

  async end(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#death;
  }
}

/** Starts the next process while one runs: most of its start is loading. */
export class Children {
  readonly #program: string;
  #next: Child;

  constructor(program: string) {
    this.#program = program;
    this.#next = new Child(program);
  }

  take(): Child {
    const taken = this.#next;
    this.#next = new Child(this.#program);
    return taken;
  }

  async end(): Promise<void> {
    await this.#next.end();
  }
}
