// SPDX-License-Identifier: Apache-2.0
// How long each stage of a call may take.

/** How long each stage of a call may take, in milliseconds. */
export interface Deadlines {
  /** One attempt of a query, on your own peer. */
  readonly evaluateMs: number;
  /** All attempts of one query together. A longer `retries.deadlineMs` of the query takes precedence. */
  readonly queryMs: number;
  /** One proposal, on all endorsers. */
  readonly endorseMs: number;
  /** Handing one envelope to the ordering service. */
  readonly submitMs: number;
  /** Waiting for the commit of an envelope that the ordering service accepted, before it is sent again. */
  readonly statusMs: number;
  /** Asking for the outcome of an envelope that the ordering service may not have. */
  readonly probeMs: number;
  /** All attempts to find the outcome of a sent envelope, together. */
  readonly outcomeMs: number;
  /** Asking your own peer about its blocks, all attempts together, and waiting until it has committed one. */
  readonly blockMs: number;
}

/**
 * Each is several block times. `outcomeMs` is longer than the restart of a killed orderer. `endorseMs` ends when the peers have
 * noticed that one of them hangs, so that the next proposal goes to another peer.
 */
export const DEFAULT_DEADLINES: Deadlines = {
  evaluateMs: 10_000,
  queryMs: 60_000,
  endorseMs: 5_000,
  submitMs: 10_000,
  statusMs: 10_000,
  probeMs: 1_000,
  outcomeMs: 60_000,
  blockMs: 60_000,
};

/** @returns a gRPC deadline this many milliseconds from now. */
export const callWithin = (milliseconds: number): { deadline: number } => ({
  deadline: Date.now() + milliseconds,
});
