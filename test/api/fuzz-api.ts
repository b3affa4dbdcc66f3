// SPDX-License-Identifier: Apache-2.0
// `npm run fuzz:api`: schemathesis on each node, as each role that may call something, with valid sessions. A summary goes to standard
// output; the exit code is 1 when something was found, 2 for a command line that makes no sense, 3 where schemathesis cannot be had.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { CURRENCY, GOODS, LOGISTICS } from '@fabric-offline-pay/testing';
import { pythonWith } from '../support/python.js';
import { AttackedNodes, type AttackedNode } from './attacked-nodes.js';
import { readOptions, USAGE, UsageError, type FuzzApiOptions } from './fuzz-api-options.js';
import { NAMES, nameOf, populate, SIDES, type Belongings } from './populate.js';
import { callingRoles } from './role-document.js';
import { runSchemathesis, type KnownWords } from './schemathesis.js';

const NEEDS = {
  name: 'schemathesis',
  file: 'test/api/requirements.txt',
  check: 'import schemathesis.cli',
};

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

const both = (name: keyof Belongings): readonly string[] => SIDES.map((side) => NAMES[side][name]);

const today = (): string => new Date().toISOString().slice(0, 10);

const words = (): KnownWords => ({
  loginId: [...both('loginId'), NAMES.own.begunLoginId],
  customerId: both('customerId'),
  changeId: both('changeId'),
  token: both('token'),
  deviceId: ['phone', ...both('deviceId')],
  orderNumber: both('orderNumber'),
  disputeId: both('disputeId'),
  courierId: both('courierId'),
  merchantId: both('merchantId'),
  payeeId: [...both('merchantId'), LOGISTICS],
  gtin: Object.values(GOODS).map(({ gtin }) => gtin),
  currency: [CURRENCY],
  day: [today(), '2026-01-31'],
  date: [today(), '2026-01-31'],
  endpointId: ['shop', 'till'],
  placeId: ['hub', 'depot'],
});

/** The lines after the last headline that schemathesis underlines, which sum up. */
function summaryOf(output: string): string {
  const lines = output.trimEnd().split('\n');
  const at = lines.findLastIndex((line) => / SUMMARY /.test(line));
  return lines.slice(at < 0 ? -20 : at).join('\n');
}

/** Where a node failed by itself, once each. */
const failuresOf = ({ logged }: AttackedNode): readonly string[] => [
  ...new Set(
    logged
      .map((line) => JSON.parse(line) as { level: number; msg: string; frames?: string[] })
      .filter(({ level }) => level >= 50)
      .map(({ msg, frames = [] }) => [msg, ...frames.slice(0, 6)].join('\n')),
  ),
];

async function attack(
  nodes: AttackedNodes,
  python: string,
  options: FuzzApiOptions,
  folder: string,
): Promise<boolean> {
  let ok = true;
  for (const name of options.nodes) {
    const node = nodes.nodes[name];
    for (const role of callingRoles(node)) {
      if (options.role !== undefined && options.role !== role) continue;
      tell(`${name}, ${role} …`);
      const result = await runSchemathesis({
        ...{ python, node, role, commonName: nameOf(role), words: words() },
        ...{ maxExamples: options.maxExamples, seed: options.seed },
        folder: join(folder, `${name}-${role}`),
      });
      print(`== ${name} as ${role}: ${result.ok ? 'nothing found' : 'FOUND'}`);
      print(result.ok ? summaryOf(result.output) : result.output);
      ok &&= result.ok;
    }
    for (const failure of failuresOf(node)) print(`${name} failed:\n${failure}`);
  }
  return ok;
}

async function fuzz(options: FuzzApiOptions): Promise<void> {
  const python = pythonWith(NEEDS);
  if ('missing' in python) {
    tell(`schemathesis cannot be had: ${python.missing}`);
    process.exitCode = 3;
    return;
  }
  const runs = join(process.cwd(), '.offpay');
  mkdirSync(runs, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(runs, 'fuzz-api-'));
  tell(`seed ${options.seed}; files in ${folder}`);
  const nodes = await AttackedNodes.open();
  try {
    await populate(nodes);
    process.exitCode = (await attack(nodes, python.program, options, folder)) ? 0 : 1;
  } finally {
    await nodes.close();
  }
}

async function main(given: string[]): Promise<void> {
  try {
    await fuzz(readOptions(given));
  } catch (error) {
    const wrongUse = error instanceof UsageError;
    tell(wrongUse ? `${error.message}\n\n${USAGE}` : String((error as Error).stack));
    process.exitCode = wrongUse ? 2 : 1;
  }
}

void main(process.argv.slice(2));
