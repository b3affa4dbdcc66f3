// SPDX-License-Identifier: Apache-2.0
// A Python that has what a folder's `requirements.txt` names: the machine's own, or one in `node_modules/.cache` that pip filled once
// from that file. Where neither is to be had, specs say why they are skipped.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const INTEROP = join(__dirname, '..', 'interop');
/** Programs and specs run here, whether they were compiled or not. */
const ROOT = process.cwd();
const CACHE = join(ROOT, 'node_modules', '.cache');
/** Waits for an index that does not answer no longer than this. */
const INSTALL_MS = 90_000;
const ANSWER_MS = 20_000;

/** A program that runs Python, or why there is none. */
export type Python = { readonly program: string } | { readonly missing: string };

interface Ran {
  readonly ok: boolean;
  readonly output: string;
}

function run(program: string, args: readonly string[], timeout = ANSWER_MS): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout });
  return { ok: status === 0, output: error?.message ?? (stderr.trim() || stdout.trim()) };
}

/** What is needed, and how it is seen to be there. */
export interface Requirements {
  /** Names the place of what is installed. */
  readonly name: string;
  /** The file for pip, relative to the repository. */
  readonly file: string;
  /** Python that fails where something is missing. */
  readonly check: string;
}

const INTEROP_NEEDS: Requirements = {
  name: 'interop',
  file: 'test/interop/requirements.txt',
  check: 'import cbor2, cryptography',
};

const passes = (program: string, { check }: Requirements): boolean =>
  run(program, ['-B', '-c', check]).ok;

/** Filled beside its place, and put there whole: another run may do the same. */
function install(place: string, requirements: string): Ran {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'python-'));
  try {
    const made = run('python3', ['-m', 'venv', folder], INSTALL_MS);
    if (!made.ok) return made;
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    const limits = ['--retries', '0', '--timeout', '15'];
    const filled = run(
      join(folder, 'bin', 'python'),
      [...pip, ...limits, '-r', requirements],
      INSTALL_MS,
    );
    if (filled.ok && !existsSync(place)) renameSync(folder, place);
    return filled;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns Python with what the file names; installs it where it is missing and can be had. */
export function pythonWith(needs: Requirements): Python {
  if (passes('python3', needs)) return { program: 'python3' };
  const requirements = join(ROOT, needs.file);
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const place = join(CACHE, `python-${needs.name}-${version.slice(0, 16)}`);
  const program = join(place, 'bin', 'python');
  if (passes(program, needs)) return { program };
  const { ok, output } = install(place, requirements);
  if (ok && passes(program, needs)) return { program };
  const why = output.split('\n').at(-1) ?? '';
  return { missing: `python3 -m pip install -r ${needs.file} (${why})` };
}

/** @returns Python for the wallet of `test/interop`. */
export const findPython = (): Python => pythonWith(INTEROP_NEEDS);

/** `describe`, or a skipped one that says what is missing. */
export function describeWith(python: Python): jest.Describe {
  if ('program' in python) return describe;
  console.warn(`SKIPPED: the wallet in Python did not run. It needs ${python.missing}`);
  return describe.skip;
}

/** Runs a script of `test/interop` to its end. */
export function runScript(program: string, script: string, args: readonly string[]): Ran {
  const path = join(INTEROP, script);
  const ran = spawnSync(program, ['-B', path, ...args], { encoding: 'utf8', timeout: 60_000 });
  return { ok: ran.status === 0, output: ran.stdout + ran.stderr };
}

/** What the wallet answers: base64 for bytes, `code` for a refusal. */
export type Answer = Readonly<Record<string, string | number | boolean | null>>;

const WALLET = join(INTEROP, 'wallet.py');

/** Runs the wallet, but its power fails as soon as it would sign. */
export const FAILING_AT_SIGNATURE = [
  '-c',
  [
    `import sys; sys.path.insert(0, ${JSON.stringify(INTEROP)})`,
    'import wallet, os',
    'wallet.signed_by = lambda *_: os._exit(1)',
    'wallet.main()',
  ].join('\n'),
];

/** `test/interop/wallet.py`, spoken to in lines of JSON. */
export class PythonWallet {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  /**
   * @param state file that outlives the process
   * @param start what runs it
   */
  constructor(program: string, state: string, start: readonly string[] = [WALLET]) {
    this.#child = spawn(program, ['-B', ...start, state]);
    this.#child.stderr.on('data', (data: Buffer) => (this.#errors += data.toString('utf8')));
    // A wallet that ended says so by its output's end.
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws {Error} with what the wallet printed, when it ended or is silent. */
  async ask(op: string, members: Answer = {}): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify({ op, ...members })}\n`);
    // The end of a silent wallet is the end of its lines.
    const deadline = setTimeout(() => this.kill(), ANSWER_MS);
    try {
      const line = await this.#lines.next();
      if (line.done === true) throw new Error(`the wallet ended at ${op}: ${this.#errors}`);
      return JSON.parse(line.value) as Answer;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** As a power failure would. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.kill();
    await ended;
  }
}
