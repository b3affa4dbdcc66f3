// SPDX-License-Identifier: Apache-2.0
// One supervised process: starts it, watches it, starts it again when it dies, and stops it on request.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  cleanEnvironment,
  HOME_MARK,
  makeFolder,
  ownCacheFolder,
  privately,
  processIdentity,
  sendSignal,
  systemCodeOf,
} from '@fabric-offline-pay/node-common';
import { countFailures, restartDelay } from './backoff.js';
import {
  type ProcessExit,
  type ProcessSpec,
  type ProcessState,
  logFile,
  writeState,
} from './run-folder.js';

/** An event of a process, for the supervisor's log. */
export type ProcessNews = (message: string, facts: Readonly<Record<string, unknown>>) => void;

/** Programs of Node.js compile what they load once, not at every start. */
function compiledOnce(): Readonly<Record<string, string>> {
  const folder = ownCacheFolder('compiled');
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

const STOP_GRACE_MS = 8_000;
const LARGEST_LOG = 50_000_000;

/** Supervises one process. All methods are idempotent. */
export class SupervisedProcess {
  readonly #home: string;
  readonly #news: ProcessNews;
  #spec: ProcessSpec;
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #restarts = 0;
  #failures = 0;
  #lastExit: ProcessExit | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #stopped: Promise<void> = Promise.resolve();
  /** The state that could not be written. */
  #unwritten: ProcessState | undefined;

  constructor(home: string, spec: ProcessSpec, news: ProcessNews) {
    this.#home = home;
    this.#spec = spec;
    this.#news = news;
  }

  /** The present spec of the process. */
  get spec(): ProcessSpec {
    return this.#spec;
  }

  /** Starts the process if it is not running. What keeps it from starting, such as a full disk, counts as its death. */
  start(): void {
    if (this.#child !== undefined) {
      return;
    }
    this.#stopping = false;
    this.#startedAt = Date.now();
    try {
      this.#watch(this.#spawn());
    } catch (error) {
      this.#tellCannotStart(error);
      this.#startAgain(null, null);
    }
  }

  /** Stops the process and starts it with another spec. */
  async replace(spec: ProcessSpec): Promise<void> {
    await this.stop();
    this.#spec = spec;
    this.#failures = 0;
    this.start();
  }

  /** Ends the process and its group with SIGTERM, and after 8 s with SIGKILL. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const pid = this.#child?.pid;
    if (pid !== undefined) {
      // A paused process receives no signal until it continues.
      sendSignal(-pid, 'SIGTERM');
      sendSignal(-pid, 'SIGCONT');
      const force = setTimeout(() => sendSignal(-pid, 'SIGKILL'), STOP_GRACE_MS);
      await this.#stopped;
      clearTimeout(force);
    }
    this.#writeState('stopped');
  }

  /** Writes what the supervisor could not write about the process before. */
  writeUnwritten(): void {
    if (this.#unwritten !== undefined) this.#tryWriteState(this.#unwritten);
  }

  #watch(child: ChildProcess): void {
    this.#child = child;
    this.#stopped = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#onExit(child, code, signal);
        resolve();
      };
      child.once('exit', ended);
      child.once('error', (error) => {
        this.#tellCannotStart(error);
        if (child.pid === undefined) {
          ended(null, null);
        }
      });
    });
    this.#news('started', { process: this.#spec.name, pid: child.pid });
    this.#writeState('running');
  }

  #tellCannotStart(error: unknown): void {
    const reason = error instanceof Error ? error.message : 'unknown';
    this.#news('cannot start', { process: this.#spec.name, reason });
  }

  #spawn(): ChildProcess {
    const { ready } = this.#spec;
    // A killed process may leave these: a false sign of readiness, and a socket that blocks the next listener.
    if (ready !== undefined && 'file' in ready) rmSync(ready.file, { force: true });
    const log = openLog(logFile(this.#home, this.#spec.name));
    try {
      const { command, args, cwd, env } = this.#spec;
      return privately(() =>
        spawn(command, args, {
          cwd,
          env: { ...cleanEnvironment(), ...compiledOnce(), ...env, [HOME_MARK]: this.#home },
          stdio: ['ignore', log, log],
          detached: true,
        }),
      );
    } finally {
      closeSync(log);
    }
  }

  #onExit(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    this.#lastExit = { code, signal, at: new Date().toISOString() };
    if (child.pid !== undefined) {
      // Processes that it started must end with it.
      sendSignal(-child.pid, 'SIGKILL');
    }
    if (!this.#stopping) {
      this.#startAgain(code, signal);
    }
  }

  #startAgain(code: number | null, signal: NodeJS.Signals | null): void {
    this.#failures = countFailures(this.#failures, Date.now() - this.#startedAt);
    const delayMs = restartDelay(this.#failures);
    this.#news('died', { process: this.#spec.name, code, signal, startsAgainInMs: delayMs });
    this.#writeState('waiting');
    this.#timer = setTimeout(() => {
      this.#restarts += 1;
      this.start();
    }, delayMs);
  }

  #writeState(state: ProcessState['state']): void {
    const pid = this.#child?.pid;
    const identity = pid === undefined ? undefined : processIdentity(pid);
    this.#tryWriteState({
      name: this.#spec.name,
      state,
      generation: this.#spec.generation,
      restarts: this.#restarts,
      ...(pid !== undefined && identity !== undefined
        ? { pid, identity, startedAt: new Date(this.#startedAt).toISOString() }
        : {}),
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
    });
  }

  /** A full disk ends no supervision: the state is written when there is room again. */
  #tryWriteState(state: ProcessState): void {
    try {
      writeState(this.#home, state);
      this.#unwritten = undefined;
    } catch (error) {
      const reason = systemCodeOf(error) ?? 'unknown';
      if (this.#unwritten === undefined)
        this.#news('cannot write the state', { process: state.name, reason });
      this.#unwritten = state;
    }
  }
}

/** Opens a log for appending. A log that is too large is renamed first, and replaces the log that was renamed before. */
function openLog(path: string): number {
  makeFolder(dirname(path));
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG) {
    renameSync(path, `${path}.1`);
  }
  return openSync(path, 'a', 0o600);
}
