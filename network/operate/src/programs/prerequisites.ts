// SPDX-License-Identifier: Apache-2.0
// Checks what the build of Fabric's programs needs, and says what to install.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NetworkError, runProgram } from '@fabric-offline-pay/node-common';

const NODE_VERSION = '24.0.0';

/** @throws NetworkError `PREREQUISITE_MISSING` when this Node.js is too old. */
export function requireNode(actual: string = process.versions.node): void {
  if (isOlder(actual, NODE_VERSION)) {
    throw missingError(
      `Node.js ${NODE_VERSION} or later is needed, this is ${actual}`,
      'https://nodejs.org',
    );
  }
}

/**
 * Checks that Go and a C compiler are installed (Fabric CA's SQLite is written in C).
 * @param module folder of the Go module to build. Its `go` line names the oldest usable Go.
 * @throws NetworkError `PREREQUISITE_MISSING`
 */
export async function requireBuildTools(module: string): Promise<void> {
  const needed = neededGo(module);
  const [version, compiler] = await goSettings(module, needed);
  if (isOlder(version.replace(/^go/, ''), needed)) {
    throw missingError(`Go ${needed} or later is needed, this is ${version}`, 'https://go.dev/dl');
  }
  try {
    await runProgram({ program: compiler, args: ['--version'] });
  } catch (cause) {
    throw missingError(`The C compiler ${compiler} is needed`, 'gcc, or clang and CC=clang', cause);
  }
}

/** The oldest Go that can build a module, from its `go` line. */
export function neededGo(module: string): string {
  return /^go (\S+)$/m.exec(readFileSync(join(module, 'go.mod'), 'utf8'))?.[1] ?? '';
}

async function goSettings(module: string, needed: string): Promise<[string, string]> {
  try {
    // An older Go downloads the version that the module names, unless GOTOOLCHAIN forbids it.
    const { stdout } = await runProgram({
      program: 'go',
      args: ['env', 'GOVERSION', 'CC'],
      cwd: module,
      deadlineMs: 300_000,
    });
    const [version = '', compiler = ''] = stdout.split('\n');
    return [version.trim(), compiler.trim().split(' ')[0] ?? ''];
  } catch (cause) {
    throw missingError(`Go ${needed} or later is needed`, 'https://go.dev/dl', cause);
  }
}

/** Compares two versions such as `20.19.2`, number by number. */
export function isOlder(version: string, than: string): boolean {
  const left = numbers(version);
  const right = numbers(than);
  const place = right.findIndex((value, index) => value !== (left[index] ?? 0));
  return place >= 0 && (left[place] ?? 0) < (right[place] ?? 0);
}

function numbers(version: string): number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}

function missingError(message: string, install: string, cause?: unknown): NetworkError {
  return new NetworkError('PREREQUISITE_MISSING', message, {
    advice: `Install ${install}, or set FABRIC_BIN to a folder with ready programs.`,
    cause,
  });
}
