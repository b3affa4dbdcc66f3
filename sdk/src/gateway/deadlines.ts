// SPDX-License-Identifier: Apache-2.0
// How long each stage of a call may take. All in milliseconds.

/** How long a call may take, in milliseconds, by its step. */
export interface Deadlines {
  /** Asking a query once, on one's own peer. */
  readonly evaluateMs: number;
  /** One query in all, however often it is asked; a longer `retries.deadlineMs` of the query's own goes before. */
  readonly queryMs: number;
  /** One proposal, on all endorsers. */
  readonly endorseMs: number;
  /** Handing one envelope to the ordering service. */
  readonly submitMs: number;
  /** Waiting for the commit of an envelope that the ordering service took, before it is sent again. */
  readonly statusMs: number;
  /** Asking for an envelope that the ordering service may not have. */
  readonly probeMs: number;
  /** Looking for the outcome of a sent envelope, in all. */
  readonly outcomeMs: number;
  /** Asking one's own peer about its blocks, however often, and waiting until it has committed one. */
  readonly blockMs: number;
}

/**
 * Several block times each; the outcome's outlasts the restart of a killed orderer, and an endorsement's is over when the peers know
 * that one of them hangs, so that the next proposal goes to another.
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

/** @returns a gRPC deadline so many milliseconds from now. */
export const callWithin = (milliseconds: number): { deadline: number } => ({
  deadline: Date.now() + milliseconds,
});
