// SPDX-License-Identifier: Apache-2.0
// Checks of the nodes, from their answers.
import type { AskedNode, AskedStatus } from './ask-nodes.js';
import { check, type Check } from './check.js';
import { clockCheck } from './clock-difference.js';

const OUTCOME = {
  running: 'ok',
  'not answering': 'failed',
  ended: 'failed',
  missing: 'failed',
} as const;

const START_AGAIN = 'Run npm run network -- up: it starts all nodes that do not run.';

const restartAdvice = (name: string): string =>
  `Read its log: npm run network -- logs ${name}. Restart it: npm run network -- restart ${name}.`;

function nodeCheck({ name, state, answer }: AskedNode): Check {
  const outcome = answer.isWell === undefined ? 'not asked' : OUTCOME[state];
  if (outcome !== 'failed') return check(name, outcome, answer.text);
  return check(name, outcome, answer.text, state === 'missing' ? START_AGAIN : restartAdvice(name));
}

function supervisorCheck({ supervisor: { pid, held } }: AskedStatus): Check {
  const name = 'supervisor';
  if (pid === undefined)
    return check(
      name,
      'failed',
      'does not run: a node that ends is not started again',
      'Run npm run network -- up.',
    );
  if (held)
    return check(
      name,
      'failed',
      'its process is held (SIGSTOP): a node that ends is not started again',
      `Let it go on: kill -CONT ${pid}.`,
    );
  return check(name, 'ok', `runs, process ${pid}`);
}

/** One check per node, one for the supervisor, one for all clocks. */
export function nodeChecks(status: AskedStatus): readonly Check[] {
  if (status.nodes.length === 0)
    return [check('nodes', 'not asked', 'the network is down', 'Run npm run network -- up.')];
  const clocks = status.nodes.flatMap(({ name, answer: { clock } }) =>
    clock === undefined ? [] : [{ node: name, clock }],
  );
  return [supervisorCheck(status), ...status.nodes.map(nodeCheck), clockCheck(clocks)];
}
