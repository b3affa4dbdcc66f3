// SPDX-License-Identifier: Apache-2.0
// What a kind of work says of itself.

/** JSON; identifiers only, since people who operate the node see it. */
export type JobData = Readonly<Record<string, unknown>>;

/** A run that is asked for. */
export interface AskedRun {
  readonly data: JobData;
  /** So long after the transaction that asks; absent: at once. A run that waits already under the key keeps its own time. */
  readonly afterSeconds?: number | undefined;
}

/**
 * Lines of a kind that do not wait for each other, such as one for each host that may not answer. Still one waits and one runs for each
 * key, in whichever lane it was asked for last.
 */
export interface Lanes<Data extends JobData = JobData> {
  /** Stable. What was asked for before there were lanes runs in the first. */
  readonly names: readonly string[];
  /** @returns one of the names */
  of(data: Data): string;
}

/**
 * A kind of work. It decides by what stands on the ledger and in the tables now, never by what was known when it was asked for, so that
 * running it twice, late or on two machines does no harm.
 */
export interface JobKind<Data extends JobData = JobData> {
  /** Names its queue; stable. Letters, digits, hyphens. */
  readonly name: string;
  /** When the clock asks for it: cron with five fields, UTC. Without it, only who asks for a run does. */
  readonly schedule?: string;
  /** How many of these run at the same time on this node, in each lane; 1 unless told. */
  readonly atOnce?: number;
  /** Without them, all wait in one line. */
  readonly lanes?: Lanes<Data>;
  /** Seconds after which a run is given up and tried again; 300 unless told. */
  readonly givenUpAfterSeconds?: number;
  /**
   * @param signal the node ends, or the run is given up and another begins: it asks nobody and writes nothing more
   * @throws to be tried again, later each time, up to an hour apart, for a week
   */
  run(data: Data, signal: AbortSignal): Promise<void>;
}
