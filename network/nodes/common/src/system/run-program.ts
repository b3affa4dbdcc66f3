// SPDX-License-Identifier: Apache-2.0
// Runs a program until it ends and returns its output. Failures carry the end of its messages.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { NetworkError } from '../network-error.js';
import { privately } from './files.js';
import { descendantsOf, sendSignal } from './process-identity.js';

/** One call of a program. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Added to {@link cleanEnvironment}; secrets go here, never into `args`, which every user of the machine can read. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line that the program writes to stderr. */
  readonly onMessage?: (line: string) => void;
  readonly deadlineMs?: number;
}

/** The output of a program. */
export interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

const FABRIC_SETTING = /^(CORE|ORDERER|FABRIC|CONFIGTX|OSNADMIN|CHAINCODE)_/;
const MESSAGE_TAIL = 2_000;
const DEFAULT_DEADLINE_MS = 60_000;

/** The environment of this process without settings that Fabric's programs would read as theirs. */
export function cleanEnvironment(source: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const entries = Object.entries(source).filter(([name]) => !FABRIC_SETTING.test(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}

/**
 * Runs a program until it ends.
 * @throws NetworkError `PROGRAM_FAILED` when it cannot start, ends with a code other than 0, or exceeds its deadline (60 s).
 */
export async function runProgram(call: ProgramCall): Promise<ProgramOutput> {
  const child = privately(() =>
    spawn(call.program, call.args, {
      cwd: call.cwd,
      env: { ...cleanEnvironment(), ...call.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const limit = setTimeout(() => endNow(child), call.deadlineMs ?? DEFAULT_DEADLINE_MS);
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr, call.onMessage);
  const exit = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? '' : `exit ${String(code ?? signal)}`),
    );
  });
  clearTimeout(limit);
  const output = { stdout: stdout(), stderr: stderr() };
  if (exit !== '') {
    throw programFailed(call, exit, output);
  }
  return output;
}

/** A script's own children may hold its output open: it is not waited for. */
function endNow(child: ChildProcessByStdio<null, Readable, Readable>): void {
  const descendants = child.pid === undefined ? [] : descendantsOf(child.pid);
  child.kill('SIGKILL');
  for (const descendant of descendants) sendSignal(descendant, 'SIGKILL');
  child.stdout.destroy();
  child.stderr.destroy();
}

function collect(stream: NodeJS.ReadableStream, onLine?: (line: string) => void): () => string {
  let text = '';
  let seen = 0;
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n', seen); end >= 0; end = text.indexOf('\n', seen)) {
      onLine?.(text.slice(seen, end));
      seen = end + 1;
    }
  });
  return () => text;
}

function programFailed(call: ProgramCall, exit: string, output: ProgramOutput): NetworkError {
  const name = call.program.split('/').at(-1) ?? call.program;
  const tail = (output.stderr || output.stdout).slice(-MESSAGE_TAIL).trim();
  return new NetworkError('PROGRAM_FAILED', `${name} ${call.args[0] ?? ''}: ${exit}: ${tail}`, {
    details: { program: call.program, args: call.args, exit, output: tail },
  });
}
