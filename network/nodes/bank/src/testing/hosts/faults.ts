// SPDX-License-Identifier: Apache-2.0
// How a simulated host misbehaves: one table for all hosts. Each host says by itself what such an answer is in its protocol.

/** In what way a host answers. */
export type AnswerWay =
  | 'well'
  /** Says nothing at all. */
  | 'never'
  /** After the next answer: out of order, and after its time if nobody asks again before. */
  | 'late'
  | 'twice'
  /** Octets that are no message. */
  | 'garbage'
  /** Says that it is longer than any answer may be. */
  | 'too long'
  /** Says that some octets are still to come, and none come. */
  | 'too short'
  /** In pieces, so that no piece is a whole message. */
  | 'pieces'
  /** Closes the connection. */
  | 'close'
  /** Resets the connection. */
  | 'reset'
  /** The whole host stops; nobody listens any more. */
  | 'stop'
  /** It cannot do it now: response code 91, status 503. */
  | 'unavailable'
  /** It is broken: response code 96, status 500. */
  | 'broken'
  /** Too many requests: status 429. */
  | 'limited'
  /** Takes it up, and is undecided for longer than anybody waits: response code 09, status 202. */
  | 'undecided';

export const HOST_KINDS = ['card', 'mobile'] as const;

export type HostKind = (typeof HOST_KINDS)[number];

interface FaultRow {
  /** Whether the host does what it was asked. */
  readonly does: boolean;
  readonly answers: AnswerWay;
  /** All hosts unless told. */
  readonly at?: HostKind;
}

/** What a host does with a request instead of doing it and answering well. */
export const FAULTS = {
  ignores: { does: false, answers: 'never' },
  'says nothing': { does: true, answers: 'never' },
  'answers late': { does: true, answers: 'late' },
  'answers twice': { does: true, answers: 'twice' },
  'answers garbage': { does: true, answers: 'garbage' },
  'answers with a length that is too long': { does: true, answers: 'too long' },
  'answers less than it says': { does: true, answers: 'too short' },
  'answers in pieces': { does: true, answers: 'pieces' },
  drops: { does: false, answers: 'close' },
  'drops after doing it': { does: true, answers: 'close' },
  resets: { does: false, answers: 'reset' },
  'resets after doing it': { does: true, answers: 'reset' },
  stops: { does: false, answers: 'stop' },
  'stops after doing it': { does: true, answers: 'stop' },
  'cannot say': { does: false, answers: 'unavailable' },
  'fails after doing it': { does: true, answers: 'broken' },
  'is at its limit': { does: false, answers: 'limited', at: 'mobile' },
  'stays undecided': { does: true, answers: 'undecided' },
} as const satisfies Record<string, FaultRow>;

export type Fault = keyof typeof FAULTS;

const rowOf = (fault: Fault): FaultRow => FAULTS[fault];

/** @returns the faults that a host of this kind can have */
export const faultsOf = (kind: HostKind): readonly Fault[] =>
  (Object.keys(FAULTS) as Fault[]).filter((fault) => (rowOf(fault).at ?? kind) === kind);

export const doesIt = (fault: Fault | undefined): boolean =>
  fault === undefined || rowOf(fault).does;

export const wayOf = (fault: Fault | undefined): AnswerWay =>
  fault === undefined ? 'well' : rowOf(fault).answers;

const SILENT: readonly AnswerWay[] = ['never', 'late', 'too short'];

/** @returns whether whoever asked learns nothing before its time is over */
export const isSilent = (fault: Fault): boolean => SILENT.includes(wayOf(fault));

/** @returns whether somebody must start the host again */
export const stopsHost = (fault: Fault): boolean => wayOf(fault) === 'stop';
