// SPDX-License-Identifier: Apache-2.0
// Opens a network's clients for one command. A query without an answer ends soon, and names the silent nodes.
import { Clients, NetworkError, networkStatus } from '@fabric-offline-pay/operate/clients';
import { homeOf } from './home.js';
import { tell, type CommonOptions } from './output.js';

/** How long a person waits for a query. Transactions keep the SDK's minute, in which a node may come back. */
const DEADLINES = { queryMs: 10_000, blockMs: 10_000 };

const SILENCE_MS = 5_000;

/** Failures that a silent node may cause. */
const UNANSWERED: ReadonlySet<unknown> = new Set([
  'NETWORK_UNAVAILABLE',
  'PROGRAM_FAILED',
  'SERVICE_UNREACHABLE',
]);

const LOOK = 'npx offpay doctor says which nodes answer, and what to do.';

/** A failure with the names of the nodes that do not answer. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
  readonly code: string;
  readonly remedy: string;
  readonly details: Readonly<Record<string, unknown>>;

  /** @param failure keeps its code @param silent names of nodes */
  constructor(failure: Error & { readonly code: string }, silent: readonly string[]) {
    const named = silent.length === 0 ? '' : ` Not answering: ${silent.join(', ')}.`;
    super(`${failure.message}${named}`, { cause: failure });
    // The rooms call it by two names.
    const {
      details,
      advice,
      remedy = advice,
    } = failure as Partial<Readonly<{ details: object; advice: string; remedy: string }>>;
    this.code = failure.code;
    this.details = { ...details, notAnswering: silent };
    this.remedy = [remedy ?? [], LOOK].flat().join(' ');
  }
}

const isUnanswered = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error && 'code' in error && UNANSWERED.has(error.code);

/** Home and nodes may be in any state. Looking at them must not hide the failure. */
async function silentNodes(home: string): Promise<readonly string[]> {
  // Loaded only after a failure.
  const { askNodes } = await import('@fabric-offline-pay/run');
  const { nodes } = await askNodes(home).catch(() => ({ nodes: [] }));
  return nodes.filter(({ state }) => state !== 'running').map(({ name }) => name);
}

const explainFailure = async (home: string, error: unknown): Promise<unknown> =>
  isUnanswered(error) ? new UnansweredError(error, await silentNodes(home)) : error;

/** Checked first: otherwise a call to a network that is down fails only after its time limit. */
function ensureRunning(home: string): void {
  if (networkStatus(home).nodes.some(({ pid }) => pid !== undefined)) return;
  throw new NetworkError('NETWORK_NOT_UP', `The network in ${home} is down`, {
    advice: 'Run npm run network -- up.',
  });
}

/**
 * Runs a command with the clients of its network, then closes them.
 * @throws NetworkError `NETWORK_NOT_UP` at once when no node runs; {@link UnansweredError}; what the command throws.
 */
export async function withClients<T>(
  options: CommonOptions,
  run: (clients: Clients) => Promise<T>,
  { takesLong = false }: { readonly takesLong?: boolean } = {},
): Promise<T> {
  const home = homeOf(options);
  const clients = new Clients(home, { deadlines: DEADLINES });
  const waiting = setTimeout(() => {
    if (options.json !== true && !takesLong)
      tell('waiting for the network to answer; Ctrl-C ends the wait');
  }, SILENCE_MS);
  try {
    ensureRunning(home);
    return await run(clients);
  } catch (error) {
    throw await explainFailure(home, error);
  } finally {
    clearTimeout(waiting);
    await clients.close();
  }
}
