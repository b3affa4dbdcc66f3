// SPDX-License-Identifier: Apache-2.0
// Asks every node for its state: all at the same time, each with a deadline.
import { isHeld, isListening } from '@fabric-offline-pay/node-common';
import {
  type NetworkPlan,
  networkStatus,
  type NetworkStatus,
  type NodeStatus,
  readPlan,
} from '@fabric-offline-pay/operate';
import { askHttp, askHttps, type HttpsAnswer } from './ask-https.js';
import { factsOf } from './check.js';
import type { ClockReading } from './clock-difference.js';
import { pingHttp2 } from './ping-http2.js';
import { questionOf, type Question } from './question.js';
import { within } from './within.js';

/** The time that each node has to answer. */
export const ANSWER_DEADLINE_MS = 3_000;

/** The answer of a node; `text` is for a person. */
export interface NodeAnswer {
  /** Undefined for a process that cannot be asked. */
  readonly isWell: boolean | undefined;
  readonly text: string;
  readonly clock?: ClockReading | undefined;
}

/** The state of a node, from its answer. */
export interface AskedNode extends Omit<NodeStatus, 'state'> {
  /** `ended`: its process does not run; `missing`: it was not started at all. */
  readonly state: 'running' | 'not answering' | 'ended' | 'missing';
  readonly answer: NodeAnswer;
}

/** The states of a network's nodes, from their answers. */
export interface AskedStatus extends Omit<NetworkStatus, 'nodes' | 'supervisor'> {
  /** `held`: it runs and does nothing, as after SIGSTOP. */
  readonly supervisor: NetworkStatus['supervisor'] & { readonly held: boolean };
  readonly nodes: readonly AskedNode[];
}

const OK = 200;
const TEXT_LENGTH = 200;

const LATE = new Set(['AbortError', 'TimeoutError']);
const LATE_REASON = `does not answer within ${ANSWER_DEADLINE_MS / 1_000} s`;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'takes no connections',
  ENOENT: 'cannot be asked: its socket or a certificate is missing',
  NETWORK_NOT_UP: 'has not written its address yet',
};

/** The reason for a missing answer, for a person. */
export function whyNot(error: unknown): string {
  const { code, name } = factsOf(error);
  const reason = LATE.has(name) ? LATE_REASON : REASONS[code];
  return reason ?? `does not answer: ${code || String(error)}`;
}

function healthIn({ status, text, clock }: HttpsAnswer): NodeAnswer {
  if (status === OK) return { isWell: true, text: 'answers', clock };
  const told = text.trim().slice(0, TEXT_LENGTH);
  return {
    isWell: false,
    text: `answers that it is not healthy: HTTP ${status} ${told}`,
    clock,
  };
}

async function askQuestion(question: Question): Promise<NodeAnswer> {
  switch (question.by) {
    case 'https':
      return healthIn(await askHttps(question.question, ANSWER_DEADLINE_MS));
    case 'http':
      return healthIn(await askHttp(question.url, ANSWER_DEADLINE_MS));
    case 'ping':
      await pingHttp2(question.endpoint, question.tls, ANSWER_DEADLINE_MS);
      return { isWell: true, text: 'answers' };
    case 'port':
      return (await within(ANSWER_DEADLINE_MS, isListening(question.host, question.port)))
        ? { isWell: true, text: 'takes connections' }
        : { isWell: false, text: 'takes no connections' };
    case 'none':
      return { isWell: undefined, text: 'runs; it cannot be asked' };
  }
}

const endedText = ({ state, lastExit }: NodeStatus): string => {
  const how =
    lastExit === undefined
      ? 'does not run'
      : `ended by ${lastExit.signal ?? `exit code ${lastExit.code ?? 'unknown'}`} at ${lastExit.at}`;
  return state === 'waiting' ? `${how}; the supervisor starts it again` : how;
};

async function answerOf(plan: NetworkPlan, node: NodeStatus, pid: number): Promise<NodeAnswer> {
  const held = (): string => (isHeld(pid) ? '; its process is held (SIGSTOP)' : '');
  try {
    const answer = await askQuestion(questionOf(plan, node));
    return answer.isWell === undefined && isHeld(pid)
      ? { isWell: false, text: `does not work${held()}` }
      : answer;
  } catch (error) {
    return { isWell: false, text: `${whyNot(error)}${held()}` };
  }
}

async function askNode(plan: NetworkPlan | undefined, node: NodeStatus): Promise<AskedNode> {
  const { pid } = node;
  if (node.state === 'missing')
    return { ...node, state: 'missing', answer: { isWell: false, text: 'was not started' } };
  if (pid === undefined || plan === undefined)
    return { ...node, state: 'ended', answer: { isWell: false, text: endedText(node) } };
  const answer = await answerOf(plan, node, pid);
  return { ...node, state: answer.isWell === false ? 'not answering' : 'running', answer };
}

/**
 * Asks every node of the network in `home`. Empty when the network is down.
 * @throws NetworkError `FILE_DAMAGED` when the home's own files cannot be read.
 */
export async function askNodes(home?: string): Promise<AskedStatus> {
  const status = networkStatus(home);
  const plan = readPlan(status.home);
  const nodes = await Promise.all(status.nodes.map((node) => askNode(plan, node)));
  const { pid } = status.supervisor;
  const held = pid !== undefined && isHeld(pid);
  const isUp = status.isUp && !held && nodes.every(({ state }) => state === 'running');
  return { ...status, supervisor: { ...status.supervisor, held }, isUp, nodes };
}
