// SPDX-License-Identifier: Apache-2.0
// `npm run chaos:nodes`: kills each node at every crossing of its history. Progress goes to standard error, the result to standard output;
// the exit code is 1 when something came out otherwise than without a kill.
import { wholeNumber as wholeNumberOf } from '@fabric-offline-pay/node-common';
import { Command, InvalidArgumentError } from 'commander';
import { runMain } from '../support/run-main.js';
import { runCampaign, type NodeResult, type Point } from './campaign.js';
import type { History } from './history.js';
import { openHistory } from './histories/open-history.js';
import { allFrom, NODES, only, spread, type Chosen } from './options.js';
import type { NodeName } from './process/main.js';

interface Options {
  readonly node?: NodeName;
  readonly sample?: number;
  readonly seed: number;
  readonly from: number;
  readonly kill?: number;
  readonly json?: boolean;
}

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** @throws {InvalidArgumentError} */
const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = wholeNumberOf(text, { least });
    if (value === undefined)
      throw new InvalidArgumentError(`a whole number from ${least.toString()}`);
    return value;
  };

/** @throws {InvalidArgumentError} */
function nodeNamed(text: string): NodeName {
  const name = NODES.find((node) => node === text);
  if (name === undefined) throw new InvalidArgumentError(`one of ${NODES.join(', ')}`);
  return name;
}

function chosenBy({ sample, seed, from, kill }: Options): Chosen {
  if (kill !== undefined) return only(kill);
  return sample === undefined ? allFrom(from) : spread(sample, seed);
}

const wrongOf = ({ points }: NodeResult): readonly Point[] =>
  points.filter(({ wrong }) => wrong !== null);

function lines(result: NodeResult): string[] {
  const { node, crossings, points, seconds } = result;
  const died = points.filter(({ name }) => name !== null).length;
  const counts = [`${crossings} crossings`, `${points.length} tried`, `${died} kills`];
  const wrong = wrongOf(result);
  const verdict = wrong.length === 0 ? 'all hold' : `${wrong.length} DO NOT HOLD`;
  return [
    `${node}  ${counts.join(', ')} in ${seconds.toFixed(0)} s  ${verdict}`,
    ...wrong.map(
      ({ kills, name, wrong: text }) => `  ${kills.join()} ${name ?? 'no kill'}: ${text}`,
    ),
  ];
}

function onPoint(node: string, { kills, name, wrong }: Point, done: number, of: number): void {
  const verdict = wrong === null ? 'holds' : `DOES NOT HOLD: ${wrong}`;
  tell(`${node}  ${done} of ${of}  kill ${kills.join()} ${name ?? '(not reached)'}  ${verdict}`);
}

async function main(options: Options, interrupted: AbortSignal): Promise<void> {
  const histories: History[] = [];
  try {
    for (const node of options.node === undefined ? NODES : [options.node])
      histories.push(await openHistory(node));
    if (options.sample !== undefined) tell(`seed ${options.seed}`);
    const choose = chosenBy(options);
    const results = await runCampaign(histories, { interrupted, choose, onPoint });
    const ok = results.every((result) => wrongOf(result).length === 0);
    const json = JSON.stringify({ ok, seed: options.seed, nodes: results }, null, 2);
    process.stdout.write(`${options.json === true ? json : results.flatMap(lines).join('\n')}\n`);
    if (!ok) process.exitCode = 1;
  } finally {
    for (const history of histories) await history.close();
  }
}

const chaos = new Command('chaos:nodes')
  .description('Kills each node at every crossing of its history')
  .option('--node <name>', NODES.join(', '), nodeNamed)
  .option('--sample <n>', 'so many kills a node, spread over its history', wholeNumber(1))
  .option('--seed <n>', 'of the sample: another one tries others', wholeNumber(0), 0)
  .option('--from <n>', 'all kills from this one on', wholeNumber(1), 1)
  .option('--kill <n>', 'one kill, as a result names it', wholeNumber(1))
  .option('--json', 'prints the result as JSON');

void runMain((interrupted) =>
  chaos.action((options: Options) => main(options, interrupted)).parseAsync(),
);
