// SPDX-License-Identifier: Apache-2.0
// `offpay doctor`: checks everything that a network needs, running or not, and says what to do.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  DEFAULT_BASE_PORT,
  defaultHome,
  defaultTopology,
  ensureReadable,
  type NetworkPlan,
  networkStatus,
  planNetwork,
  readDescription,
  readPlan,
  resolveHome,
} from '@fabric-offline-pay/operate';
import { askNodes } from './ask-nodes.js';
import { certificateChecks, certificatesUnder } from './certificate-checks.js';
import { unusableCertificates } from './certificate-folders.js';
import { check, runCheck, type Check } from './check.js';
import { checkDisk } from './disk-check.js';
import { nodeChecks } from './node-checks.js';
import { checkPorts } from './port-checks.js';
import { prerequisiteChecks } from './prerequisite-checks.js';
import { programChecks } from './program-checks.js';

/** The doctor's results for one home. */
export interface DoctorReport {
  readonly home: string;
  /** True when no check failed. */
  readonly isWell: boolean;
  readonly checks: readonly Check[];
}

const NOT_FOUNDED = 'Run npm start, or npm run network -- up.';

/** Reading the processes of a home where none ever ran would make folders. */
const hasRun = (home: string): boolean => existsSync(join(home, 'run'));

/** @throws NetworkError `FILE_DAMAGED`, like every read of a damaged home. */
function homeChecks(home: string): readonly Check[] {
  if (!existsSync(home)) return [check('home', 'not asked', `${home} does not exist`, NOT_FOUNDED)];
  const plan = readPlan(home);
  if (plan === undefined)
    return [check('home', 'not asked', `there is no network in ${home}`, NOT_FOUNDED)];
  ensureReadable(home);
  const { organisations, topology } = plan;
  const found = `${home}: channel ${topology.channel.name}, ${organisations.length} organisations`;
  return [check('home', 'ok', found)];
}

/** The plan of the home, or the plan that `npm start` would make there. A new home in another place finds free ports itself. */
function planOf(home: string): NetworkPlan | undefined {
  const plan = existsSync(home) ? readPlan(home) : undefined;
  return (
    plan ??
    (home === defaultHome() ? planNetwork(defaultTopology, home, DEFAULT_BASE_PORT) : undefined)
  );
}

async function checkPlannedPorts(home: string): Promise<readonly Check[]> {
  const plan = planOf(home);
  if (plan === undefined)
    return [check('ports', 'not asked', 'free ports are chosen when the network is founded')];
  const nodes = hasRun(home) ? networkStatus(home).nodes : [];
  return checkPorts(
    plan,
    nodes.flatMap(({ pid }) => pid ?? []),
  );
}

const programsOf = (home: string): Promise<readonly Check[]> => {
  const isKnown = existsSync(join(home, 'network.json'));
  return programChecks(process.env, isKnown ? readDescription(home).programs : undefined);
};

function certificatesOf(home: string): readonly Check[] {
  const now = Date.now();
  if (!existsSync(home)) return certificateChecks([], now);
  const unusable = unusableCertificates(home, now);
  const ending = certificateChecks(certificatesUnder(home), now);
  return [
    ...unusable,
    ...ending.filter(({ outcome }) => outcome !== 'ok' || unusable.length === 0),
  ];
}

const nodesOf = async (home: string): Promise<readonly Check[]> =>
  hasRun(home) ? nodeChecks(await askNodes(home)) : [];

const LOOKS: readonly [string, (home: string) => readonly Check[] | Promise<readonly Check[]>][] = [
  ['prerequisites', () => prerequisiteChecks(process.env)],
  ['programs', programsOf],
  ['home', homeChecks],
  ['disk', checkDisk],
  ['ports', checkPlannedPorts],
  ['certificates', certificatesOf],
];

/** Checks that keep this process busy start after this time, because they delay the nodes' answers. Healthy nodes answer sooner. */
const HEAD_START_MS = 1_000;

/** Checks everything and changes nothing. @returns the results, in the order in which to repair them. */
export async function doctor(home?: string): Promise<DoctorReport> {
  const folder = resolveHome(home);
  const nodes = runCheck('nodes', () => nodesOf(folder));
  await Promise.race([nodes, pause(HEAD_START_MS)]);
  const looks = LOOKS.map(([name, look]) => runCheck(name, () => look(folder)));
  const checks = (await Promise.all([...looks, nodes])).flat();
  return { home: folder, isWell: checks.every(({ outcome }) => outcome !== 'failed'), checks };
}
