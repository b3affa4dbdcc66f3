// SPDX-License-Identifier: Apache-2.0
// Finds the outcome of a signed envelope. It is always safe to send the same envelope again: a second copy becomes
// DUPLICATE_TXID and writes nothing. So this sends and asks until somebody knows, or the time is over.
import { status as grpcStatus } from '@grpc/grpc-js';
import { GatewayError, StatusCode, type Status } from '@hyperledger/fabric-gateway';
import { backoffMs, OUTAGE_BACKOFF } from '../retry/backoff.js';
import type { Pace } from '../retry/pace.js';

export interface OutcomePorts {
  /** Sends the envelope to the ordering service. */
  send(): Promise<unknown>;
  /** Answers once the transaction stands in a block. @throws after this many milliseconds */
  status(timeoutMs: number): Promise<Status>;
}

export interface OutcomeOptions {
  readonly pace: Pace;
  /** How long to look for the outcome, in milliseconds. */
  readonly outcomeMs: number;
  /** How long to wait for the commit of an envelope that the ordering service accepted. */
  readonly statusMs: number;
  /** How long to wait when the ordering service may not have it. */
  readonly probeMs: number;
  /** Whether an earlier process or call may have sent it. */
  readonly sentBefore: boolean;
  readonly signal?: AbortSignal | undefined;
}

export type Outcome =
  | { readonly kind: 'known'; readonly status: Status }
  /** The ordering service refused it, and it was not sent before. So it will never be ordered. */
  | { readonly kind: 'refused'; readonly cause: unknown }
  | { readonly kind: 'unknown'; readonly cause: unknown };

type KnownOutcome = Extract<Outcome, { kind: 'known' }>;
type AskResult = KnownOutcome | { readonly kind: 'silent' | 'hopeless'; readonly cause: unknown };

const hasCode = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof GatewayError && codes.includes(error.code);

/** The gateway answers ABORTED for an orderer's 4xx, and for nothing else. */
const isOrdererRefusal = (error: unknown): boolean =>
  hasCode(error, grpcStatus.ABORTED, grpcStatus.INVALID_ARGUMENT);

/** Nobody will ever answer this identity. */
const isHopeless = (error: unknown): boolean =>
  hasCode(
    error,
    grpcStatus.PERMISSION_DENIED,
    grpcStatus.UNAUTHENTICATED,
    grpcStatus.UNIMPLEMENTED,
  );

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error ?? new Error('failed without a reason');
  }
}

/** While both copies are on their way, the answer may be about the second. Asked again, the ledger answers about the first. */
async function firstStatus(ports: OutcomePorts, timeoutMs: number): Promise<Status> {
  const status = await ports.status(timeoutMs);
  return status.code === StatusCode.DUPLICATE_TXID ? ports.status(timeoutMs) : status;
}

async function ask(ports: OutcomePorts, timeoutMs: number): Promise<AskResult> {
  try {
    const status = await firstStatus(ports, timeoutMs);
    if (status.code === StatusCode.DUPLICATE_TXID) return { kind: 'silent', cause: undefined };
    return { kind: 'known', status };
  } catch (cause) {
    return { kind: isHopeless(cause) ? 'hopeless' : 'silent', cause };
  }
}

async function sendAndAsk(
  ports: OutcomePorts,
  options: OutcomeOptions,
  uncertain: boolean,
): Promise<AskResult | Outcome> {
  const failure = await failureOf(() => ports.send());
  if (!uncertain && isOrdererRefusal(failure)) return { kind: 'refused', cause: failure };
  const asked = await ask(ports, failure === undefined ? options.statusMs : options.probeMs);
  return asked.kind === 'silent' ? { ...asked, cause: asked.cause ?? failure } : asked;
}

const isOver = (options: OutcomeOptions, deadline: number): boolean =>
  options.signal?.aborted === true || options.pace.now() >= deadline;

/** @returns the outcome of the envelope. Never throws for a failure of the network. */
export async function findOutcome(ports: OutcomePorts, options: OutcomeOptions): Promise<Outcome> {
  const deadline = options.pace.now() + options.outcomeMs;
  let asked: AskResult | Outcome | undefined = options.sentBefore
    ? await ask(ports, options.probeMs)
    : undefined;
  for (let round = 1; ; round++) {
    if (asked?.kind === 'known') return asked;
    asked = await sendAndAsk(ports, options, options.sentBefore || round > 1);
    if (asked.kind === 'known' || asked.kind === 'refused') return asked;
    if (asked.kind === 'hopeless' || isOver(options, deadline))
      return { kind: 'unknown', cause: asked.cause };
    await options.pace.sleep(backoffMs(round, options.pace.random(), OUTAGE_BACKOFF));
  }
}
