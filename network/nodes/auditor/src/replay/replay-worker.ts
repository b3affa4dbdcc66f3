// SPDX-License-Identifier: Apache-2.0
// A thread that runs calls again. It has a clock of its own, set to the time of each call, because the contracts refuse a proposal that is
// far from the clock; and whatever a contract does, it does not do it to the thread that judges.
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { ContractClass } from '@fabric-offline-pay/testing';
import { Replayer } from '@fabric-offline-pay/testing/replay';
import { compare } from './compare.js';
import type { Difference, ReplayedCall } from './replayed-call.js';

/** How a thread is started. */
export interface ReplayWorkerData {
  readonly chaincode: string;
  /** Modules or folders of the chaincode's versions; `*` stands for all that have none of their own. */
  readonly versions: Readonly<Record<string, string>>;
}

const { chaincode, versions } = workerData as ReplayWorkerData;

let now = 0;

globalThis.Date = new Proxy(Date, {
  construct: (RealDate, args: unknown[]) =>
    args.length === 0 ? new RealDate(now) : (Reflect.construct(RealDate, args) as Date),
  get: (RealDate, name): unknown => (name === 'now' ? () => now : Reflect.get(RealDate, name)),
});
// What the contract library prints of refused calls is no concern of an auditor's.
console.error = () => undefined;

const load = createRequire(__filename);
const replayers = new Map<string, Replayer>();

function replayerOf({ version, channel }: ReplayedCall): Replayer | undefined {
  const module = versions[version] ?? versions['*'];
  if (module === undefined) return undefined;
  const name = JSON.stringify([module, channel]);
  const known = replayers.get(name);
  if (known !== undefined) return known;
  const { contracts } = load(module) as { readonly contracts: readonly ContractClass[] };
  const made = new Replayer({ contracts, channel, chaincode });
  replayers.set(name, made);
  return made;
}

async function differencesOf(call: ReplayedCall): Promise<Difference[]> {
  const replayer = replayerOf(call);
  if (replayer === undefined)
    return [
      {
        rule: 'replay.version',
        ...{ subject: call.version, expected: 'a version that the auditor has', found: 'another' },
      },
    ];
  now = call.at;
  const [name = '', ...args] = call.arguments;
  const proposal = {
    creator: call.creator,
    function: name,
    args,
    transient: {},
    timestamp: new Date(call.at),
    txId: call.transactionId,
  };
  const state = { rows: call.rows, collections: call.collections };
  return compare(call, await replayer.run(proposal, call.endorser, state));
}

interface Asked {
  readonly id: number;
  readonly calls: readonly ReplayedCall[];
}

async function answer({ id, calls }: Asked): Promise<void> {
  const differences: Difference[][] = [];
  for (const call of calls) differences.push(await differencesOf(call));
  parentPort?.postMessage({ id, differences });
}

parentPort?.on('message', (asked: Asked) => {
  answer(asked).catch((error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    parentPort?.postMessage({ id: asked.id, failure: text });
  });
});
